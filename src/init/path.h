#pragma once

#include <cstddef>
#include <cstdint>

namespace tare::init {

constexpr std::size_t kPathMax = 4096;

enum class Missing : std::uint8_t { kRefuse, kMakeDirectory, kMakeFile };
enum class Symlinks : std::uint8_t { kFollow, kRefuse };

// Opens `path` (O_PATH) as a process would whose "/" is `root`: absolute symlinks and ".." stay
// inside, and magic links of procfs lead nowhere: ELOOP, or mere text without openat2(2). With
// kRefuse any symlink on the way is ELOOP.
// Returns a descriptor, or -errno.
int open_in_root(int root, const char* path, Symlinks symlinks = Symlinks::kFollow, int flags = 0);

// The same, making what is missing: directories (0755), and at the end a directory or an empty file
// (0644). A dangling symlink makes what it points to, inside the root.
int make_in_root(int root, const char* path, Missing missing);

// The same walk without openat2(2), one component at a time; what the two above fall back to.
int walk_in_root(int root, const char* path, Symlinks symlinks, Missing missing);

// Where the last component of a path begins.
std::size_t last_component(const char* path);

} // namespace tare::init
