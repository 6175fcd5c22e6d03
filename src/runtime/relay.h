#pragma once

#include "base/fd.h"

#include <array>
#include <cstddef>
#include <poll.h>
#include <span>
#include <string_view>

namespace tare::runtime {

// Where output goes; never blocks, whatever it is and whoever shares it.
class Sink {
public:
    // Borrows `fd`. The O_NONBLOCK flag belongs to the open file, which the caller's shell shares,
    // so a pipe or terminal is opened once more for us, and a socket is asked call by call. Where
    // the second opening is refused, writes are kept so small that a writable pipe takes them.
    explicit Sink(int fd);

    // As write(2): EAGAIN when it takes nothing now.
    ssize_t write(std::string_view bytes) const;
    int fd() const { return own_ ? own_.get() : fd_; }

private:
    int fd_;
    Fd own_;
    bool socket_ = false, may_block_ = false;
};

// Carries bytes between a pty's master and the caller's standard input and output. One buffer each
// way: a side that does not read stops the other side from being read.
class Relay {
public:
    // Borrows `master`, which is non-blocking: else a read at the end would never come back.
    Relay(const Fd& master, int input, int output);

    // The descriptors to poll for: master, input, output.
    static constexpr std::size_t kPolled = 3;
    void prepare(std::span<pollfd, kPolled> fds) const;
    void handle(std::span<const pollfd, kPolled> fds);

    // Input is left alone while we are a background job.
    void pause_input(bool paused) { input_paused_ = paused; }
    bool input_paused() const { return input_paused_; }

    // After the process has exited: passes on what it wrote, and no input any more. False: the
    // output takes nothing now; poll and call again.
    bool drain();

private:
    struct Buffer {
        std::array<char, 16384> bytes;
        std::size_t begin = 0, end = 0;
        bool empty() const { return begin == end; }
        std::string_view rest() const { return {bytes.data() + begin, end - begin}; }
    };
    bool fill(Buffer& buffer, int fd) const;
    void read_master();
    void write_master();
    void read_input();
    void write_output();
    void end_input();
    void open_slave();

    const Fd& master_;
    Fd slave_; // held so that the master never hangs up while the container has closed its side
    int input_;
    Sink output_;
    Buffer in_, out_;
    char last_input_ = '\n';
    bool input_paused_ = false, output_lost_ = false, master_quiet_ = false;
    int hang_ups_ = 0;
    std::size_t drained_bytes_ = 0;
};

} // namespace tare::runtime
