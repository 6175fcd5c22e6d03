#pragma once

// Private to spec/runtime: how members are read. A type's read(cursor, value) fills a value that is
// already at its defaults; member() leaves it alone when the member is absent or null.
// tare::Status is spelt out because state.h has a Status of its own.

#include "base/result.h"
#include "spec/json/cursor.h"
#include "spec/runtime/config.h"
#include "spec/runtime/features.h"

#include <concepts>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tare::spec {

tare::Status read(const json::Cursor& at, bool& out);
tare::Status read(const json::Cursor& at, std::string& out);

tare::Status read(const json::Cursor& at, Capabilities& capabilities);
tare::Status read(const json::Cursor& at, ConsoleSize& size);
tare::Status read(const json::Cursor& at, Device& device);
tare::Status read(const json::Cursor& at, Hook& hook);
tare::Status read(const json::Cursor& at, Hooks& hooks);
tare::Status read(const json::Cursor& at, IdMapping& mapping);
tare::Status read(const json::Cursor& at, Linux& linux_);
tare::Status read(const json::Cursor& at, Mount& mount);
tare::Status read(const json::Cursor& at, Process& process);
tare::Status read(const json::Cursor& at, Resources& resources);
tare::Status read(const json::Cursor& at, Root& root);
tare::Status read(const json::Cursor& at, Seccomp& seccomp);

template <std::signed_integral Integer>
tare::Status read(const json::Cursor& at, Integer& out) {
    using Limits = std::numeric_limits<Integer>;
    const auto value = TRY(at.integer(Limits::min(), Limits::max()));
    out = static_cast<Integer>(value);
    return {};
}

template <std::unsigned_integral Integer>
requires(!std::same_as<Integer, bool>) tare::Status read(const json::Cursor& at, Integer& out) {
    const auto value = TRY(at.unsigned_integer(std::numeric_limits<Integer>::max()));
    out = static_cast<Integer>(value);
    return {};
}

template <class T>
tare::Status read(const json::Cursor& at, std::optional<T>& out);
template <class T>
tare::Status read(const json::Cursor& at, std::map<std::string, T>& out);

template <class T>
tare::Status read(const json::Cursor& at, std::vector<T>& out) {
    const auto items = TRY(at.array());
    out.reserve(items.size());
    for (const json::Cursor item : items)
        TRY(read(item, out.emplace_back()));
    return {};
}

template <class T>
tare::Status read(const json::Cursor& at, std::optional<T>& out) {
    return read(at, out.emplace());
}

template <class T>
tare::Status read(const json::Cursor& at, std::map<std::string, T>& out) {
    const auto members = TRY(at.object());
    for (const json::Member& member : members) {
        if (member.name.empty()) return at.error("a member's name must not be empty");
        if (member.name.find('\0') != std::string_view::npos)
            return at.error("a member's name must not contain a NUL character");
        TRY(read(member.value, out[std::string(member.name)]));
    }
    return {};
}

template <class T>
tare::Status member(const json::Cursor& at, std::string_view name, T& out) {
    const auto value = at.find(name);
    return value ? read(*value, out) : tare::Status();
}

template <class T>
tare::Status required(const json::Cursor& at, std::string_view name, T& out) {
    const auto value = TRY(at.require(name));
    return read(value, out);
}

// ---------------------------------------------------------------- checks

using Names = std::span<const std::string_view>;

bool one_of(Names known, std::string_view value);
// "must be one of A, B, not 'C'"
tare::Status check_known(const json::Cursor& at, Names known, std::string_view value);

// The same for members that were read: nothing to say when they are absent.
tare::Status known_member(const json::Cursor& at, std::string_view name, Names known,
                          std::string& out);
tare::Status known_members(const json::Cursor& at, std::string_view name, Names known,
                           std::vector<std::string>& out);

// Reads a member that is an integer of a range which its type does not tell.
template <std::integral Integer>
tare::Status ranged(const json::Cursor& at, std::string_view name, std::int64_t low,
                    std::int64_t high, Integer& out) {
    const auto value = at.find(name);
    if (!value) return {};
    const auto integer = TRY(value->integer(low, high));
    out = static_cast<Integer>(integer);
    return {};
}
template <std::integral Integer>
tare::Status ranged(const json::Cursor& at, std::string_view name, std::int64_t low,
                    std::int64_t high, std::optional<Integer>& out) {
    return at.find(name) ? ranged(at, name, low, high, out.emplace()) : tare::Status();
}

// A list as cpuset(7), "List format", has it: "0-3,7".
tare::Status check_cpu_list(const json::Cursor& at, std::string_view name, std::string_view text);

tare::Status check_absolute(const json::Cursor& at, std::string_view name, std::string_view path);

// What the kernel would refuse of a uid_map: user_namespaces(7).
tare::Status check_mappings(const json::Cursor& at, const std::vector<IdMapping>& mappings);

} // namespace tare::spec
