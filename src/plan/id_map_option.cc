#include "plan/id_map_option.h"

#include "base/text.h"

#include <optional>

namespace tare::plan {

namespace {

std::optional<std::uint32_t> read_number(std::string_view text) {
    const auto number = parse_unsigned(text);
    if (!number || *number > 0xffffffff) return std::nullopt; // what ids there are the kernel knows
    return static_cast<std::uint32_t>(*number);
}

// "@0-1000-10"
std::optional<IdRange> read_range(std::string_view text) {
    IdRange range;
    range.relative = text.starts_with('@');
    if (range.relative) text.remove_prefix(1);
    const std::vector<std::string_view> parts = split(text, '-');
    if (parts.size() != 3) return std::nullopt;
    const auto inside = read_number(parts[0]), outside = read_number(parts[1]);
    const auto size = read_number(parts[2]);
    if (!inside || !outside || !size || *size == 0) return std::nullopt;
    range.inside = *inside;
    range.outside = *outside;
    range.size = *size;
    return range;
}

Status read_ranges(std::string_view text, std::vector<IdRange>& ranges, const std::string& origin) {
    for (const std::string_view part : split(text, '#')) {
        const auto range = read_range(part);
        if (!range)
            return invalid(origin + ": " + quote(part)
                           + " must be FILE-SYSTEM-ID-HOST-ID-COUNT, such as 0-100000-65536");
        ranges.push_back(*range);
    }
    return {};
}

// The host's id of what the container calls `range.outside`, when all of the range lies in `own`.
std::optional<std::uint32_t> translate(const IdRange& range, const spec::IdMapping& own) {
    if (range.outside < own.container_id) return std::nullopt;
    const std::uint64_t offset = range.outside - own.container_id;
    if (offset + range.size > own.size) return std::nullopt;
    return static_cast<std::uint32_t>(own.host_id + offset);
}

std::string text_of(const IdRange& range) {
    return (range.relative ? "@" : "") + std::to_string(range.inside) + "-"
           + std::to_string(range.outside) + "-" + std::to_string(range.size);
}

} // namespace

Result<IdMapOption> read_id_map_option(std::string_view text, const std::string& origin) {
    IdMapOption option;
    for (const std::string_view part : split(text, ';')) {
        const bool uids = part.starts_with("uids=");
        if (!uids && !part.starts_with("gids="))
            return invalid(origin + ": " + quote(part) + " must begin with uids= or gids=");
        TRY(read_ranges(part.substr(5), uids ? option.uids : option.gids, origin));
    }
    // The kernel takes no mapping in which one of the two is empty.
    if (option.uids.empty() || option.gids.empty())
        return invalid(origin + ": needs both uids= and gids=");
    return option;
}

Result<std::vector<spec::IdMapping>> resolve(const std::vector<IdRange>& ranges,
                                             const std::vector<spec::IdMapping>& container,
                                             const std::string& origin) {
    std::vector<spec::IdMapping> mappings;
    for (const IdRange& range : ranges) {
        std::optional<std::uint32_t> host;
        if (!range.relative) host = range.outside;
        for (const spec::IdMapping& own : container)
            if (!host) host = translate(range, own);
        if (!host)
            return invalid(origin + ": " + quote(text_of(range))
                           + " is not within one range of the container's user namespace");
        mappings.push_back({range.inside, *host, range.size});
    }
    return mappings;
}

} // namespace tare::plan
