#include "init/mount.h"
#include "init/steps.h"
#include "init/syscall.h"

#include <cstring>

namespace tare::init {

namespace {

using wire::Detail;

constexpr std::uint32_t kOfLinks = wire::kLinkItself | wire::kOverLink | wire::kCopyLink;

long clone_source(const char* path, const wire::Bind& body) {
    const bool link = (body.flags & (wire::kLinkItself | wire::kCopyLink)) != 0;
    return clone_tree(AT_FDCWD, path, body.recursive != 0,
                      link ? Symlinks::kRefuse : Symlinks::kFollow);
}

// The target of the symlink `name` in `dir`, ended by NUL; "" is `dir` itself. Or -errno.
long read_link(int dir, const char* name, char (&text)[kPathMax]) {
    const long size = sys(__NR_readlinkat, dir, name, text, sizeof text - 1);
    text[size < 0 ? 0 : size] = '\0';
    return size;
}

bool is_symlink(int fd) {
    struct stat what = {};
    return sys(__NR_newfstatat, fd, "", &what, AT_EMPTY_PATH) == 0 && S_ISLNK(what.st_mode);
}

// Nothing is followed at the end of the path: what the image has there must be the same symlink.
// Apart, because of the pages of stack that no other bind needs.
[[gnu::noinline]] Status copy_link(Context& context, int link, const wire::Bind& body) {
    if ((body.flags & wire::kPlainTarget) != 0) return {ENOTDIR, Detail::kTargetNotPlain};
    char text[kPathMax], there[kPathMax];
    REQUIRE(outcome(read_link(link, "", text), Detail::kOpenSource));
    discard(link);
    const Place place = place_of(context, context.plan.text(body.target), true);
    REQUIRE(outcome(place.dir, Detail::kOpenTarget));
    const long made = sys(__NR_symlinkat, text, place.dir, place.name);
    if (made != -EEXIST) return outcome(made, Detail::kOpenTarget);
    const bool same = read_link(place.dir, place.name, there) >= 0 && std::strcmp(there, text) == 0;
    return same ? Status{} : Status{EEXIST, Detail::kOtherThere};
}

Target kind_of_target(const wire::Bind& body) {
    if ((body.flags & wire::kPlainTarget) != 0) return Target::kPlainDirectory;
    return (body.flags & wire::kOverLink) != 0 ? Target::kLinkItself : Target::kAny;
}

// Linux before 5.2: mount(2) on the descriptor's magic link names the very inode that was resolved.
Status bind_the_old_way(Context& context, const wire::Bind& body) {
    if ((body.flags & kOfLinks) != 0) return {ENOSYS, Detail::kMissingSyscall};
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
    if (tree < 0) tree = clone_source(context.plan.text(body.source), body);
    if (tree == -ENOSYS) return bind_the_old_way(context, body);
    REQUIRE(outcome(tree, Detail::kOpenSource));
    const int mounted = static_cast<int>(tree);

    if (std::strcmp(target, "/proc") == 0) REQUIRE(check_proc(target, is_procfs(mounted)));
    if ((body.flags & wire::kCopyLink) != 0 && is_symlink(mounted))
        return copy_link(context, mounted, body);
    REQUIRE(
        attach_with(context, mounted, body.attributes, recursive, target, kind_of_target(body)));
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
