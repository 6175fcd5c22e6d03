#include "plan/mount_entry.h"

#include "base/text.h"
#include "plan/covered_in_proc.h"

#include <algorithm>

namespace tare::plan {

namespace {

Status check_target(const Entry& entry) {
    const std::string origin = entry.origin + "/destination: ";
    if (entry.target == "/") return invalid(origin + "the root itself cannot be a mount point");
    if (is_change(entry)) return {};
    // What is bound there init looks at: it must be a procfs, wherever on the host.
    const bool bound =
        is_bind(entry)
        && (target_text(entry) == "/proc" || clean_path(entry.mount.source) == "/proc");
    if (entry.target == "/proc" && entry.mount.type != "proc" && !bound)
        return invalid(origin + "only type proc or a bind mount of a procfs may go to '/proc'");
    if (!is_below(entry.target, "/proc")) return {};
    const std::string_view inside = std::string_view(entry.target).substr(6);
    const auto& allowed = wire::kMayBeCoveredInProc;
    if (std::find(std::begin(allowed), std::end(allowed), inside) != std::end(allowed)) return {};
    return invalid(origin + quote(entry.target) + " is inside /proc, where only these may be "
                   + "mounted over: " + joined({std::begin(allowed), std::end(allowed)}));
}

} // namespace

Result<Entry> read_entry(const Compilation& c, std::size_t index) {
    const spec::Mount& mount = c.config.mounts[index];
    std::string origin = pointer_to(c.mounts_origin, index);
    MountOptions options = TRY(read_mount_options(mount.options, origin));
    Entry entry{mount, std::move(origin), clean_path(mount.destination), std::move(options)};
    TRY(check_target(entry));
    return entry;
}

bool is_bind(const Entry& entry) {
    return entry.options.bind || entry.mount.type == "bind";
}

bool is_change(const Entry& entry) {
    const bool no_type = entry.mount.type.empty() || entry.mount.type == "none";
    return entry.options.remount
           || (no_type && !is_bind(entry) && entry.options.attributes.propagation != 0);
}

bool is_below(std::string_view path, std::string_view directory) {
    return path.size() > directory.size() && path.substr(0, directory.size()) == directory
           && (directory == "/" || path[directory.size()] == '/');
}

std::string target_text(const Entry& entry) {
    std::string out;
    for (const std::string_view part : split(entry.mount.destination, '/'))
        if (!part.empty() && part != ".") out += "/" + std::string(part);
    return out.empty() ? "/" : out;
}

std::uint32_t target_flags(const Entry& entry) {
    const bool plain = entry.target == "/proc" || entry.target == "/sys";
    return plain ? wire::kPlainTarget : 0;
}

void warn(const Compilation& c, const Entry& entry, const std::vector<std::string>& options,
          const char* why) {
    if (!options.empty())
        c.plan.warnings.push_back(entry.origin + "/options: " + joined(options) + ": " + why);
}

std::string clean_path(std::string_view path) {
    std::vector<std::string_view> parts;
    for (const std::string_view part : split(path, '/')) {
        if (part == "..") {
            if (!parts.empty()) parts.pop_back();
        } else if (!part.empty() && part != ".") {
            parts.push_back(part);
        }
    }
    std::string out;
    for (const std::string_view part : parts)
        out += "/" + std::string(part);
    return out.empty() ? "/" : out;
}

std::set<std::string> clean_destinations(const spec::Config& config) {
    std::set<std::string> out;
    for (const spec::Mount& mount : config.mounts)
        out.insert(clean_path(mount.destination));
    return out;
}

std::string in_bundle(const std::string& path, const std::string& bundle) {
    return path.starts_with('/') ? path : bundle + "/" + path;
}

std::string root_path(const Compilation& c) {
    return in_bundle(c.config.root->path, c.options.bundle);
}

} // namespace tare::plan
