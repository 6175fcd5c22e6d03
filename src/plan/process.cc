#include "plan/process.h"

#include "base/text.h"
#include "plan/capabilities.h"
#include "plan/filter_model.h"
#include "plan/hooks.h"
#include "plan/namespaces.h"

#include <algorithm>
#include <sys/socket.h>
#include <sys/syscall.h>

namespace tare::plan {

namespace {

constexpr std::uint32_t kTtyGroup = 5; // Debian's, Fedora's and everybody's

// ---------------------------------------------------------------- identity

void plan_umask(const Compilation& c) {
    const auto& umask = c.config.process->user.umask;
    const std::uint32_t value = umask.value_or(022);
    c.steps().add(
        wire::Op::kUmask, wire::Number{value},
        {umask ? c.at("user/umask") : std::string(kDefault), "set the umask to " + octal(value)});
}

bool keeps_groups(const Compilation& c) {
    const auto& annotations = c.config.annotations;
    const auto found = annotations.find(std::string(kKeepGroupsAnnotation));
    return found != annotations.end() && found->second != "0";
}

Status plan_groups(const Compilation& c) {
    if (keeps_groups(c)) return {};
    const auto& groups = c.config.process->user.additional_gids;
    const std::string origin = c.at("user/additionalGids");
    if (c.plan.deny_setgroups) {
        if (groups.empty()) return {};
        return invalid(origin
                       + ": an unprivileged user namespace with a single mapping has no "
                         "supplementary groups: user_namespaces(7)");
    }
    std::vector<std::string> names;
    names.reserve(groups.size());
    for (const std::uint32_t group : groups)
        names.push_back(std::to_string(group));
    c.steps().add(wire::Op::kGroups,
                  c.steps().bytes(groups.data(), groups.size() * sizeof groups[0]),
                  {origin, "set the supplementary groups", joined(names)});
    return {};
}

std::string hex(std::uint64_t bits) {
    char text[24];
    std::snprintf(text, sizeof text, "0x%llx", static_cast<unsigned long long>(bits));
    return text;
}

// A filter may refuse the call that would hand its listener over, or have the agent asked, which is
// not there yet.
std::uint32_t listener_way(const SeccompProgram& seccomp) {
    const bool can_send = lets_through(seccomp, {__NR_sendmsg, {3, 0, MSG_NOSIGNAL}});
    return can_send ? wire::kSendListener : wire::kTellListener;
}

void add_seccomp(const Compilation& c, const SeccompProgram& seccomp) {
    wire::Seccomp body{.flags = seccomp.flags};
    if (seccomp.notify) body.notify = listener_way(seccomp);
    body.program =
        c.steps().bytes(seccomp.filter.data(), seccomp.filter.size() * sizeof(std::uint64_t));
    c.steps().add(wire::Op::kSeccomp, body,
                  {"config.json#/linux/seccomp", "load the seccomp filter",
                   std::to_string(seccomp.filter.size()) + " instructions"});
}

void add_chdir(const Compilation& c) {
    const std::string& cwd = c.config.process->cwd;
    c.steps().add(wire::Op::kChdir, wire::Chdir{c.steps().text(cwd), !c.is_exec},
                  {c.at("cwd"), "chdir to " + quote(cwd)});
}

void plan_ids_and_capabilities(const Compilation& c) {
    const std::string origin = c.at("capabilities");
    const spec::User& user = c.config.process->user;
    // Without the field a process gets none, as with the other runtimes.
    const CapabilitySets sets = plan_capabilities(
        c.config.process->capabilities.value_or(spec::Capabilities()), c.host.capabilities, origin);
    c.plan.warnings.insert(c.plan.warnings.end(), sets.warnings.begin(), sets.warnings.end());

    c.steps().add(wire::Op::kBounding, wire::Number{sets.bounding},
                  {origin + "/bounding", "limit the capabilities", hex(sets.bounding)});
    c.steps().add(
        wire::Op::kIds, wire::Ids{user.uid, user.gid},
        {c.at("user"), "become " + std::to_string(user.uid) + ":" + std::to_string(user.gid)});
    c.steps().add(
        wire::Op::kCapabilities,
        wire::Capabilities{sets.effective, sets.permitted, sets.inheritable, sets.ambient},
        {origin, "set the capabilities",
         "effective " + hex(sets.effective) + ", permitted " + hex(sets.permitted)
             + ", inheritable " + hex(sets.inheritable) + ", ambient " + hex(sets.ambient)});
    add_chdir(c);
}

// ---------------------------------------------------------------- environment

std::string_view name_of(std::string_view variable) {
    return variable.substr(0, variable.find('='));
}

std::string_view value_of(const std::vector<std::string>& env, std::string_view name) {
    for (const std::string& variable : env)
        if (name_of(variable) == name && variable.size() > name.size())
            return std::string_view(variable).substr(name.size() + 1);
    return {};
}

// A name with a slash is a path as it is; any other is looked up: managers tell the two apart by
// these words.
std::string exec_text(const std::string& name) {
    // As callers match it: without quotes of ours, but with control characters escaped.
    std::string shown = quote(name);
    shown = shown.substr(1, shown.size() - 2);
    return name.find('/') == std::string::npos ? "exec: \"" + shown + "\"" : "exec " + shown;
}

void add_find_exec(const Compilation& c, const std::vector<std::string>& env) {
    const std::string& name = c.config.process->args.front();
    wire::FindExec body{.name = c.steps().text(name)};
    const std::string_view path = value_of(env, "PATH");
    if (!path.empty()) body.path = c.steps().text(path);
    c.steps().add(wire::Op::kFindExec, body, {c.at("args/0"), exec_text(name), "find the program"});
}

void add_exec(const Compilation& c, const std::vector<std::string>& env) {
    const spec::Process& process = *c.config.process;
    wire::Exec body{.args = c.steps().texts(process.args), .env = c.steps().texts(env)};
    body.home_of_uid = process.user.uid;
    body.fill_home = value_of(env, "HOME").empty();
    std::vector<std::string> arguments;
    arguments.reserve(process.args.size());
    for (const std::string& argument : process.args)
        arguments.push_back(quote(argument));
    c.steps().add(wire::Op::kExec, body,
                  {c.at("args/0"), exec_text(process.args.front()), joined(arguments, " ")});
}

void add_ready(const Compilation& c) {
    c.steps().add(wire::Op::kReady,
                  {std::string(kDefault),
                   c.options.has_gate ? "wait for start at the gate" : "wait for the runtime"});
}

} // namespace

void plan_console(const Compilation& c) {
    if (!c.config.process || !c.config.process->terminal) return;
    const spec::Process& process = *c.config.process;
    const spec::ConsoleSize size = process.console_size.value_or(spec::ConsoleSize());
    const auto cells = [](std::uint32_t n) {
        return static_cast<std::uint16_t>(std::min<std::uint32_t>(n, 0xffff));
    };
    c.plan.terminal = true;
    wire::Console body{.uid = process.user.uid, .gid = process.user.gid};
    if (maps_gid(c.linux_, kTtyGroup)) body.gid = kTtyGroup;
    body.rows = cells(size.height);
    body.columns = cells(size.width);
    body.bind_dev_console = !c.is_exec && is_own(c.linux_, spec::NamespaceType::kMount);
    c.steps().add(wire::Op::kConsole, body,
                  {c.at("terminal"), "make a terminal",
                   "owner " + std::to_string(body.uid) + ":" + std::to_string(body.gid)
                       + (size.height == 0 ? ""
                                           : ", " + std::to_string(body.rows) + " rows of "
                                                 + std::to_string(body.columns))});
}

Status plan_identity(const Compilation& c, const SeccompProgram* seccomp) {
    if (!c.config.process) return {};
    plan_umask(c);
    TRY(plan_groups(c));
    add_chdir(c); // before a filter that may refuse it
    // seccomp(2) wants CAP_SYS_ADMIN or no_new_privs: without the latter it is now or never.
    if (seccomp != nullptr && !c.config.process->no_new_privileges.value_or(false))
        add_seccomp(c, *seccomp);
    plan_ids_and_capabilities(c);
    return {};
}

Status plan_start(const Compilation& c, const SeccompProgram* seccomp) {
    if (!c.config.process) {
        add_ready(c);
        c.steps().add(wire::Op::kExec, wire::Exec{},
                      {"config.json#/process", "start: the config has no process"});
        return {};
    }
    if (c.config.process->args.empty()) return invalid(c.at("args") + ": is missing or empty");
    const std::vector<std::string> env = environment(c);
    const bool no_new_privileges = c.config.process->no_new_privileges.value_or(false);
    const bool late_filter = seccomp != nullptr && no_new_privileges;

    add_find_exec(c, env);
    if (no_new_privileges)
        c.steps().add(wire::Op::kNoNewPrivileges, {c.at("noNewPrivileges"), "set no_new_privs"});
    // The listener must be sent while there is still somebody to send it to; and whoever is seen by
    // processes that may trace has its filter.
    const bool before_ready = late_filter && (seccomp->notify || c.forks_last);
    if (before_ready) add_seccomp(c, *seccomp);
    plan_last_fork(c);
    add_ready(c);
    if (late_filter && !before_ready) add_seccomp(c, *seccomp);
    if (!c.is_exec) plan_start_container_hooks(c);
    add_exec(c, env);
    return {};
}

std::vector<std::string> environment(const Compilation& c) {
    std::vector<std::string> all = c.config.process->env;
    if (!c.options.notify_socket.empty()) all.emplace_back("NOTIFY_SOCKET=/run/notify/notify.sock");
    if (c.options.listen_fds > 0) {
        all.push_back("LISTEN_FDS=" + std::to_string(c.options.listen_fds));
        all.emplace_back("LISTEN_PID=1");
    }
    std::vector<std::string> out;
    std::vector<std::string_view> seen;
    for (auto variable = all.rbegin(); variable != all.rend(); ++variable) {
        const std::string_view name = name_of(*variable);
        if (std::find(seen.begin(), seen.end(), name) != seen.end()) continue;
        seen.push_back(name);
        if (*variable != "HOME=" && *variable != "HOME") out.push_back(*variable);
    }
    std::reverse(out.begin(), out.end());
    return out;
}

} // namespace tare::plan
