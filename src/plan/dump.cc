#include "plan/dump.h"

#include "base/text.h"
#include "plan/namespaces.h"
#include "plan/op.h"

#include <algorithm>

namespace tare::plan {

namespace {

struct Entry {
    std::string_view by, op;
    std::string field, does;
};

std::string does(const Note& note) {
    return note.value.empty() ? note.what : note.what + ": " + note.value;
}

// A hook's step is worded for its failure.
std::string does(wire::Op op, const Note& note) {
    constexpr std::string_view kFailure = "error running ";
    std::string text = does(note);
    if (op == wire::Op::kHook && text.starts_with(kFailure))
        text.replace(0, kFailure.size(), "run the ");
    return text;
}

class Listing {
public:
    explicit Listing(const Plan& plan) : plan_(plan) {}

    std::vector<Entry> all() {
        add_cgroup();
        if (plan_.resctrl) add_resctrl(*plan_.resctrl);
        add_sources();
        add_clone();
        add_child();
        for (std::size_t i = 0; i < plan_.steps.count(); ++i) {
            const wire::Op op = plan_.steps.op(i);
            const Note& note = plan_.steps.note(i);
            entries_.push_back({"init", op_name(op), note.origin, does(op, note)});
            if (op == wire::Op::kSync) add_hooks(plan_.sync_hooks);
            if (op == wire::Op::kNetDevices) add_net_devices();
        }
        add_hooks(plan_.start_hooks);
        add_hooks(plan_.stop_hooks);
        return std::move(entries_);
    }

private:
    void add(std::string_view op, std::string field, std::string text) {
        entries_.push_back({"parent", op, std::move(field), std::move(text)});
    }

    void add_hooks(const std::vector<Note>& hooks) {
        for (const Note& note : hooks)
            add("hook", note.origin, does(note));
    }

    void add_net_devices() {
        for (const NetDevice& device : plan_.net_devices)
            add("net-device", device.origin,
                "move " + quote(device.name) + " in"
                    + (device.name == device.new_name ? "" : " as " + quote(device.new_name)));
    }

    void add_unit(const UnitPlan& unit) {
        add("unit", plan_.cgroup.origin, "have systemd start the unit " + quote(unit.name));
        for (const BusProperty& property : unit.properties)
            add("unit-property", plan_.cgroup.origin,
                property.name + " = " + to_text(property.value));
    }

    void add_cgroup() {
        const CgroupPlan& cgroup = plan_.cgroup;
        if (plan_.is_exec) return;
        if (cgroup.unit)
            add_unit(*cgroup.unit);
        else
            add("cgroup", cgroup.origin,
                cgroup.path.empty() ? "make the default cgroup"
                                    : "make the cgroup " + quote(cgroup.path));
        if (!cgroup.controllers.empty() && !cgroup.unit)
            add("controllers", cgroup.origin, "enable " + joined(cgroup.controllers));
        for (const CgroupWrite& write : cgroup.writes)
            add("cgroup-write", write.origin,
                write.file + " = " + write.value + (write.optional ? " (where it exists)" : ""));
        if (!cgroup.device_program.empty())
            add("device-rules", cgroup.device_origin,
                "attach a device program of " + std::to_string(cgroup.device_program.size())
                    + " instructions");
        if (cgroup.delegate) add("delegate", cgroup.origin, "give it to the container's root");
    }

    void add_resctrl(const ResctrlPlan& plan) {
        add("resctrl", plan.origin,
            (plan.own ? "make the class of service " : "use the class of service ")
                + quote("/" + plan.group));
        for (const auto* lines : {&plan.lines, &plan.last_lines})
            for (const std::string& line : *lines)
                add("resctrl-write", plan.origin, "schemata = " + line);
        if (!plan.monitoring.empty())
            add("resctrl", plan.origin, "make the monitoring group " + quote(plan.monitoring));
    }

    void add_sources() {
        for (const IdMapSource& map : plan_.id_maps)
            add("id-map", map.origin,
                "make a user namespace with " + maps(map.uid_map, map.gid_map));
        for (const TreeSource& tree : plan_.trees)
            add("open-tree", tree.origin,
                std::string(tree.recursive ? "clone the tree " : "clone the mount ")
                    + quote(tree.path) + (tree.slave ? ", as a slave" : "")
                    + (tree.id_map == wire::kNoSlot ? "" : ", idmapped"));
        for (const DeviceSource& device : plan_.devices)
            add("make-device", device.origin,
                "make a node for " + quote(device.path) + " where the host has not this device");
        for (const NamespaceFile& join : plan_.joins)
            add("namespace", join.origin,
                std::string(join.before_clone ? "join " : "open ") + namespace_names(join.type)
                    + " namespace " + (join.path.empty() ? "of the container" : quote(join.path))
                    + (join.before_clone ? "" : " for init"));
        if (!plan_.initial_cpus.empty())
            add("affinity", plan_.initial_cpus_origin, "set the CPU affinity around the clone");
        if (plan_.unshare_time)
            add("time", plan_.time_origin,
                "make a new time namespace"
                    + (plan_.time_offsets.empty() ? "" : ": " + lines(plan_.time_offsets)));
    }

    void add_clone() {
        if (plan_.is_exec)
            return add("clone", std::string(kDefault), "start init in the cgroup of the container");
        const std::string names = namespace_names(plan_.clone_flags);
        add("clone", "config.json#/linux/namespaces",
            "start init in the cgroup, "
                + (names.empty() ? "in no new namespaces" : "in new namespaces: " + names));
        if (!plan_.new_user_namespace) return;
        if (plan_.deny_setgroups) add("setgroups", "config.json#/linux/gidMappings", "deny");
        const std::string helper = plan_.map_by_helper ? " by newuidmap and newgidmap" : "";
        add("uid-map", "config.json#/linux/uidMappings", lines(plan_.uid_map) + helper);
        add("gid-map", "config.json#/linux/gidMappings", lines(plan_.gid_map) + helper);
    }

    void add_child() {
        for (const RaisedRlimit& limit : plan_.raised_rlimits)
            add("rlimit", limit.origin,
                "soft " + std::to_string(limit.soft) + ", hard " + std::to_string(limit.hard));
        if (plan_.oom_score_adj)
            add("oom-score", plan_.oom_score_origin,
                "set oom_score_adj to " + std::to_string(*plan_.oom_score_adj));
    }

    // "0 100000 65536; 65536 0 1" of the text of a /proc file
    static std::string lines(std::string_view text) {
        std::string out;
        for (const std::string_view line : split(text, '\n'))
            if (!line.empty()) out += (out.empty() ? "" : "; ") + std::string(line);
        return out;
    }
    static std::string maps(std::string_view uids, std::string_view gids) {
        return "uids " + lines(uids) + ", gids " + lines(gids);
    }

    const Plan& plan_;
    std::vector<Entry> entries_;
};

std::string padded(std::string_view text, std::size_t width) {
    std::string out(text);
    out.resize(std::max(width, text.size()), ' ');
    return out;
}

std::string number(std::size_t step) {
    const std::string text = std::to_string(step);
    return std::string(text.size() < 3 ? 3 - text.size() : 0, '0') + text;
}

} // namespace

std::string dump_text(const Plan& plan) {
    const std::vector<Entry> entries = Listing(plan).all();
    std::size_t op_width = 0, field_width = 0;
    for (const Entry& entry : entries) {
        op_width = std::max(op_width, entry.op.size());
        field_width = std::max(field_width, entry.field.size());
    }
    std::string out;
    for (std::size_t i = 0; i < entries.size(); ++i) {
        const Entry& entry = entries[i];
        out += number(i + 1) + "  " + padded(entry.by, 6) + "  " + padded(entry.op, op_width) + "  "
               + padded(escaped(entry.field), field_width) + "  " + escaped(entry.does) + "\n";
    }
    return out;
}

std::string dump_json(const Plan& plan) {
    const std::vector<Entry> entries = Listing(plan).all();
    std::string out = "[";
    for (std::size_t i = 0; i < entries.size(); ++i) {
        const Entry& entry = entries[i];
        out += i == 0 ? "\n" : ",\n";
        out += R"(  {"step": )" + std::to_string(i + 1) + R"(, "by": ")" + std::string(entry.by)
               + R"(", "op": ")" + std::string(entry.op) + R"(", "field": ")"
               + json_escaped(entry.field) + R"(", "does": ")" + json_escaped(entry.does) + "\"}";
    }
    return out + "\n]\n";
}

} // namespace tare::plan
