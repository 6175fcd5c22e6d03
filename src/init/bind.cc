#include "init/mount.h"
#include "init/steps.h"
#include "init/syscall.h"

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
    REQUIRE(check_target(target, path));
    const FdPath from(source), to(target);
    const unsigned long flags = body.recursive != 0 ? MS_BIND | MS_REC : MS_BIND;
    REQUIRE(outcome(sys(__NR_mount, from.text, to.text, nullptr, flags, nullptr), Detail::kMove));
    forget_directory(context);
    target = open_in_root(context.root, path);
    REQUIRE(outcome(target, Detail::kOpenTarget));
    return set_attributes(context, target, body.attributes, body.recursive != 0);
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

    // Before it can be seen, unless propagation would be undone by what it is attached to.
    wire::Attributes asked = body.attributes;
    if (context.shared) asked.propagation = 0;
    REQUIRE(set_attributes(context, mounted, asked, recursive));
    REQUIRE(body.flags & wire::kPlainTarget ? attach(context, mounted, target, true)
                                            : attach_bind(context, mounted, target));
    if (context.shared) {
        asked = {};
        asked.propagation = body.attributes.propagation;
        asked.propagation_recursive = body.attributes.propagation_recursive;
        REQUIRE(set_attributes(context, mounted, asked, recursive));
    }
    discard(mounted);
    return {};
}

Status bind_read_only(Context& context, const char* source, const char* target, bool plain) {
    const long tree = clone_tree(AT_FDCWD, source, true);
    REQUIRE(outcome(tree, Detail::kOpenSource));
    wire::Attributes read_only;
    read_only.recursive_set = MOUNT_ATTR_RDONLY;
    REQUIRE(set_attributes(context, static_cast<int>(tree), read_only, true));
    return attach(context, static_cast<int>(tree), target, plain);
}

} // namespace tare::init
