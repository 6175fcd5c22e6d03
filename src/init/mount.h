#pragma once

#include "init/context.h"
#include "init/path.h"

namespace tare::init {

// Where something is to be made: a name that is not followed, in a directory.
struct Place {
    int dir;          // or -errno
    const char* name; // one component
};

// The parent directory of `path` and its last component. The directory is opened only when no
// symlink is on the way to it; else -ELOOP, and only a walk can tell.
// With `make` missing directories are made, and symlinks followed inside the root.
Place place_of(Context& context, const char* path, bool make);

// Any step that changes the mount table calls this: a directory that we hold may be covered now.
void forget_directory(Context& context);

// A mount point inside the container root: O_PATH, or -errno.
// What is missing is made: a directory, or a file where the mounted object is none.
int open_target(Context& context, const char* path, int mounted);

// Puts the detached mount `mounted`, whose root is a directory, on `path`.
//   plain  it must be a real directory there, and no symlink to one
Status attach(Context& context, int mounted, const char* path, bool plain);

// Puts a detached mount of a file or a directory on `path`.
Status attach_bind(Context& context, int mounted, const char* path);

// The same, over the symlink itself where it is one.
Status attach_over_link(Context& context, int mounted, const char* path);

// Refuses a target on procfs (kForbiddenTarget) but for the few files that may be covered.
Status check_target(int target, const char* path);

// Refuses anything but procfs on /proc (kNotProcfs).
Status check_proc(const char* path, bool procfs);
bool is_on_procfs(int fd);
bool is_procfs(int fd); // the root of one

// Puts it on the target that open_target() brought; `path` is what the plan calls it.
Status attach_at(Context& context, int mounted, int target, const char* path);

// An attached mount, which is to go when a later step fails: nothing without kAllOrNothing.
Status remember_mount(Context& context, int mounted);
// We are done with an attached mount: closes it, unless it is remembered.
void let_go(const Context& context, int mounted);

// What mount_setattr(2) does to a mount by descriptor, in as few calls as possible.
//   tree      it may have mounts below it; else the recursive parts go into the same call
//   attached  before Linux 5.12 only an attached mount can be changed: else kMissingSyscall
Status set_attributes(const Context& context, int mounted, const wire::Attributes& attributes,
                      bool tree, bool attached);

// An attached mount alone, without those below it.
Status make_read_only(const Context& context, int mounted);

// Attaches a detached mount with these attributes, and with them from the start where possible.
// `kind` as in attach() and attach_bind(), or over a symlink rather than what it leads to.
enum class Target : std::uint8_t { kPlainDirectory, kDirectory, kAny, kLinkItself };
Status attach_with(Context& context, int mounted, const wire::Attributes& attributes, bool tree,
                   const char* path, Target kind);

// A detached clone of `source` (absolute or relative to `dir`; "" is `dir` itself), or -errno. With
// kRefuse a symlink at its end is cloned itself.
long clone_tree(int dir, const char* source, bool recursive, Symlinks last = Symlinks::kFollow);

// A new file system with no more than its name, detached: an empty tmpfs for a mask, a procfs.
long new_mount(const char* type, unsigned attributes);

// MOUNT_ATTR_* as MS_*.
unsigned long mount_flags(std::uint64_t attributes);
// The flags that a mount has, as MS_*.
unsigned long present_flags(int mounted);

// "/proc/self/fd/N" in a procfs that leads to `fd`, for mount(2) on kernels without move_mount(2).
struct FdPath {
    explicit FdPath(int fd);
    char text[32];
};

} // namespace tare::init
