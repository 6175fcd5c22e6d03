#include "plan/unit.h"

#include "base/text.h"
#include "plan/compilation.h"

#include <algorithm>

namespace tare::plan {

namespace {

constexpr std::size_t kMaxUnitName = 255;

// systemd.unit(5), "String escaping for inclusion in unit names": all but these.
bool is_unit_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
           || std::string_view(":-_.\\@").find(c) != std::string_view::npos;
}

Status check_unit_name(const std::string& name) {
    if (name.size() > kMaxUnitName)
        return invalid(std::string(kCgroupsPath)
                       + ": the name of a unit has at most 255 characters, " + quote(name) + " has "
                       + std::to_string(name.size()));
    if (!std::ranges::all_of(name, is_unit_character))
        return invalid(std::string(kCgroupsPath) + ": " + quote(name)
                       + " cannot be the name of a unit: letters, digits and :-_.\\@ only");
    return {};
}

// An id may have a plus, a unit's name may not.
std::string escaped_id(const std::string& id) {
    std::string name;
    for (const char c : id)
        name += c == '+' ? "\\x2b" : std::string(1, c);
    return name;
}

struct Names {
    std::string slice, prefix, name;
};

Result<Names> split_path(const std::string& path) {
    const std::vector<std::string_view> parts = split(path, ':');
    if (parts.size() != 3 || path.find('/') != std::string::npos)
        return invalid(
            std::string(kCgroupsPath)
            + ": expected the form slice:prefix:name for the cgroup manager 'systemd', got "
            + quote(path));
    if (parts[2].empty())
        return invalid(std::string(kCgroupsPath) + ": the name in " + quote(path) + " is empty");
    return Names{std::string(parts[0]), std::string(parts[1]), std::string(parts[2])};
}

std::string unit_name(const Names& names) {
    if (names.name.ends_with(".slice")) return names.name;
    const std::string prefix = names.prefix.empty() ? "" : names.prefix + "-";
    return prefix + names.name + ".scope";
}

} // namespace

Result<std::string> expand_slice(const std::string& slice) {
    constexpr std::string_view kSuffix = ".slice";
    if (slice == "-.slice") return std::string();
    const std::string stem = slice.substr(0, slice.size() - std::min(slice.size(), kSuffix.size()));
    if (!slice.ends_with(kSuffix) || stem.empty())
        return invalid(quote(slice) + " is not a slice: its name must end in .slice");
    TRY(check_unit_name(slice));
    std::string path, prefix;
    for (const std::string_view part : split(stem, '-')) {
        if (part.empty())
            return invalid(quote(slice) + " is not a slice: a part between dashes is empty");
        prefix += (prefix.empty() ? "" : "-") + std::string(part);
        path += "/" + prefix + std::string(kSuffix);
    }
    return path;
}

Status plan_unit(const HostFacts& host, const Options& options, CgroupPlan& plan) {
    const bool of_user = host.euid != 0 || host.in_user_namespace;
    Names names{of_user ? "user.slice" : "system.slice", "tare", escaped_id(options.id)};
    if (!plan.path.empty()) {
        const std::string slice = std::move(names.slice);
        names = TRY(split_path(plan.path));
        if (names.slice.empty()) names.slice = slice;
    }
    const std::string above = TRY(expand_slice(names.slice).map_error(under(kCgroupsPath)));

    UnitPlan& unit = plan.unit.emplace();
    unit.name = unit_name(names);
    TRY(check_unit_name(unit.name));
    unit.is_slice = unit.name.ends_with(".slice");
    unit.path = above + "/" + unit.name;
    if (unit.is_slice) // its name says where it is
        unit.path = TRY(expand_slice(unit.name).map_error(under(kCgroupsPath)));
    unit.properties = {
        {"Description", "tare container " + options.id},
        {"DefaultDependencies", false}, // engines end their containers themselves at a shutdown
        {"CollectMode", std::string("inactive-or-failed")}, // or a container killed for its memory
                                                            // would stay as a failed unit
    };
    if (unit.is_slice) {
        unit.properties.push_back({"Wants", std::vector<std::string>{names.slice}});
    } else {
        unit.properties.push_back({"Slice", names.slice});
        unit.properties.push_back({"Delegate", true});
    }
    for (BusProperty& property : unit_limits(plan.writes))
        unit.properties.push_back(std::move(property));
    return {};
}

// They may have another opinion than ours, but not about what the container's cgroup rests on.
Status plan_unit_annotations(const spec::Config& config, const Options& options, CgroupPlan& plan) {
    constexpr std::string_view kOurs[] = {"Slice", "PIDs", "PIDFDs", "Delegate"};
    for (const auto& [key, value] : config.annotations) {
        if (!key.starts_with(kUnitAnnotation)) continue;
        const std::string origin = pointer_to("config.json#/annotations", std::string_view(key));
        if (!options.unit_annotations) {
            plan.warnings.push_back(origin
                                    + ": ignored: properties of the unit are set by annotations "
                                      "only with --systemd-annotations");
            continue;
        }
        BusProperty property =
            TRY(read_unit_annotation(std::string_view(key).substr(kUnitAnnotation.size()), value)
                    .map_error(under(origin)));
        if (std::ranges::find(kOurs, property.name) != std::end(kOurs))
            return invalid(origin + ": is not for annotations to set");
        std::erase_if(plan.unit->properties,
                      [&](const BusProperty& each) { return each.name == property.name; });
        plan.unit->properties.push_back(std::move(property));
    }
    return {};
}

} // namespace tare::plan
