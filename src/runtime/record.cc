#include "runtime/record.h"

#include "spec/json/cursor.h"
#include "spec/json/document.h"
#include "spec/json/writer.h"

#include <climits>

namespace tare::runtime {

namespace {

using json::Cursor;
using json::Writer;

void write_text(Writer& out, std::string_view name, std::string_view text) {
    out.name(name);
    out.string(text);
}

void write_flag(Writer& out, std::string_view name, bool value) {
    out.name(name);
    out.boolean(value);
}

void write_process(Writer& out, std::string_view name, const ProcessId& process) {
    out.name(name);
    out.begin_object();
    out.name("pid");
    out.integer(process.pid);
    out.name("startTime");
    out.unsigned_integer(process.start_time);
    if (process.number != 0) {
        out.name("number");
        out.unsigned_integer(process.number);
    }
    out.end_object();
}

void write_resctrl(Writer& out, const ResctrlGroups& groups) {
    if (groups.group.empty()) return;
    out.name("resctrl");
    out.begin_object();
    write_text(out, "group", groups.group);
    write_text(out, "monitoring", groups.monitoring);
    write_flag(out, "ownsGroup", groups.owns_group);
    out.end_object();
}

Status read_text(const Cursor& object, std::string_view name, std::string& text) {
    const Cursor value = TRY(object.require(name));
    text = TRY(value.string());
    return {};
}

Status read_flag(const Cursor& object, std::string_view name, bool& flag) {
    const Cursor value = TRY(object.require(name));
    flag = TRY(value.boolean());
    return {};
}

Status read_process(const Cursor& object, std::string_view name, ProcessId& process) {
    const Cursor value = TRY(object.require(name));
    const Cursor pid = TRY(value.require("pid"));
    const Cursor start_time = TRY(value.require("startTime"));
    process.pid = static_cast<pid_t>(TRY(pid.integer(0, INT_MAX)));
    process.start_time = TRY(start_time.unsigned_integer(UINT64_MAX));
    if (const auto number = value.find("number"))
        process.number = TRY(number->unsigned_integer(UINT64_MAX));
    return {};
}

Status read_resctrl(const Cursor& object, ResctrlGroups& groups) {
    const auto value = object.find("resctrl");
    if (!value) return {};
    TRY(read_text(*value, "group", groups.group));
    TRY(read_text(*value, "monitoring", groups.monitoring));
    return read_flag(*value, "ownsGroup", groups.owns_group);
}

Status read_texts(const Cursor& array, std::vector<std::string>& texts) {
    const json::Items items = TRY(array.array());
    for (const Cursor item : items) {
        const std::string_view text = TRY(item.text());
        texts.emplace_back(text);
    }
    return {};
}

Status read_annotations(const Cursor& object, std::map<std::string, std::string>& annotations) {
    const Cursor value = TRY(object.require("annotations"));
    const json::Members members = TRY(value.object());
    for (const json::Member& member : members) {
        const std::string_view text = TRY(member.value.text());
        annotations.emplace(member.name, text);
    }
    return {};
}

} // namespace

std::string write_record(const Record& record) {
    Writer out;
    out.begin_object();
    write_text(out, "ociVersion", record.oci_version);
    write_text(out, "id", record.id);
    write_text(out, "bundle", record.bundle);
    write_text(out, "rootfs", record.rootfs);
    write_text(out, "created", record.created);
    out.name("annotations");
    out.begin_object();
    for (const auto& [name, value] : record.annotations)
        write_text(out, name, value);
    out.end_object();
    out.name("owner");
    out.unsigned_integer(record.owner);
    write_text(out, "bootId", record.boot_id);
    write_process(out, "init", record.init);
    write_flag(out, "ready", record.ready);
    write_text(out, "cgroup", record.cgroup);
    write_resctrl(out, record.resctrl);
    write_text(out, "unit", record.unit);
    write_flag(out, "hasGate", record.has_gate);
    out.name("steps");
    out.unsigned_integer(record.steps);
    write_flag(out, "hasProcess", record.has_process);
    write_flag(out, "hasHooks", record.has_hooks);
    write_flag(out, "noNewKeyring", record.no_new_keyring);
    write_flag(out, "sharesPids", record.shares_pids);
    write_flag(out, "mayTrace", record.may_trace);
    if (!record.stdio.empty()) {
        out.name("stdio");
        out.begin_array();
        for (const std::string& stream : record.stdio)
            out.string(stream);
        out.end_array();
    }
    if (record.mount_below) {
        out.name("mountBelow");
        out.unsigned_integer(*record.mount_below);
    }
    out.end_object();
    return out.take();
}

Result<Record> read_record(std::string_view text, std::string_view file_name) {
    const json::Document document = TRY(json::parse(text, file_name));
    const Cursor root = document.root();
    Record record;
    TRY(read_text(root, "ociVersion", record.oci_version));
    TRY(read_text(root, "id", record.id));
    TRY(read_text(root, "bundle", record.bundle));
    TRY(read_text(root, "rootfs", record.rootfs));
    TRY(read_text(root, "created", record.created));
    TRY(read_annotations(root, record.annotations));
    const Cursor owner = TRY(root.require("owner"));
    record.owner = static_cast<uid_t>(TRY(owner.unsigned_integer(UINT32_MAX)));
    TRY(read_text(root, "bootId", record.boot_id));
    TRY(read_process(root, "init", record.init));
    TRY(read_flag(root, "ready", record.ready));
    TRY(read_text(root, "cgroup", record.cgroup));
    TRY(read_resctrl(root, record.resctrl));
    if (const auto unit = root.find("unit")) record.unit = TRY(unit->string());
    TRY(read_flag(root, "hasGate", record.has_gate));
    if (const auto steps = root.find("steps"))
        record.steps = TRY(steps->unsigned_integer(UINT64_MAX));
    TRY(read_flag(root, "hasProcess", record.has_process));
    TRY(read_flag(root, "hasHooks", record.has_hooks));
    if (root.find("noNewKeyring")) TRY(read_flag(root, "noNewKeyring", record.no_new_keyring));
    TRY(read_flag(root, "sharesPids", record.shares_pids));
    if (root.find("mayTrace")) TRY(read_flag(root, "mayTrace", record.may_trace));
    if (const auto stdio = root.find("stdio")) TRY(read_texts(*stdio, record.stdio));
    if (const auto below = root.find("mountBelow"))
        record.mount_below = TRY(below->unsigned_integer(UINT64_MAX));
    return record;
}

spec::State state_of(const Record& record, spec::Status status) {
    return {
        .oci_version = record.oci_version,
        .id = record.id,
        .status = status,
        .pid = status == spec::Status::kStopped ? 0 : record.init.pid,
        .bundle = record.bundle,
        .annotations = record.annotations,
        .rootfs = record.rootfs,
        .created = record.created,
    };
}

} // namespace tare::runtime
