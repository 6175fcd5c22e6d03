#include "cli/update_request.h"

#include "base/log.h"
#include "base/text.h"
#include "cli/sizes.h"
#include "cli/stdio.h"
#include "spec/json/writer.h"

#include <span>

namespace tare::cli {

namespace {

enum class Kind { kSize, kNumber, kText };

// One option and the member of linux.resources that it sets; neighbours have the same object.
struct Setting {
    std::string_view option;
    std::string_view object, member;
    Kind kind;
};

constexpr Setting kSettings[] = {
    {"memory", "memory", "limit", Kind::kSize},
    {"memory-reservation", "memory", "reservation", Kind::kSize},
    {"memory-swap", "memory", "swap", Kind::kSize},
    {"cpu-period", "cpu", "period", Kind::kNumber},
    {"cpu-quota", "cpu", "quota", Kind::kNumber},
    {"cpu-burst", "cpu", "burst", Kind::kNumber},
    {"cpu-share", "cpu", "shares", Kind::kNumber},
    {"cpu-rt-period", "cpu", "realtimePeriod", Kind::kNumber},
    {"cpu-rt-runtime", "cpu", "realtimeRuntime", Kind::kNumber},
    {"cpu-idle", "cpu", "idle", Kind::kNumber},
    {"cpuset-cpus", "cpu", "cpus", Kind::kText},
    {"cpuset-mems", "cpu", "mems", Kind::kText},
    {"pids-limit", "pids", "limit", Kind::kNumber},
    {"blkio-weight", "blockIO", "weight", Kind::kNumber},
};

constexpr std::string_view kOrigin = "update#";

// ---- The options, as the JSON that they stand for: so one reader checks both

Status write_value(const Command& command, json::Writer& out, const Setting& setting,
                   const std::string& value) {
    const auto wrong = [&](const char* wanted) {
        return misuse(command, "option --" + std::string(setting.option) + " needs " + wanted
                                   + ", not " + double_quoted(value));
    };
    if (setting.kind == Kind::kText) {
        out.string(value);
    } else if (setting.kind == Kind::kSize) {
        const auto size = parse_size(value);
        if (!size) return wrong("a size such as 512M or 2G, or -1 for no limit");
        out.integer(*size);
    } else if (const auto number = parse_unsigned(value)) {
        out.unsigned_integer(*number);
    } else if (const auto negative = parse_signed(value)) {
        out.integer(*negative);
    } else {
        return wrong("a number");
    }
    return {};
}

Result<std::string> json_of_options(const Command& command, const Arguments& arguments) {
    json::Writer out;
    std::string_view object;
    out.begin_object();
    for (const Setting& setting : kSettings) {
        if (!arguments.has(setting.option)) continue;
        if (object != setting.object) {
            if (!object.empty()) out.end_object();
            out.name(setting.object);
            out.begin_object();
            object = setting.object;
        }
        out.name(setting.member);
        TRY(write_value(command, out, setting, arguments.value(setting.option)));
    }
    if (!object.empty()) out.end_object();
    out.end_object();
    return out.take();
}

} // namespace

Result<runtime::UpdateRequest> read_update_request(const Command& command,
                                                   const Arguments& arguments) {
    runtime::UpdateRequest request = {.id = arguments.positional[0]};
    for (const char* obsolete : {"kernel-memory", "kernel-memory-tcp"})
        if (arguments.has(obsolete))
            log::warning("update: option --" + std::string(obsolete) + " is obsolete and ignored");
    request.l3_cache_schema = arguments.value("l3-cache-schema");
    request.mem_bw_schema = arguments.value("mem-bw-schema");
    if (arguments.has("resources")) {
        const InputFile file = TRY(read_input(arguments.value("resources"), "--resources"));
        request.resources = TRY(spec::read_resources(file.text, file.name));
        request.origin = file.name + "#";
    } else {
        const std::string text = TRY(json_of_options(command, arguments));
        request.resources = TRY(spec::read_resources(text, "update").map_error(name_options));
        request.origin = kOrigin;
    }
    return request;
}

Error name_options(Error error) {
    for (const Setting& setting : kSettings) {
        std::string field(kOrigin);
        field.append("/").append(setting.object).append("/").append(setting.member);
        if (error.text.starts_with(field + ":"))
            error.text.replace(0, field.size(), "--" + std::string(setting.option));
    }
    return error;
}

} // namespace tare::cli
