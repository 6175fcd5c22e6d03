#include "spec/runtime/read.h"

#include "base/bit_list.h"
#include "base/text.h"

#include <algorithm>

namespace tare::spec {

namespace {

// user_namespaces(7): since Linux 4.15 a map has at most 340 lines.
constexpr std::size_t kMaxMappings = 340;

bool overlap(std::uint64_t a, std::uint64_t a_size, std::uint64_t b, std::uint64_t b_size) {
    return a < b + b_size && b < a + a_size;
}

} // namespace

Status read(const json::Cursor& at, bool& out) {
    out = TRY(at.boolean());
    return {};
}

Status read(const json::Cursor& at, std::string& out) {
    const auto text = TRY(at.string());
    out = text;
    return {};
}

bool one_of(Names known, std::string_view value) {
    return std::find(known.begin(), known.end(), value) != known.end();
}

Status check_known(const json::Cursor& at, Names known, std::string_view value) {
    if (one_of(known, value)) return {};
    const std::vector<std::string> names(known.begin(), known.end());
    return at.error((names.size() > 1 ? "must be one of " : "must be ") + joined(names) + ", not "
                    + quote(value));
}

Status known_member(const json::Cursor& at, std::string_view name, Names known, std::string& out) {
    const auto value = at.find(name);
    if (!value) return {};
    TRY(read(*value, out));
    return check_known(*value, known, out);
}

Status known_members(const json::Cursor& at, std::string_view name, Names known,
                     std::vector<std::string>& out) {
    const auto list = at.find(name);
    if (!list) return {};
    const auto items = TRY(list->array());
    for (const json::Cursor item : items) {
        TRY(read(item, out.emplace_back()));
        TRY(check_known(item, known, out.back()));
    }
    return {};
}

Status check_cpu_list(const json::Cursor& at, std::string_view name, std::string_view text) {
    if (parse_bit_list(text)) return {};
    return at.error(name, "must be a list such as '0-3,7', not " + quote(text));
}

Status check_absolute(const json::Cursor& at, std::string_view name, std::string_view path) {
    if (path.starts_with('/')) return {};
    return at.error(name, "must be an absolute path, not " + quote(path));
}

Status read(const json::Cursor& at, IdMapping& mapping) {
    TRY(required(at, "containerID", mapping.container_id));
    TRY(required(at, "hostID", mapping.host_id));
    TRY(required(at, "size", mapping.size));
    if (mapping.size == 0) return at.error("size", "must not be 0");
    // The last id is 4294967294: 4294967295 is (uid_t)-1.
    constexpr std::uint64_t kEnd = 4294967295;
    for (const std::uint64_t first : {mapping.container_id, mapping.host_id})
        if (first + mapping.size > kEnd)
            return at.error("size", "the range must end at 4294967294 or before");
    return {};
}

Status check_mappings(const json::Cursor& at, const std::vector<IdMapping>& mappings) {
    if (mappings.size() > kMaxMappings)
        return at.error("the kernel takes at most 340 ranges, not "
                        + std::to_string(mappings.size()));
    std::size_t index = 0;
    const auto items = TRY(at.array());
    for (const json::Cursor item : items) {
        const IdMapping& a = mappings[index];
        for (std::size_t i = 0; i < index; ++i) {
            const IdMapping& b = mappings[i];
            if (overlap(a.container_id, a.size, b.container_id, b.size))
                return item.error("containerID", "overlaps the range " + std::to_string(i));
            if (overlap(a.host_id, a.size, b.host_id, b.size))
                return item.error("hostID", "overlaps the range " + std::to_string(i));
        }
        ++index;
    }
    return {};
}

} // namespace tare::spec
