#include "plan/exec_process.h"

#include "base/text.h"
#include "plan/capabilities.h"

#include <algorithm>

namespace tare::plan {

namespace {

using spec::Process;

bool is_absent(const std::string& text) {
    return text.empty();
}
template <class T>
bool is_absent(const std::vector<T>& list) {
    return list.empty();
}
template <class T>
bool is_absent(const std::optional<T>& value) {
    return !value;
}

// A process file, with what it leaves out taken from the container's process.
class Inheritance {
public:
    Inheritance(Process& to, const Process& own, ProcessOrigin& origin)
        : to_(to), own_(own), origin_(origin) {}

    void all() {
        take(&Process::capabilities, "capabilities");
        take(&Process::no_new_privileges, "noNewPrivileges");
        take(&Process::apparmor_profile, "apparmorProfile");
        take(&Process::selinux_label, "selinuxLabel");
        take(&Process::rlimits, "rlimits");
        take(&Process::oom_score_adj, "oomScoreAdj");
        take(&Process::scheduler, "scheduler");
        take(&Process::io_priority, "ioPriority");
        take(&Process::exec_cpu_affinity, "execCPUAffinity");
        if (!to_.has_user)
            take_user();
        else if (!to_.user.umask && own_.user.umask)
            take_umask();
    }

private:
    template <class Member>
    void take(Member member, const char* field) {
        if (!is_absent(to_.*member) || is_absent(own_.*member)) return;
        to_.*member = own_.*member;
        note(field);
    }
    void take_user() {
        to_.user = own_.user;
        to_.has_user = own_.has_user;
        note("user");
    }
    void take_umask() {
        to_.user.umask = own_.user.umask;
        note("user/umask");
    }
    void note(const std::string& field) { origin_.set(field, "config.json#/process/" + field); }

    Process& to_;
    const Process& own_;
    ProcessOrigin& origin_;
};

template <class T>
void append(std::vector<T>& to, const std::vector<T>& more) {
    to.insert(to.end(), more.begin(), more.end());
}

bool contains(const std::vector<std::string>& list, const std::string& item) {
    return std::ranges::find(list, item) != list.end();
}

void add_once(std::vector<std::string>& list, const std::string& item) {
    if (!contains(list, item)) list.push_back(item);
}

// Never to the inheritable set (CVE-2022-29162): a capability there would pass on through files.
// And so ambient only where that set has it already.
void add_capabilities(Process& process, const std::vector<std::string>& names,
                      std::vector<std::string>& warnings) {
    if (names.empty()) return;
    if (!process.capabilities) process.capabilities.emplace();
    spec::Capabilities& sets = *process.capabilities;
    const std::vector<std::string>& known = capability_names();
    for (const std::string& name : names) {
        if (!contains(known, name)) {
            warnings.push_back("--cap: " + quote(name)
                               + " is no capability that this build knows: left out");
            continue;
        }
        for (auto* list : {&sets.bounding, &sets.effective, &sets.permitted})
            add_once(*list, name);
        if (contains(sets.inheritable, name)) add_once(sets.ambient, name);
    }
}

template <class To, class From>
void replace(To& to, const From& from, ProcessOrigin& origin, const char* field,
             const char* option) {
    if (is_absent(from)) return;
    to = from;
    origin.set(field, option);
}

// The identity is set in one step, which bears the name of the option that changes it.
void replace_user(spec::User& user, const ExecWishes& wishes, ProcessOrigin& origin) {
    if (!wishes.uid) return;
    user.uid = *wishes.uid;
    if (wishes.gid) user.gid = *wishes.gid;
    const std::string umask = origin.of("user/umask"), groups = origin.of("user/additionalGids");
    origin.set("user", "--user");
    origin.set("user/umask", umask);
    origin.set("user/additionalGids", groups);
}

} // namespace

Result<ExecProcess> choose_process(const std::optional<Process>& own, const ExecWishes& wishes) {
    ExecProcess chosen;
    Process& process = chosen.process;
    ProcessOrigin& origin = chosen.origin;
    if (wishes.file) {
        process = *wishes.file;
        origin = ProcessOrigin(wishes.file_name + "#");
        if (own) Inheritance(process, *own, origin).all();
    } else {
        if (own)
            process = *own;
        else
            process.cwd = "/";
        process.args.clear();
        process.terminal = false;
        process.console_size.reset();
    }
    replace(process.args, wishes.args, origin, "args", ""); // the message names it anyway
    if (process.args.empty()) return invalid("process args cannot be empty: give a COMMAND");
    append(process.env, wishes.env);
    replace(process.cwd, wishes.cwd, origin, "cwd", "--cwd");
    replace_user(process.user, wishes, origin);
    append(process.user.additional_gids, wishes.additional_gids);
    if (!wishes.additional_gids.empty()) origin.set("user/additionalGids", "--additional-gids");
    add_capabilities(process, wishes.capabilities, chosen.warnings);
    replace(process.apparmor_profile, wishes.apparmor_profile, origin, "apparmorProfile",
            "--apparmor");
    replace(process.selinux_label, wishes.selinux_label, origin, "selinuxLabel", "--process-label");
    if (wishes.terminal && !process.terminal) origin.set("terminal", "--tty");
    process.terminal = process.terminal || wishes.terminal;
    if (wishes.no_new_privileges) {
        process.no_new_privileges = true;
        origin.set("noNewPrivileges", "--no-new-privs");
    }
    return chosen;
}

} // namespace tare::plan
