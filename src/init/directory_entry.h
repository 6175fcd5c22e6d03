#pragma once

#include <cstdint>

namespace tare::init {

// What getdents64(2) fills a buffer with: struct linux_dirent64. The next one lies `size` bytes on.
struct DirectoryEntry {
    std::uint64_t inode;
    std::int64_t next;
    unsigned short size;
    unsigned char type;
    char name[1]; // up to a zero
};

} // namespace tare::init
