#include "base/text.h"
#include "spec/runtime/read.h"
#include "spec/runtime/write.h"

namespace tare::spec {

namespace {

bool is_root(std::string_view path) {
    std::size_t depth = 0;
    for (const std::string_view part : split(path, '/')) {
        if (part == "..")
            depth -= depth > 0 ? 1 : 0;
        else if (!part.empty() && part != ".")
            ++depth;
    }
    return depth == 0;
}

Status read_mappings(const json::Cursor& at, Mount& mount) {
    TRY(member(at, "uidMappings", mount.uid_mappings));
    TRY(member(at, "gidMappings", mount.gid_mappings));
    if (mount.uid_mappings.empty() != mount.gid_mappings.empty())
        return at.error(mount.gid_mappings.empty() ? "uidMappings needs gidMappings beside it"
                                                   : "gidMappings needs uidMappings beside it");
    if (mount.uid_mappings.empty()) return {};
    TRY(check_mappings(*at.find("uidMappings"), mount.uid_mappings));
    return check_mappings(*at.find("gidMappings"), mount.gid_mappings);
}

} // namespace

Status read(const json::Cursor& at, Mount& mount) {
    TRY(required(at, "destination", mount.destination));
    if (mount.destination.empty()) return at.error("destination", "must not be empty");
    // Deprecated, but older engines still write them: config.md, "Mounts".
    if (mount.destination.front() != '/') mount.destination.insert(mount.destination.begin(), '/');
    if (is_root(mount.destination))
        return at.error("destination", "must be below '/': root.path says what '/' is");
    TRY(member(at, "type", mount.type));
    TRY(member(at, "source", mount.source));
    TRY(member(at, "options", mount.options));
    return read_mappings(at, mount);
}

void write(json::Writer& out, const Mount& mount) {
    out.begin_object();
    put_always(out, "destination", mount.destination);
    put(out, "type", mount.type);
    put(out, "source", mount.source);
    put(out, "options", mount.options);
    put(out, "uidMappings", mount.uid_mappings);
    put(out, "gidMappings", mount.gid_mappings);
    out.end_object();
}

void write(json::Writer& out, const IdMapping& mapping) {
    out.begin_object();
    put_always(out, "containerID", mapping.container_id);
    put_always(out, "hostID", mapping.host_id);
    put_always(out, "size", mapping.size);
    out.end_object();
}

} // namespace tare::spec
