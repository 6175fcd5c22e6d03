#include "runtime/init_program.h"

#include "sys/file.h"
#include "sys/mount.h"
#include "sys/raw.h"

#include <fcntl.h>
#include <linux/mount.h>
#include <string_view>

extern "C" {
extern const char tare_init_begin[];
extern const char tare_init_end[];
}

namespace tare::runtime {

namespace {

constexpr const char* kName = "tare-init";

std::string_view init_bytes() {
    return {tare_init_begin, static_cast<std::size_t>(tare_init_end - tare_init_begin)};
}

Result<Fd> from_detached_tmpfs() {
    const Fd mount = TRY(sys::new_detached("tmpfs", MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV));
    TRY(sys::create_file_at(mount, kName, init_bytes(), 0555));
    TRY(sys::set_tree_attributes(mount, {.set = MOUNT_ATTR_RDONLY}));
    return sys::open_at(mount, kName, O_PATH | O_NOFOLLOW);
}

} // namespace

Result<Fd> open_init_program() {
    auto memory = sys::sealed_memory(kName, init_bytes(), true);
    if (memory || memory.error().code != EACCES) return memory;
    auto file = from_detached_tmpfs();
    if (file) return file;
    return Failure(
        {file.error().code,
         "memfds may not be executed here (sysctl vm.memfd_noexec), and no detached tmpfs "
         "can take their place: "
             + file.error().text});
}

long execute_init(int program, const char* number, const char* mode) {
    using sys::raw::pointer;
    const char* args[] = {kName, number, mode, nullptr};
    const char* environment[] = {nullptr};
    return sys::raw::call(SYS_execveat, program, pointer(""), pointer(args), pointer(environment),
                          AT_EMPTY_PATH);
}

} // namespace tare::runtime
