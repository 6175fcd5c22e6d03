#pragma once

#include <cstddef>
#include <cstdint>

namespace tare {

// The fuzzer's bytes as a series of choices; zeros once they are used up.
class Bytes {
public:
    Bytes(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}

    bool empty() const { return at_ == size_; }
    std::uint8_t next() { return at_ < size_ ? data_[at_++] : std::uint8_t{0}; }
    template <class T, std::size_t N>
    T pick(const T (&choices)[N]) {
        return choices[next() % N];
    }

private:
    const std::uint8_t* data_;
    std::size_t size_, at_ = 0;
};

} // namespace tare
