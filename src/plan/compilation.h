#pragma once

#include "base/text.h"
#include "plan/plan.h"

#include <set>
#include <string>
#include <string_view>

namespace tare::plan {

// What every part of the compiler gets: the input, and the plan under construction.
struct Compilation {
    const spec::Config& config;
    const spec::Linux& linux_; // config's, or an empty one
    const HostFacts& host;
    const Options& options;
    const std::set<std::string>& destinations; // of all mounts, clean
    Plan& plan;
    ProcessOrigin process_origin = ProcessOrigin(); // of config.process
    bool is_exec = false;                           // for a container that is there
    bool forks_last = false;                        // into its pid namespace, before the execve
    std::string mounts_origin = "config.json#/mounts";

    Steps& steps() const { return plan.steps; }
    // "config.json#/process/FIELD", or whatever else says so.
    std::string at(std::string_view field) const { return process_origin.of(field); }
};

const spec::Linux& linux_of(const spec::Config& config); // or an empty one

// "config.json#/linux/sysctl/net~1ipv4": `parts` are joined with '/', escaped as RFC 6901 says.
std::string pointer_to(std::string_view parent, std::string_view key);
std::string pointer_to(std::string_view parent, std::size_t index);

// "0644"
std::string octal(std::uint32_t mode);

inline constexpr std::string_view kConfig = "config.json#";
// The origin of what every container gets without asking.
inline constexpr std::string_view kDefault = "(default)";

// One name of the spec and what the kernel calls it.
template <class Value>
struct Named {
    std::string_view name;
    Value value;
};

// nullptr when `name` is not in the table.
template <class Value, std::size_t size>
const Value* look_up(const Named<Value> (&table)[size], std::string_view name) {
    for (const Named<Value>& entry : table)
        if (entry.name == name) return &entry.value;
    return nullptr;
}

// "one of a, b, c", for errors.
template <class Value, std::size_t size>
std::string names_of(const Named<Value> (&table)[size]) {
    std::string out;
    for (const Named<Value>& entry : table)
        out += (out.empty() ? "one of " : ", ") + std::string(entry.name);
    return out;
}

// What a table has for a name. The checks of spec/ know the same names: the error is for a table
// that lacks one of them, so that nothing of a config is ever left out.
template <class Value, std::size_t size>
Result<Value> value_of(const Named<Value> (&table)[size], std::string_view name,
                       const std::string& origin, const char* field) {
    if (const Value* value = look_up(table, name)) return *value;
    return invalid(origin + field + ": " + quote(name) + " must be " + names_of(table));
}

} // namespace tare::plan
