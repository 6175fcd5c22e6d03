#pragma once

#include <string>

namespace sweep {

// A terminal's other end: containers with one send it here.
class Console {
public:
    void listen(const std::string& path);

    // Until the next container.
    void forget();

    // Adds what the container has written to its terminal.
    void read(std::string& text);

private:
    void receive();

    int listener_ = -1, master_ = -1;
};

} // namespace sweep
