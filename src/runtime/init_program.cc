#include "runtime/init_program.h"

#include "plan/wire.h"
#include "sys/file.h"
#include "sys/mount.h"
#include "sys/raw.h"

#include <csignal>
#include <cstdio>
#include <fcntl.h>
#include <initializer_list>
#include <linux/mount.h>
#include <linux/sched.h>
#include <string_view>
#include <sys/personality.h>
#include <sys/prctl.h>

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

// What the child works from; it shares our memory until it executes init.
struct Task {
    const char* mode = nullptr;
    int program = -1, socket = -1, other = -1;
    char number[12] = {}; // of the socket
};

// An address space in which nothing has a random place is made with two page tables less. Init
// takes it back first of all.
bool child_gives_up_random_places() {
    using sys::raw::call;
    const long now = call(SYS_personality, 0xffffffff); // asks
    return now >= 0 && (now & ADDR_NO_RANDOMIZE) == 0
           && call(SYS_personality, now | ADDR_NO_RANDOMIZE) >= 0;
}

void child_main(void* argument) {
    using sys::raw::call;
    const Task& task = *static_cast<const Task*>(argument);
    call(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL);
    for (const int fd : {task.socket, task.other})
        if (const long result = fd < 0 ? 0 : call(SYS_fcntl, fd, F_SETFD, 0); result < 0)
            child_fails(task.socket, ChildCall::kInherit, result);
    const char* const places = child_gives_up_random_places() ? "fixed" : nullptr;
    child_fails(task.socket, ChildCall::kExecute,
                execute_init(task.program, task.number, task.mode, places));
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

long execute_init(int program, const char* number, const char* mode, const char* places) {
    using sys::raw::pointer;
    const char* args[] = {kName, number, mode, places, nullptr};
    const char* environment[] = {nullptr};
    return sys::raw::call(SYS_execveat, program, pointer(""), pointer(args), pointer(environment),
                          AT_EMPTY_PATH);
}

void child_fails(int report, ChildCall where, long result) {
    using sys::raw::call;
    const wire::Message message = {.kind = wire::kFailed,
                                   .step = kBeforeInit,
                                   .code = static_cast<std::int32_t>(-result),
                                   .detail = static_cast<std::uint32_t>(where)};
    call(SYS_write, report, sys::raw::pointer(&message), sizeof message);
    for (;;)
        call(SYS_exit_group, 1);
}

std::string describe(ChildCall call) {
    switch (call) {
    case ChildCall::kWait:
        return "wait for the runtime";
    case ChildCall::kSetGroupId:
        return "config.json#/linux/gidMappings: become the lowest group of the user namespace";
    case ChildCall::kSetUserId:
        return "config.json#/linux/uidMappings: become the lowest user of the user namespace";
    case ChildCall::kRaiseCapabilities:
        return "keep the capabilities of the user namespace";
    case ChildCall::kInherit:
        return "hand a descriptor to the in-container program";
    case ChildCall::kExecute:
        return "execute the in-container program";
    }
    return "start the container's process";
}

// The one that executes keeps the program; ours is closed.
Result<sys::Child> spawn_init(const InitToSpawn& wanted) {
    const Fd program = TRY(open_init_program());
    static Task task; // it outlives us here
    task = {.mode = wanted.mode,
            .program = program.get(),
            .socket = wanted.socket.get(),
            .other = wanted.other};
    std::snprintf(task.number, sizeof task.number, "%d", task.socket);
    return sys::spawn(CLONE_VM | CLONE_CLEAR_SIGHAND, wanted.cgroup, child_main, &task);
}

} // namespace tare::runtime
