#include "init/mount.h"

#include "init/steps.h"
#include "init/syscall.h"

#include <cstring>

namespace tare::init {

namespace {

using wire::Detail;

constexpr std::size_t kLongestValue = 255; // of fsconfig(2): strndup_user(value, 256)

const char* value_of(const char* option) {
    const char* equals = std::strchr(option, '=');
    return equals == nullptr ? nullptr : equals + 1;
}

bool fits_fsconfig(const Context& context, const wire::TextList& options) {
    for (std::uint32_t i = 0, count = context.plan.count(options); i < count; ++i) {
        const char* option = context.plan.text(options, i);
        const char* value = value_of(option);
        const std::size_t key =
            value == nullptr ? std::strlen(option) : static_cast<std::size_t>(value - option);
        if (key > kLongestValue || (value != nullptr && std::strlen(value) > kLongestValue))
            return false;
    }
    return true;
}

long configure(int fs, const char* option) {
    const char* value = value_of(option);
    if (value == nullptr) return sys(__NR_fsconfig, fs, FSCONFIG_SET_FLAG, option, nullptr, 0);
    char key[kLongestValue + 1], plain[kLongestValue + 1];
    const std::size_t size = static_cast<std::size_t>(value - option) - 1;
    std::memcpy(key, option, size);
    key[size] = '\0';
    // context="system_u:...:c1,c2": quotes are for mount(2), which splits at commas.
    const std::size_t length = std::strlen(value);
    if (length >= 2 && value[0] == '"' && value[length - 1] == '"') {
        std::memcpy(plain, value + 1, length - 2);
        plain[length - 2] = '\0';
        value = plain;
    }
    return sys(__NR_fsconfig, fs, FSCONFIG_SET_STRING, key, value, 0);
}

Status configure_all(const Context& context, int fs, const wire::Mount& body) {
    if (const char* source = context.plan.text(body.source); source[0] != '\0')
        REQUIRE(outcome(sys(__NR_fsconfig, fs, FSCONFIG_SET_STRING, "source", source, 0),
                        Detail::kFsconfig));
    for (std::uint32_t i = 0, count = context.plan.count(body.options); i < count; ++i)
        REQUIRE(outcome(configure(fs, context.plan.text(body.options, i)), Detail::kFsconfig));
    return {};
}

// The options in the form of mount(2)'s last argument; false when they do not fit into a page.
bool join_options(const Context& context, const wire::TextList& options, char* data,
                  std::size_t room) {
    char* to = data;
    for (std::uint32_t i = 0, count = context.plan.count(options); i < count; ++i) {
        const char* option = context.plan.text(options, i);
        const std::size_t size = std::strlen(option);
        if (static_cast<std::size_t>(to - data) + size + 2 > room) return false;
        if (to != data) *to++ = ',';
        std::memcpy(to, option, size);
        to += size;
    }
    *to = '\0';
    return true;
}

struct Mounted {
    int fd = -1;
    Status status;
};

// A tmpfs that takes over something must be writable until it has.
std::uint64_t set_late(const wire::Mount& body) {
    const bool takes_over = (body.flags & (wire::kCopyUp | wire::kKeepMode)) != 0;
    return takes_over ? body.attributes.set & MOUNT_ATTR_RDONLY : 0;
}

// A new mount of `type`, not yet attached.
Mounted open_mount(Context& context, const char* type, const wire::Mount& body) {
    const long fs = sys(__NR_fsopen, type, FSOPEN_CLOEXEC);
    if (fs < 0) return {-1, outcome(fs, Detail::kFsopen)};
    const int fd = static_cast<int>(fs);
    Status status = configure_all(context, fd, body);
    long mounted = -1;
    if (!status.refused())
        status = outcome(sys(__NR_fsconfig, fd, FSCONFIG_CMD_CREATE, nullptr, nullptr, 0),
                         Detail::kFsmount);
    if (!status.refused()) {
        mounted = sys(__NR_fsmount, fd, FSMOUNT_CLOEXEC,
                      static_cast<unsigned>(body.attributes.set & ~set_late(body)));
        status = outcome(mounted, Detail::kFsmount);
    }
    discard(fd);
    return {static_cast<int>(mounted), status};
}

// What fsmount(2) cannot do itself. New mounts are private already, and stay so unless what they
// are attached to is shared.
wire::Attributes left_over(const Context& context, const wire::Attributes& asked) {
    wire::Attributes rest = asked;
    rest.set = rest.clear = 0;
    if (rest.propagation == MS_PRIVATE && !context.shared) rest.propagation = 0;
    return rest;
}

// The directory that the new tmpfs is going to cover; -ENOENT when there is none yet.
int covered_directory(const Context& context, const wire::Mount& body) {
    if ((body.flags & (wire::kCopyUp | wire::kKeepMode)) == 0) return -ENOENT;
    return open_in_root(context.root, context.plan.text(body.target), Symlinks::kFollow,
                        O_DIRECTORY);
}

Status take_over(const wire::Mount& body, int covered, int mounted) {
    if (covered < 0) return {};
    struct stat what = {};
    if (body.flags & wire::kKeepMode) {
        REQUIRE(
            outcome(sys(__NR_newfstatat, covered, "", &what, AT_EMPTY_PATH), Detail::kOpenTarget));
        REQUIRE(outcome(sys(__NR_fchmodat, mounted, ".", what.st_mode & 07777),
                        Detail::kSetAttributes));
    }
    if (body.flags & wire::kCopyUp) REQUIRE(copy_up(covered, mounted));
    discard(covered);
    return {};
}

// For kernels without fsopen(2), and for what fsconfig(2) does not take: long options, iversion.
Status mount_the_old_way(Context& context, const char* type, const wire::Mount& body) {
    // A path under "/proc" is how mount(2) gets at a descriptor: here that would be the
    // container's.
    if (context.all_or_nothing) return {ENOSYS, Detail::kMissingSyscall};
    const char* path = context.plan.text(body.target);
    const int covered = covered_directory(context, body);
    const bool plain = (body.flags & wire::kPlainTarget) != 0;
    int target = open_in_root(context.root, path, plain ? Symlinks::kRefuse : Symlinks::kFollow);
    if (target == -ELOOP && plain) return {ENOTDIR, Detail::kTargetNotPlain};
    if (target == -ENOENT) target = make_in_root(context.root, path, Missing::kMakeDirectory);
    REQUIRE(outcome(target, Detail::kOpenTarget));
    if (!plain) REQUIRE(check_target(target, path));

    char data[kPathMax];
    if (!join_options(context, body.options, data, sizeof data)) return {E2BIG, Detail::kFsconfig};
    const FdPath where(target);
    unsigned long flags = mount_flags(body.attributes.set & ~set_late(body));
    if (body.flags & wire::kCountVersions) flags |= MS_I_VERSION;
    REQUIRE(outcome(sys(__NR_mount, context.plan.text(body.source), where.text, type, flags, data),
                    Detail::kFsmount));
    discard(target);
    forget_directory(context);
    wire::Attributes rest = left_over(context, body.attributes);
    rest.set = set_late(body);
    const int mounted = open_in_root(context.root, path);
    REQUIRE(outcome(mounted, Detail::kOpenTarget));
    REQUIRE(take_over(body, covered, mounted));
    return set_attributes(context, mounted, rest, false, true);
}

Status mount_as(Context& context, const char* type, const wire::Mount& body) {
    REQUIRE(check_proc(context.plan.text(body.target), std::strcmp(type, "proc") == 0));
    const bool old = (body.flags & wire::kCountVersions) != 0;
    if (old || !fits_fsconfig(context, body.options)) return mount_the_old_way(context, type, body);
    const Mounted mounted = open_mount(context, type, body);
    if (mounted.status.refused()) {
        const bool missing =
            mounted.status.detail == Detail::kFsopen && is_missing(-mounted.status.code);
        return missing ? mount_the_old_way(context, type, body) : mounted.status;
    }
    REQUIRE(take_over(body, covered_directory(context, body), mounted.fd));
    const bool plain = (body.flags & wire::kPlainTarget) != 0;
    wire::Attributes rest = left_over(context, body.attributes);
    rest.set = set_late(body);
    REQUIRE(attach_with(context, mounted.fd, rest, false, context.plan.text(body.target),
                        plain ? Target::kPlainDirectory : Target::kDirectory));
    let_go(context, mounted.fd);
    return {};
}

const char* place_on_the_host(const char* type) {
    if (std::strcmp(type, "proc") == 0) return "/proc";
    return std::strcmp(type, "sysfs") == 0 ? "/sys" : "/dev/mqueue";
}

bool was_forbidden(const Status& status) {
    return (status.code == EPERM || status.code == EBUSY)
           && (status.detail == Detail::kFsopen || status.detail == Detail::kFsmount);
}

} // namespace

Status mount(Context& context, const wire::Mount& body) {
    const char* type = context.plan.text(body.type);
    const Status status = mount_as(context, type, body);
    if ((body.flags & wire::kBindOnEperm) == 0 || !was_forbidden(status)) return status;
    return bind_read_only(context, place_on_the_host(type), context.plan.text(body.target),
                          (body.flags & wire::kPlainTarget) != 0);
}

Status mount_cgroup(Context& context, const wire::Mount& body) {
    const Status status = mount_as(context, "cgroup2", body);
    // In a container that runs, the source would be looked up there.
    if (!was_forbidden(status) || context.all_or_nothing) return status;
    const char* target = context.plan.text(body.target);
    if (const char* source = context.plan.text(body.source); source[0] == '/') {
        const Status bound = bind_read_only(context, source, target, false);
        if (!bound.refused() || (body.flags & wire::kMaskOnEperm) == 0) return bound;
    }
    if ((body.flags & wire::kMaskOnEperm) == 0) return status;
    const long mask = new_mount("tmpfs", MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV
                                             | MOUNT_ATTR_NOEXEC);
    REQUIRE(outcome(mask, Detail::kFsmount));
    return attach(context, static_cast<int>(mask), target, false);
}

Status remount(Context& context, const wire::Mount& body) {
    const int target = open_in_root(context.root, context.plan.text(body.target));
    REQUIRE(outcome(target, Detail::kOpenTarget));
    const bool super = (body.flags & wire::kSuperReadonly) != 0;
    if (super || body.options.count != 0) {
        const long fs = sys(__NR_fspick, target, "", FSPICK_CLOEXEC | FSPICK_EMPTY_PATH);
        REQUIRE(outcome(fs, fs == -ENOSYS ? Detail::kMissingSyscall : Detail::kFsopen));
        if (super)
            REQUIRE(outcome(sys(__NR_fsconfig, fs, FSCONFIG_SET_FLAG, "ro", nullptr, 0),
                            Detail::kFsconfig));
        for (std::uint32_t i = 0, count = context.plan.count(body.options); i < count; ++i)
            REQUIRE(outcome(configure(static_cast<int>(fs), context.plan.text(body.options, i)),
                            Detail::kFsconfig));
        REQUIRE(outcome(sys(__NR_fsconfig, fs, FSCONFIG_CMD_RECONFIGURE, nullptr, nullptr, 0),
                        Detail::kFsconfig));
        discard(static_cast<int>(fs));
    }
    return set_attributes(context, target, body.attributes, true, true);
}

} // namespace tare::init
