#include "runtime/systemd.h"

#include "base/log.h"
#include "base/text.h"
#include "plan/unit.h"
#include "sys/namespace.h"
#include "sys/process.h"

#include <algorithm>
#include <cstdlib>
#include <unistd.h>

namespace tare::runtime {

namespace {

constexpr const char* kService = "org.freedesktop.systemd1";
constexpr const char* kObject = "/org/freedesktop/systemd1";
constexpr const char* kManager = "org.freedesktop.systemd1.Manager";
constexpr const char* kUnitExists = "org.freedesktop.systemd1.UnitExists";
constexpr const char* kNoSuchUnit = "org.freedesktop.systemd1.NoSuchUnit";

constexpr int kTimeoutMs = 30'000; // a busy host starts hundreds of units at once

const char* environment(const char* name) {
    return std::getenv(name);
}

sys::BusMessage method(const char* interface, const char* name) {
    return {.path = kObject, .interface = interface, .member = name, .destination = kService};
}

// Where the unit is on the bus: all but letters and digits, and a digit at the start, become "_2d".
std::string object_of(const std::string& unit) {
    constexpr const char* kDigits = "0123456789abcdef";
    std::string path = std::string(kObject) + "/unit/";
    for (const char c : unit) {
        const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        const bool is_digit = c >= '0' && c <= '9';
        const auto byte = static_cast<unsigned char>(c);
        if (is_letter || (is_digit && path.back() != '/'))
            path += c;
        else
            path.append({'_', kDigits[byte / 16], kDigits[byte % 16]});
    }
    return path;
}

std::string interface_of(const std::string& unit) {
    return std::string(kService) + (unit.ends_with(".slice") ? ".Slice" : ".Scope");
}

// "252.19-1~deb12u1", "v257"; 0 where it begins otherwise.
std::uint64_t major_version(std::string_view text) {
    if (text.starts_with('v')) text.remove_prefix(1);
    return parse_unsigned(text.substr(0, text.find_first_not_of("0123456789"))).value_or(0);
}

std::string names_of(const std::vector<BusProperty>& properties) {
    std::vector<std::string> names;
    for (const BusProperty& property : properties)
        if (std::ranges::find(names, property.name) == names.end()) names.push_back(property.name);
    return joined(names);
}

std::string remedy(bool of_user) {
    if (!of_user) return "; is it process 1 here? Else use --cgroup-manager=cgroupfs";
    return "; log in (loginctl enable-linger USER keeps it running), set XDG_RUNTIME_DIR, or use "
           "--cgroup-manager=cgroupfs";
}

} // namespace

std::vector<ManagerSocket> manager_sockets(bool of_user, const char* (*variable)(const char*)) {
    const auto value = [variable](const char* name) {
        const char* text = variable(name);
        return std::string(text == nullptr ? "" : text);
    };
    std::vector<ManagerSocket> sockets;
    std::string address = value(of_user ? "DBUS_SESSION_BUS_ADDRESS" : "DBUS_SYSTEM_BUS_ADDRESS");
    if (!of_user) {
        sockets.push_back({"/run/systemd/private", false});
        if (address.empty()) address = "unix:path=/run/dbus/system_bus_socket";
    } else if (const std::string runtime = value("XDG_RUNTIME_DIR"); !runtime.empty()) {
        sockets.push_back({runtime + "/systemd/private", false});
        sockets.push_back({runtime + "/bus", true});
    }
    for (std::string& socket : sys::bus_sockets(address))
        sockets.push_back({std::move(socket), true});
    return sockets;
}

Result<Systemd> Systemd::connect() {
    const bool initial = TRY(sys::in_initial_user_namespace());
    const bool of_user = sys::effective_uid() != 0 || !initial;
    Error first{ENOENT, "neither XDG_RUNTIME_DIR nor DBUS_SESSION_BUS_ADDRESS is set"};
    bool tried = false;
    for (const ManagerSocket& socket : manager_sockets(of_user, environment)) {
        auto bus = sys::Bus::connect(socket.path, socket.is_bus, kTimeoutMs);
        if (bus) return Systemd(*std::move(bus));
        if (!tried) first = bus.error();
        tried = true;
    }
    return Failure({first.code, "--cgroup-manager=systemd: no systemd answers"
                                    + std::string(of_user ? " to this user: " : ": ") + first.text
                                    + remedy(of_user)});
}

Result<sys::BusMessage> Systemd::call(const char* name, const char* signature,
                                      const sys::BusWriter& arguments) {
    sys::BusMessage message = method(kManager, name);
    message.signature = signature;
    message.body = arguments.bytes();
    return bus_.call(std::move(message));
}

Result<sys::BusMessage> Systemd::read_property(const std::string& object,
                                               const std::string& interface,
                                               const std::string& name) {
    sys::BusWriter arguments;
    arguments.string(interface);
    arguments.string(name);
    sys::BusMessage message = method("org.freedesktop.DBus.Properties", "Get");
    message.path = object;
    message.signature = "ss";
    message.body = arguments.bytes();
    return bus_.call(std::move(message));
}

Result<std::string> Systemd::control_group() {
    const auto answer = TRY(read_property(kObject, kManager, "ControlGroup")
                                .map_error(under("systemd: find its cgroup")));
    const std::vector<std::string> strings = sys::bus_strings(answer);
    if (strings.empty()) return invalid("systemd: its property ControlGroup is no string");
    return strings[0] == "/" ? std::string() : strings[0];
}

// On a bus, signals have to be asked for: before the call that leads to one.
Status Systemd::watch(const std::string& unit) {
    if (!bus_.is_bus()) return {};
    sys::BusWriter rule;
    rule.string("type='signal',sender='" + std::string(kService) + "',interface='" + kManager
                + "',member='JobRemoved',arg2='" + unit + "'");
    TRY(bus_.send({.wants_reply = false,
                   .path = "/org/freedesktop/DBus",
                   .interface = "org.freedesktop.DBus",
                   .member = "AddMatch",
                   .destination = "org.freedesktop.DBus",
                   .signature = "s",
                   .body = rule.bytes()}));
    sys::BusMessage subscribe = method(kManager, "Subscribe");
    subscribe.wants_reply = false;
    return bus_.send(std::move(subscribe));
}

// The result of a job: "done", or how it failed.
Result<std::string> Systemd::await(const std::string& job) {
    for (;;) {
        const sys::BusMessage signal = TRY(bus_.next_signal());
        if (signal.member != "JobRemoved") continue;
        const std::vector<std::string> strings = sys::bus_strings(signal); // job, unit, result
        if (strings.size() == 3 && strings[0] == job) return strings[2];
    }
}

// An older systemd refuses the weight that means idle: there the file alone has it, as before.
Result<std::vector<BusProperty>> Systemd::understood(std::vector<BusProperty> properties) {
    constexpr std::uint64_t kFirstWithIdle = 252;
    const BusProperty idle{"CPUWeight", plan::kIdleWeight};
    const auto found = std::ranges::find(properties, idle);
    if (found == properties.end()) return properties;
    const auto answer = TRY(
        read_property(kObject, kManager, "Version").map_error(under("systemd: find its version")));
    const std::vector<std::string> strings = sys::bus_strings(answer);
    if (!strings.empty() && major_version(strings[0]) < kFirstWithIdle) properties.erase(found);
    return properties;
}

Result<std::string> Systemd::start_job(const plan::UnitPlan& unit, pid_t pid) {
    std::vector<BusProperty> properties = TRY(understood(unit.properties));
    if (!unit.is_slice)
        properties.push_back({"PIDs", std::vector{static_cast<std::uint32_t>(pid)}});
    sys::BusWriter arguments;
    arguments.string(unit.name);
    arguments.string("replace");
    arguments.properties(properties);
    arguments.end_array(arguments.begin_array(8), 8); // of auxiliary units
    const auto answer = TRY(call("StartTransientUnit", "ssa(sv)a(sa(sv))", arguments));
    const std::vector<std::string> strings = sys::bus_strings(answer);
    if (strings.empty()) return invalid("the answer to StartTransientUnit names no job");
    return strings[0];
}

Status Systemd::start(const plan::UnitPlan& unit, pid_t pid) {
    const std::string attempt = "systemd: start the unit " + quote(unit.name);
    const auto context = under(attempt);
    TRY(watch(unit.name));
    auto job = start_job(unit, pid);
    if (!job && bus_.last_error() == kUnitExists) {
        sys::BusWriter name;
        name.string(unit.name);
        (void)call("ResetFailedUnit", "s", name);
        job = start_job(unit, pid);
    }
    if (!job && bus_.last_error() == kUnitExists) job.error().code = EEXIST;
    const std::string path = TRY(std::move(job).map_error(context));
    const std::string result = TRY(await(path).map_error(context));
    if (result == "done" || (unit.is_slice && result == "skipped")) return {};
    return invalid(attempt + ": the job ends with " + quote(result)
                   + "; its log has the reason (journalctl -u " + unit.name + ")");
}

Status Systemd::stop(const std::string& unit) {
    const auto context = under("systemd: stop the unit " + quote(unit));
    TRY(watch(unit));
    sys::BusWriter arguments;
    arguments.string(unit);
    arguments.string("replace");
    auto stopped = call("StopUnit", "ss", arguments);
    if (!stopped && bus_.last_error() == kNoSuchUnit) return {};
    const sys::BusMessage answer = TRY(std::move(stopped).map_error(context));
    const std::vector<std::string> strings = sys::bus_strings(answer);
    if (strings.empty()) return {};
    TRY(await(strings[0]).map_error(context));
    return {};
}

Result<std::vector<BusProperty>> Systemd::read_properties(const std::string& unit,
                                                          const std::vector<std::string>& names) {
    std::vector<BusProperty> properties;
    for (const std::string& name : names) {
        const std::string attempt = "systemd: read " + name + " of the unit " + quote(unit);
        const auto answer =
            TRY(read_property(object_of(unit), interface_of(unit), name).map_error(under(attempt)));
        properties.push_back({name, TRY(sys::bus_variant(answer).map_error(under(attempt)))});
    }
    return properties;
}

// It answers before it writes to the cgroup, but a second question only after that.
Status Systemd::set_properties(const std::string& unit, const std::vector<BusProperty>& wanted) {
    const std::vector<BusProperty> properties = TRY(understood(wanted));
    sys::BusWriter arguments;
    arguments.string(unit);
    arguments.boolean(true); // runtime: not beyond a reboot
    arguments.properties(properties);
    TRY(call("SetUnitProperties", "sba(sv)", arguments)
            .map_error(
                under("systemd: set " + names_of(properties) + " of the unit " + quote(unit))));
    TRY(read_property(kObject, kManager, "ControlGroup")
            .map_error(under("systemd: wait for the unit " + quote(unit))));
    return {};
}

Status Systemd::attach(const std::string& unit, const std::string& below, pid_t pid) {
    sys::BusWriter arguments;
    arguments.string(unit);
    arguments.string(below);
    arguments.pids({static_cast<std::uint32_t>(pid)});
    TRY(call("AttachProcessesToUnit", "ssau", arguments)
            .map_error(under("systemd: move a process into the unit " + quote(unit))));
    return {};
}

} // namespace tare::runtime
