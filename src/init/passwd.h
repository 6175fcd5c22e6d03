#pragma once

#include <cstddef>
#include <cstdint>

namespace tare::init {

// The home directory of `uid` by /etc/passwd below the present "/"; false when it does not say. No
// NSS: nothing of the container's runs here. A FIFO, a device, a symlink or more than 1 MiB is as
// good as no entry.
bool find_home(std::uint32_t uid, char* home, std::size_t room);

// The same in a piece of such a file that ends with a line's end; `size` bytes.
bool find_home_in(const char* text, std::size_t size, std::uint32_t uid, char* home,
                  std::size_t room);

} // namespace tare::init
