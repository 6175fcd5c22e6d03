#include "runtime/criu_mounts.h"

#include "base/text.h"
#include "plan/mount.h"
#include "plan/mount_options.h"
#include "sys/file.h"
#include "sys/in_root.h"

#include <algorithm>
#include <fcntl.h>
#include <linux/stat.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef STATX_MNT_ID
#define STATX_MNT_ID 0x1000U
#endif
#ifndef STATX_ATTR_MOUNT_ROOT
#define STATX_ATTR_MOUNT_ROOT 0x2000
#endif

namespace tare::runtime {

namespace {

constexpr std::size_t kMostMountinfo = 64u << 20;

// "\040" is a space: proc(5).
std::string unescaped(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\\' && i + 3 < text.size()) {
            out += static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8
                                     + (text[i + 3] - '0'));
            i += 3;
        } else {
            out += text[i];
        }
    }
    return out;
}

struct Found {
    std::uint64_t mount = 0;
    bool is_mount = false, is_directory = false;
};

Result<Found> look(const Fd& file) {
    struct statx facts = {};
    if (::syscall(SYS_statx, file.get(), "", AT_EMPTY_PATH, STATX_MNT_ID | STATX_TYPE, &facts) < 0)
        return sys_failure("statx");
    if ((facts.stx_mask & STATX_MNT_ID) == 0) return sys_failure("statx for the mount", ENOSYS);
    return Found{facts.stx_mnt_id, (facts.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0,
                 S_ISDIR(facts.stx_mode)};
}

// A masked directory is covered by a tmpfs of the container's own.
bool is_mask(const plan::ExternalMount& candidate) {
    return candidate.origin.find("/maskedPaths/") != std::string::npos;
}

// ---- Restore

struct BindMount {
    std::string target, source; // clean; absolute
};

// Where a mount point is to be made: `path` in the tree of `root`. Empty root: nowhere, because
// what it lies on is brought by CRIU or by the kernel.
struct Place {
    std::string root, path;
};

bool is_below(std::string_view path, std::string_view directory) {
    return path.size() > directory.size() && path.starts_with(directory)
           && path[directory.size()] == '/';
}

class MountPoints {
public:
    MountPoints(const std::string& rootfs, const std::string& bundle)
        : rootfs_(rootfs), bundle_(bundle) {}

    Status add(const spec::Mount& mount, const std::string& origin) {
        const plan::MountOptions options = TRY(plan::read_mount_options(mount.options, origin));
        if (options.remount) return {};
        const std::string target = plan::clean_path(mount.destination);
        const bool bind = options.bind || mount.type == "bind";
        const std::string source =
            !bind || mount.source.starts_with('/') ? mount.source : bundle_ + "/" + mount.source;
        if (bind && options.copy_symlink && is_symlink(source)) return {}; // nothing is mounted
        TRY(make(place_of(target), !bind || is_directory(source)).map_error(under(origin)));
        covered_.push_back({target, bind ? source : ""});
        return {};
    }

private:
    static bool is_directory(const std::string& path) {
        struct stat facts = {};
        return ::stat(path.c_str(), &facts) == 0 && S_ISDIR(facts.st_mode);
    }

    static bool is_symlink(const std::string& path) {
        struct stat facts = {};
        return ::lstat(path.c_str(), &facts) == 0 && S_ISLNK(facts.st_mode);
    }

    // On the last mount above it.
    Place place_of(const std::string& target) const {
        for (auto above = covered_.rbegin(); above != covered_.rend(); ++above) {
            if (!is_below(target, above->target)) continue;
            if (above->source.empty()) return {};
            return {above->source, target.substr(above->target.size())};
        }
        return {rootfs_, target};
    }

    static Status make(const Place& place, bool directory) {
        if (place.root.empty()) return {};
        const Fd root = TRY(sys::open_file(place.root, O_PATH | O_DIRECTORY));
        return sys::make_in_root(root, place.path, directory);
    }

    const std::string& rootfs_;
    const std::string& bundle_;
    std::vector<BindMount> covered_; // in order; no source: a file system of the container's own
};

} // namespace

std::map<std::uint64_t, std::string> mount_points(std::string_view mountinfo) {
    std::map<std::uint64_t, std::string> points;
    for (const std::string_view line : split(mountinfo, '\n')) {
        const auto fields = split(line, ' ');
        constexpr std::size_t kId = 0, kPoint = 4;
        if (fields.size() <= kPoint) continue;
        if (const auto id = parse_unsigned(fields[kId])) points[*id] = unescaped(fields[kPoint]);
    }
    return points;
}

Result<std::vector<plan::CriuMount>>
find_external_mounts(pid_t init, const std::vector<plan::ExternalMount>& candidates) {
    const std::string proc = "/proc/" + std::to_string(init);
    const Fd root = TRY(sys::open_file(proc + "/root", O_PATH | O_DIRECTORY));
    const auto points = mount_points(TRY(sys::read_file(proc + "/mountinfo", kMostMountinfo)));

    std::vector<plan::CriuMount> found;
    for (const plan::ExternalMount& candidate : candidates) {
        const auto file = sys::open_in_root(root, candidate.destination, O_PATH);
        if (!file) continue; // gone, or never made: not for us to say
        const Found facts = TRY(look(*file).map_error(under(candidate.origin)));
        if (!facts.is_mount || (facts.is_directory && is_mask(candidate))) continue;
        const auto point = points.find(facts.mount);
        if (point == points.end() || point->second == "/") continue;
        if (std::ranges::find(found, point->second, &plan::CriuMount::key) == found.end())
            found.push_back({point->second, candidate.name});
    }
    return found;
}

Status make_mount_points(const spec::Config& config, const std::string& rootfs,
                         const std::string& bundle) {
    MountPoints points(rootfs, bundle);
    for (std::size_t i = 0; i < config.mounts.size(); ++i)
        TRY(points.add(config.mounts[i], plan::pointer_to("config.json#/mounts", i)));
    return {};
}

} // namespace tare::runtime
