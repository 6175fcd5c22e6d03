#include "init/mount.h"
#include "init/steps.h"
#include "init/syscall.h"

namespace tare::init {

namespace {

using wire::Detail;

bool is_node(const struct stat& what, const wire::Device& wanted) {
    if ((what.st_mode & S_IFMT) != (wanted.mode & S_IFMT)) return false;
    return S_ISFIFO(what.st_mode) || what.st_rdev == wanted.number;
}

long look(int dir, const char* name, struct stat& what) {
    return sys(__NR_newfstatat, dir, name, &what, AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH);
}

// A node with these ids and mode exactly. What is changed is the very inode that was verified.
Status give_owner(const Place& place, const wire::Device& body, bool mode_too) {
    const int node = open_at(place.dir, place.name, O_PATH | O_NOFOLLOW);
    REQUIRE(outcome(node, Detail::kOpenTarget));
    struct stat what;
    REQUIRE(outcome(look(node, "", what)));
    if (!is_node(what, body)) return {EEXIST, Detail::kNotADevice};
    if (what.st_uid != body.uid || what.st_gid != body.gid)
        REQUIRE(outcome(sys(__NR_fchownat, node, "", body.uid, body.gid, AT_EMPTY_PATH)));
    // A chmod of an O_PATH descriptor goes by its magic link, before pivot in the host's procfs.
    if (mode_too && (what.st_mode & 07777) != (body.mode & 07777))
        REQUIRE(outcome(sys(__NR_fchmodat, AT_FDCWD, FdPath(node).text, body.mode & 07777)));
    discard(node);
    return {};
}

// The image brought something of that name. The same device is taken over. Anything else is an
// error where the config asks for the device, and replaced where we do: config-linux.md, "Devices".
Status replace(const Place& place, const wire::Device& body) {
    struct stat what;
    REQUIRE(outcome(look(place.dir, place.name, what), Detail::kOpenTarget));
    if (is_node(what, body)) return give_owner(place, body, true);
    if (body.must_match != 0) return {EEXIST, Detail::kNotADevice};
    REQUIRE(outcome(sys(__NR_unlinkat, place.dir, place.name, 0)));
    REQUIRE(outcome(
        sys(__NR_mknodat, place.dir, place.name, body.mode, static_cast<unsigned>(body.number))));
    return give_owner(place, body, false);
}

Status bind_node(Context& context, const Place& place, const wire::Device& body) {
    long tree = context.plan.slot(body.tree);
    if (tree < 0) tree = clone_tree(AT_FDCWD, context.plan.text(body.bind_source), false);
    if (tree == -ENOSYS) return {ENOSYS, Detail::kMissingSyscall};
    REQUIRE(outcome(tree, Detail::kOpenSource));
    struct stat what;
    REQUIRE(outcome(look(static_cast<int>(tree), "", what), Detail::kOpenSource));
    if (!is_node(what, body)) return {ENODEV, Detail::kNotADevice};
    // EEXIST is fine: what is there gets covered, and a symlink is covered itself, not followed.
    const long made = sys(__NR_mknodat, place.dir, place.name, S_IFREG | 0644, 0);
    if (made < 0 && made != -EEXIST) return outcome(made, Detail::kOpenTarget);
    REQUIRE(outcome(sys(__NR_move_mount, tree, "", place.dir, place.name, MOVE_MOUNT_F_EMPTY_PATH),
                    Detail::kMove));
    // Its mode and owner stay the host's, whatever ids are mapped; the device itself can be
    // written.
    return make_read_only(context, static_cast<int>(tree));
}

} // namespace

Status device(Context& context, const wire::Device& body) {
    const Place place = place_of(context, context.plan.text(body.path), true);
    REQUIRE(outcome(place.dir, Detail::kOpenTarget));
    if (body.bind_source.at != 0) return bind_node(context, place, body);
    // umask is 0: the mode is exact. The node is made where nothing was, so that there is nothing
    // to verify; and it is root's, because we still are.
    const long made =
        sys(__NR_mknodat, place.dir, place.name, body.mode, static_cast<unsigned>(body.number));
    if (made == -EEXIST) return replace(place, body);
    REQUIRE(outcome(made));
    return body.uid == 0 && body.gid == 0 ? Status{} : give_owner(place, body, false);
}

Status link(Context& context, const wire::Symlink& body) {
    const Place place = place_of(context, context.plan.text(body.path), true);
    REQUIRE(outcome(place.dir, Detail::kOpenTarget));
    const long made = sys(__NR_symlinkat, context.plan.text(body.target), place.dir, place.name);
    // What the image has there is its own choice.
    return made == -EEXIST ? Status{} : outcome(made);
}

} // namespace tare::init
