#include "init/mount.h"
#include "init/steps.h"
#include "init/syscall.h"

#include <cstring>

namespace tare::init {

namespace {

using wire::Detail;

// Linux before 5.2: mount(2) on the descriptor's magic link names the very inode that was resolved.
Status bind_the_old_way(Context& context, const wire::Bind& body) {
    const char* path = context.plan.text(body.target);
    const int source = open_at(AT_FDCWD, context.plan.text(body.source), O_PATH);
    REQUIRE(outcome(source, Detail::kOpenSource));
    int target = open_target(context, path, source);
    REQUIRE(outcome(target, Detail::kOpenTarget));
    if (!is_on_procfs(source)) REQUIRE(check_target(target, path));
    REQUIRE(check_proc(path, is_procfs(source)));
    const FdPath from(source), to(target);
    const unsigned long flags = body.recursive != 0 ? MS_BIND | MS_REC : MS_BIND;
    REQUIRE(outcome(sys(__NR_mount, from.text, to.text, nullptr, flags, nullptr), Detail::kMove));
    forget_directory(context);
    target = open_in_root(context.root, path);
    REQUIRE(outcome(target, Detail::kOpenTarget));
    return set_attributes(context, target, body.attributes, body.recursive != 0, true);
}

} // namespace

Status bind(Context& context, const wire::Bind& body) {
    const bool recursive = body.recursive != 0;
    const char* target = context.plan.text(body.target);
    long tree = context.plan.slot(body.tree);
    if (tree < 0) tree = clone_tree(AT_FDCWD, context.plan.text(body.source), recursive);
    if (tree == -ENOSYS) return bind_the_old_way(context, body);
    REQUIRE(outcome(tree, Detail::kOpenSource));
    const int mounted = static_cast<int>(tree);

    if (std::strcmp(target, "/proc") == 0) REQUIRE(check_proc(target, is_procfs(mounted)));

    const bool plain = (body.flags & wire::kPlainTarget) != 0;
    REQUIRE(attach_with(context, mounted, body.attributes, recursive, target,
                        plain ? Target::kPlainDirectory : Target::kAny));
    let_go(context, mounted);
    return {};
}

Status bind_read_only(Context& context, const char* source, const char* target, bool plain) {
    const long tree = clone_tree(AT_FDCWD, source, true);
    REQUIRE(outcome(tree, Detail::kOpenSource));
    wire::Attributes harmless; // no less than any config asks for such a file system
    harmless.recursive_set =
        MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
    return attach_with(context, static_cast<int>(tree), harmless, true, target,
                       plain ? Target::kPlainDirectory : Target::kDirectory);
}

} // namespace tare::init
