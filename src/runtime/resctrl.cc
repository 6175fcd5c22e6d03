#include "runtime/resctrl.h"

#include "base/text.h"
#include "plan/resctrl.h"
#include "runtime/mount_table.h"
#include "sys/directory.h"
#include "sys/file.h"

#include <algorithm>
#include <linux/magic.h>
#include <unistd.h>

namespace tare::runtime {

namespace {

// Of a newer <linux/magic.h>.
#ifndef RDTGROUP_SUPER_MAGIC
#define RDTGROUP_SUPER_MAGIC 0x7655821
#endif

constexpr std::size_t kMostText = 1u << 20;

Result<std::string> find_resctrl(const Settings& settings) {
    if (!settings.resctrl.empty()) return settings.resctrl;
    const std::vector<std::string> mounts = TRY(mounts_of("resctrl"));
    for (const std::string& point : mounts)
        if (sys::filesystem_type(point) == RDTGROUP_SUPER_MAGIC) return point;
    return Failure({ENOENT, "no resctrl file system is mounted here: where the processor can "
                            "(Intel RDT, AMD QoS), mount -t resctrl resctrl /sys/fs/resctrl"});
}

bool exists(const std::string& path) {
    return ::access(path.c_str(), F_OK) == 0;
}

// Groups are one level deep, and only the root has "info".
std::string root_of(const std::string& group) {
    return exists(group + "/info") ? group : group.substr(0, group.rfind('/'));
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view kBlank = " \t\n";
    const std::size_t first = text.find_first_not_of(kBlank);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

// For map_error(): what the kernel says of its last refusal.
auto with_kernel_words(const std::string& group) {
    return [&group](Error error) {
        const auto text = sys::read_small_file(root_of(group) + "/info/last_cmd_status");
        if (!text) return error;
        const std::string words = quote(trimmed(*text));
        if (words != "''" && words != "'ok'")
            error.text += " (" + words.substr(1, words.size() - 2) + ")";
        return error;
    };
}

// ---- Schemata: "L3:0=7ff;1=1f", with blanks where the kernel wrote it

struct Schema {
    std::string_view resource; // "L3"
    std::vector<std::pair<std::string_view, std::string_view>> domains;
};

std::optional<Schema> parse_schema(std::string_view line) {
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    Schema schema{.resource = trimmed(line.substr(0, colon)), .domains = {}};
    for (const std::string_view part : split(line.substr(colon + 1), ';')) {
        const std::size_t equals = part.find('=');
        if (equals == std::string_view::npos) return std::nullopt;
        schema.domains.emplace_back(trimmed(part.substr(0, equals)),
                                    trimmed(part.substr(equals + 1)));
    }
    return schema;
}

// Masks and percentages alike: leading zeros and the case of a digit mean nothing.
bool same_number(std::string_view a, std::string_view b) {
    const auto bare = [](std::string_view text) {
        const std::size_t first = text.find_first_not_of('0');
        std::string digits(first == std::string_view::npos ? "" : text.substr(first));
        std::ranges::transform(digits, digits.begin(),
                               [](char c) { return c >= 'A' && c <= 'F' ? c + ('a' - 'A') : c; });
        return digits;
    };
    return bare(a) == bare(b);
}

// Whether all that `wanted` says holds in `present`, which may have more domains.
bool includes(const Schema& present, const Schema& wanted) {
    return std::ranges::all_of(wanted.domains, [&](const auto& domain) {
        return std::ranges::any_of(present.domains, [&](const auto& there) {
            return same_number(there.first, domain.first)
                   && same_number(there.second, domain.second);
        });
    });
}

bool holds(const std::vector<std::string>& present, const std::string& wanted) {
    const auto schema = parse_schema(wanted);
    return schema && std::ranges::any_of(present, [&](const std::string& line) {
               const auto there = parse_schema(line);
               return there && there->resource == schema->resource && includes(*there, *schema);
           });
}

std::vector<std::string> all_lines(const plan::ResctrlPlan& plan) {
    std::vector<std::string> lines = plan.lines;
    lines.insert(lines.end(), plan.last_lines.begin(), plan.last_lines.end());
    return lines;
}

// "if closID directory exists, runtimes MUST compare [...] and generate an error if doesn't match"
Status compare_schemata(const plan::ResctrlPlan& plan, const ResctrlGroups& groups) {
    const std::vector<std::string> wanted = all_lines(plan);
    if (wanted.empty()) return {};
    const std::vector<std::string> present = TRY(read_schemata(groups));
    for (const std::string& line : wanted)
        if (!holds(present, line))
            return Failure({EINVAL, "the class of service " + quote(groups.group)
                                        + " is there, and " + quote(line)
                                        + " is not in its schemata: " + quote(joined(present))});
    return {};
}

// ---- Making

// True: made. False: was there, and may be used.
Result<bool> make_group(const plan::ResctrlPlan& plan, ResctrlGroups& groups) {
    const bool may_make = !plan.group.empty() && (plan.own || !all_lines(plan).empty());
    if (!may_make && exists(groups.group + "/tasks")) return false;
    if (!may_make)
        return Failure({ENOENT, "there is no class of service " + quote(groups.group)
                                    + ", and no schemata to make it with"});
    auto made = sys::make_directory_once(groups.group, 0755);
    if (!made) return std::move(made).map_error(with_kernel_words(groups.group));
    if (*made || !plan.own) return *made;
    const std::string text = quote(groups.group) + " is there already";
    groups = {};
    return Failure({EEXIST, text});
}

Status fill_group(const plan::ResctrlPlan& plan, const ResctrlGroups& groups) {
    TRY(write_schemata(groups, plan.lines));
    return write_schemata(groups, plan.last_lines);
}

Status make_monitoring(ResctrlGroups& groups) {
    auto made = sys::make_directory_once(groups.monitoring, 0755);
    if (made && *made) return {};
    const std::string path = std::move(groups.monitoring);
    groups.monitoring.clear();
    if (made) return Failure({EEXIST, quote(path) + " is there already"});
    Failure failure(with_kernel_words(groups.group)(std::move(made).error()));
    return failure;
}

} // namespace

Result<ResctrlGroups> locate_resctrl(const Settings& settings,
                                     const std::optional<plan::ResctrlPlan>& plan) {
    if (!plan) return ResctrlGroups();
    const std::string root = TRY(find_resctrl(settings).map_error(under(plan->origin)));
    ResctrlGroups groups = {.group = root, .monitoring = {}, .owns_group = plan->own};
    if (!plan->group.empty()) groups.group += "/" + plan->group;
    if (plan->own && exists(groups.group))
        return Failure({EEXIST, plan->origin + ": " + quote(groups.group) + " is there already"});
    if (!plan->monitoring.empty())
        groups.monitoring = groups.group + "/mon_groups/" + plan->monitoring;
    return groups;
}

Status make_resctrl(const plan::ResctrlPlan& plan, ResctrlGroups& groups) {
    const bool made = TRY(make_group(plan, groups).map_error(under(plan.origin)));
    Status filled = made ? fill_group(plan, groups) : compare_schemata(plan, groups);
    // A class that others may share stays after us, but not a half-made one.
    if (!filled && made) (void)sys::remove_directory(groups.group);
    if (filled && !groups.monitoring.empty()) filled = make_monitoring(groups);
    return std::move(filled).map_error(under(plan.origin));
}

Status join_resctrl(const ResctrlGroups& groups, pid_t pid) {
    if (groups.group.empty()) return {};
    const std::string text = std::to_string(pid);
    for (const std::string& group : {groups.group, groups.monitoring})
        if (!group.empty())
            TRY(sys::write_control(group + "/tasks", text)
                    .map_error(with_kernel_words(groups.group)));
    return {};
}

Status remove_resctrl(const ResctrlGroups& groups) {
    if (!groups.monitoring.empty()) TRY(sys::remove_directory(groups.monitoring));
    return groups.owns_group ? sys::remove_directory(groups.group) : Status();
}

Status write_schemata(const ResctrlGroups& groups, const std::vector<std::string>& lines) {
    if (lines.empty()) return {};
    return sys::write_control(groups.group + "/schemata", joined(lines, "\n") + "\n")
        .map_error(with_kernel_words(groups.group));
}

Result<std::vector<std::string>> read_schemata(const ResctrlGroups& groups) {
    const std::string text = TRY(sys::read_file(groups.group + "/schemata", kMostText));
    std::vector<std::string> lines;
    for (const std::string_view line : split(text, '\n'))
        if (!trimmed(line).empty()) lines.emplace_back(trimmed(line));
    return lines;
}

// ---- Statistics

namespace {

// "Unavailable" and "Error" are values, too.
std::optional<std::uint64_t> read_number(const std::string& path) {
    const auto text = sys::read_small_file(path);
    return text ? parse_unsigned(trimmed(*text)) : std::nullopt;
}

std::string find_line(const std::vector<std::string>& lines, std::string_view resource) {
    const auto found = std::ranges::find_if(
        lines, [&](const std::string& line) { return line.starts_with(resource); });
    return found == lines.end() ? "" : *found;
}

std::optional<spec::IntelRdtStats::Cache> read_cache(const std::string& info) {
    const auto mask = sys::read_small_file(info + "/cbm_mask");
    if (!mask) return std::nullopt;
    return spec::IntelRdtStats::Cache{
        .cbm_mask = std::string(trimmed(*mask)),
        .min_cbm_bits = read_number(info + "/min_cbm_bits").value_or(0),
        .num_closids = read_number(info + "/num_closids").value_or(0)};
}

std::optional<spec::IntelRdtStats::Bandwidth> read_bandwidth(const std::string& info) {
    const auto gran = read_number(info + "/bandwidth_gran");
    if (!gran) return std::nullopt;
    return spec::IntelRdtStats::Bandwidth{
        .gran = *gran,
        .delay_linear = read_number(info + "/delay_linear").value_or(0),
        .min = read_number(info + "/min_bandwidth").value_or(0),
        .num_closids = read_number(info + "/num_closids").value_or(0)};
}

} // namespace

Result<spec::IntelRdtStats> read_resctrl_stats(const ResctrlGroups& groups) {
    const std::string root = root_of(groups.group);
    const std::vector<std::string> present = TRY(read_schemata(groups));
    const std::vector<std::string> of_root = TRY(read_schemata({.group = root, .monitoring = {}}));
    spec::IntelRdtStats stats = {.cache = read_cache(root + "/info/L3"),
                                 .bandwidth = read_bandwidth(root + "/info/MB"),
                                 .cache_root = find_line(of_root, "L3"),
                                 .cache_group = find_line(present, "L3"),
                                 .bandwidth_root = find_line(of_root, "MB:"),
                                 .bandwidth_group = find_line(present, "MB:"),
                                 .domains = {}};
    const std::string data =
        (groups.monitoring.empty() ? groups.group : groups.monitoring) + "/mon_data";
    const std::vector<std::string> domains = TRY(sys::subdirectories(data));
    for (const std::string& domain : domains) {
        const std::string path = data + "/" + domain;
        stats.domains.push_back({.llc_occupancy = read_number(path + "/llc_occupancy"),
                                 .mbm_total = read_number(path + "/mbm_total_bytes"),
                                 .mbm_local = read_number(path + "/mbm_local_bytes")});
    }
    return stats;
}

} // namespace tare::runtime
