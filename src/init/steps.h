#pragma once

#include "init/context.h"

namespace tare::init {

// What performs each op of wire.h, by file. All return at once with the refusal, and leave what
// they opened to the close_range(2) of kReady.

// namespace.cc
Status new_session();
Status join(Context& context, const wire::Join& body);
Status unshare(Context& context, const wire::Unshare& body);
Status fork_once(Context& context, const wire::Fork& body);
Status loopback_up();
Status enter_root(Context& context, const wire::EnterRoot& body);

// root.cc
Status propagation(Context& context, const wire::Propagation& body);
Status bind_root(Context& context, const wire::BindRoot& body);
Status copy_mounts(Context& context);
Status pivot(Context& context, const wire::Pivot& body);
Status root_propagation(const wire::Propagation& body);
Status root_readonly(const Context& context);

// mount.cc, bind.cc
Status mount(Context& context, const wire::Mount& body);
Status remount(Context& context, const wire::Mount& body);
Status mount_cgroup(Context& context, const wire::Mount& body);
Status bind(Context& context, const wire::Bind& body);
Status bind_read_only(Context& context, const char* source, const char* target, bool plain);

// unmount.cc
Status find_mount(Context& context, const wire::Path& body);
Status unmount(Context& context);
// Takes away what was mounted since kAllOrNothing, as far as that is possible.
void undo_mounts(Context& context);

// copy_up.cc: fills the directory `to` with what is in `from`.
Status copy_up(int from, int to);

// device.cc, mask.cc
Status device(Context& context, const wire::Device& body);
Status link(Context& context, const wire::Symlink& body);
Status make_directory(const Context& context, const wire::Path& body);
Status mask_path(Context& context, const wire::Path& body);
Status readonly_path(Context& context, const wire::Path& body);

// proc.cc
Status sysctl(Context& context, const wire::Sysctl& body);
Status write_self(Context& context, const char* file, const char* text, const char* prefix = "");
Status apparmor(Context& context, const char* profile);

// stdio.cc
// After the change of root: where our standard streams are the host's /dev/null, the container's
// own takes its place, if it has one. A checkpoint cannot hold what lies outside the container's
// mounts.
void reopen_null(const Context& context);

// console.cc
Status console(Context& context, const wire::Console& body);

// process.cc
Status hostname(const char* name);
Status domainname(const char* name);
Status keyring(const char* name);
Status rlimit(Context& context, const wire::Rlimit& body);
Status personality(const wire::Number& body);
Status scheduler(const wire::Scheduler& body);
Status io_priority(const wire::Number& body);
Status memory_policy(const Context& context, const wire::MemoryPolicy& body);
Status affinity(const Context& context, const wire::Affinity& body);
Status set_umask(Context& context, const wire::Number& body);

// credentials.cc
Status groups(Context& context, const wire::Bytes& body);
Status bounding(const wire::Number& body);
Status ids(const Context& context, const wire::Ids& body);
Status capabilities(const wire::Capabilities& body);
Status no_new_privileges();
Status seccomp(Context& context, const wire::Seccomp& body);

// hooks.cc
Status hook(Context& context, const wire::Hook& body);

// gate.cc
// Before the first of kSeccomp, a last kFork and kReady: umask, and every descriptor closed that is
// not the container's or part of the gate. A filter might refuse that later.
void settle(Context& context);
// Reports `kind`, and waits for kGo.
Status sync(Context& context, std::uint32_t kind);
Status ready(Context& context);

// exec.cc
// Whether a step of that kind is still to be performed.
bool comes_again(const Context& context, wire::Op op);
Status prepare_exec(Context& context);
Status change_directory(Context& context, const wire::Chdir& body);
Status find_exec(Context& context, const wire::FindExec& body);
Status exec(Context& context);

} // namespace tare::init
