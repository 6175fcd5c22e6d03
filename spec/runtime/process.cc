#include "base/text.h"
#include "spec/runtime/read.h"
#include "spec/runtime/write.h"

namespace tare::spec {

namespace {

// setrlimit(2)
constexpr std::string_view kRlimits[] = {
    "RLIMIT_AS",     "RLIMIT_CORE",   "RLIMIT_CPU",        "RLIMIT_DATA",
    "RLIMIT_FSIZE",  "RLIMIT_LOCKS",  "RLIMIT_MEMLOCK",    "RLIMIT_MSGQUEUE",
    "RLIMIT_NICE",   "RLIMIT_NOFILE", "RLIMIT_NPROC",      "RLIMIT_RSS",
    "RLIMIT_RTPRIO", "RLIMIT_RTTIME", "RLIMIT_SIGPENDING", "RLIMIT_STACK"};

// config.md, "Linux Process"
constexpr std::size_t kMostGroups = 65536; // NGROUPS_MAX, setgroups(2)
constexpr std::string_view kPolicies[] = {"SCHED_OTHER",   "SCHED_FIFO", "SCHED_RR",
                                          "SCHED_BATCH",   "SCHED_ISO",  "SCHED_IDLE",
                                          "SCHED_DEADLINE"};
constexpr std::string_view kSchedulerFlags[] = {
    "SCHED_FLAG_RESET_ON_FORK", "SCHED_FLAG_RECLAIM",     "SCHED_FLAG_DL_OVERRUN",
    "SCHED_FLAG_KEEP_POLICY",   "SCHED_FLAG_KEEP_PARAMS", "SCHED_FLAG_UTIL_CLAMP_MIN",
    "SCHED_FLAG_UTIL_CLAMP_MAX"};
constexpr std::string_view kIoClasses[] = {"IOPRIO_CLASS_RT", "IOPRIO_CLASS_BE",
                                           "IOPRIO_CLASS_IDLE"};

// 4294967295 is (uid_t)-1, which system calls take for "leave as it is".
constexpr std::int64_t kMaxId = 4294967294;

Status read_id(const json::Cursor& at, std::uint32_t& out) {
    const auto id = TRY(at.integer(0, kMaxId));
    out = static_cast<std::uint32_t>(id);
    return {};
}

// config.md calls both ids required, its schema does not, and nobody insists.
Status read_user(const json::Cursor& at, User& user) {
    TRY(at.object());
    if (const auto uid = at.find("uid")) TRY(read_id(*uid, user.uid));
    if (const auto gid = at.find("gid")) TRY(read_id(*gid, user.gid));
    TRY(ranged(at, "umask", 0, 0777, user.umask));
    const auto additional = at.find("additionalGids");
    if (!additional) return {};
    const auto gids = TRY(additional->array());
    if (gids.size() > kMostGroups)
        return additional->error("must have at most " + std::to_string(kMostGroups) + " entries");
    for (const json::Cursor item : gids)
        TRY(read_id(item, user.additional_gids.emplace_back()));
    return {};
}

// The value is never part of the message: it may be a secret.
Status read_env(const json::Cursor& at, std::vector<std::string>& env) {
    const auto items = TRY(at.array());
    for (const json::Cursor item : items) {
        TRY(read(item, env.emplace_back()));
        const std::size_t equals = env.back().find('=');
        if (equals == std::string::npos || equals == 0) return item.error("must be NAME=value");
    }
    return {};
}

Status read_rlimits(const json::Cursor& at, std::vector<Rlimit>& rlimits) {
    const auto items = TRY(at.array());
    for (const json::Cursor item : items) {
        Rlimit limit;
        TRY(required(item, "type", limit.type));
        TRY(known_member(item, "type", kRlimits, limit.type));
        TRY(required(item, "soft", limit.soft));
        TRY(required(item, "hard", limit.hard));
        if (limit.soft > limit.hard) return item.error("soft", "must not be above hard");
        for (const Rlimit& other : rlimits)
            if (other.type == limit.type)
                return item.error("type", quote(limit.type) + " is there twice");
        rlimits.push_back(std::move(limit));
    }
    return {};
}

// sched(7), "SCHED_DEADLINE"; a period of 0 is the deadline.
Status check_times(const json::Cursor& at, const Scheduler& scheduler) {
    if (scheduler.policy != "SCHED_DEADLINE") return {};
    const std::uint64_t period = scheduler.period == 0 ? scheduler.deadline : scheduler.period;
    if (scheduler.runtime != 0 && scheduler.runtime <= scheduler.deadline
        && scheduler.deadline <= period)
        return {};
    return at.error("with SCHED_DEADLINE must be 0 < runtime <= deadline <= period, in ns");
}

Status check_scheduler(const json::Cursor& at, const Scheduler& scheduler) {
    const bool realtime = scheduler.policy == "SCHED_FIFO" || scheduler.policy == "SCHED_RR";
    if (realtime) TRY(at.require("priority"));
    if (realtime && (scheduler.priority < 1 || scheduler.priority > 99))
        return at.error("priority", "must be from 1 to 99 with " + scheduler.policy);
    if (!realtime && scheduler.priority != 0)
        return at.error("priority", "is for SCHED_FIFO and SCHED_RR, not " + scheduler.policy);
    const bool times = scheduler.runtime != 0 || scheduler.deadline != 0 || scheduler.period != 0;
    if (times && scheduler.policy != "SCHED_DEADLINE")
        return at.error("runtime, deadline and period are for SCHED_DEADLINE, not "
                        + scheduler.policy);
    return check_times(at, scheduler);
}

Status read_scheduler(const json::Cursor& at, Scheduler& scheduler) {
    TRY(required(at, "policy", scheduler.policy));
    TRY(known_member(at, "policy", kPolicies, scheduler.policy));
    TRY(ranged(at, "nice", -20, 19, scheduler.nice));
    TRY(member(at, "priority", scheduler.priority));
    TRY(known_members(at, "flags", kSchedulerFlags, scheduler.flags));
    TRY(member(at, "runtime", scheduler.runtime));
    TRY(member(at, "deadline", scheduler.deadline));
    TRY(member(at, "period", scheduler.period));
    return check_scheduler(at, scheduler);
}

Status read_io_priority(const json::Cursor& at, IoPriority& priority) {
    TRY(required(at, "class", priority.class_));
    TRY(known_member(at, "class", kIoClasses, priority.class_));
    return ranged(at, "priority", 0, 7, priority.priority);
}

Status read_affinity(const json::Cursor& at, ExecCpuAffinity& affinity) {
    TRY(at.object());
    TRY(member(at, "initial", affinity.initial));
    TRY(check_cpu_list(at, "initial", affinity.initial));
    TRY(member(at, "final", affinity.final_));
    return check_cpu_list(at, "final", affinity.final_);
}

// What only Linux has: config.md, "Linux Process".
Status read_linux_members(const json::Cursor& at, Process& process) {
    TRY(member(at, "capabilities", process.capabilities));
    TRY(member(at, "noNewPrivileges", process.no_new_privileges));
    TRY(member(at, "apparmorProfile", process.apparmor_profile));
    TRY(ranged(at, "oomScoreAdj", -1000, 1000, process.oom_score_adj));
    if (const auto scheduler = at.find("scheduler"))
        TRY(read_scheduler(*scheduler, process.scheduler.emplace()));
    TRY(member(at, "selinuxLabel", process.selinux_label));
    if (const auto priority = at.find("ioPriority"))
        TRY(read_io_priority(*priority, process.io_priority.emplace()));
    if (const auto affinity = at.find("execCPUAffinity"))
        TRY(read_affinity(*affinity, process.exec_cpu_affinity.emplace()));
    return {};
}

void write_user(json::Writer& out, const User& user) {
    out.name("user");
    out.begin_object();
    put_always(out, "uid", user.uid);
    put_always(out, "gid", user.gid);
    put(out, "umask", user.umask);
    put(out, "additionalGids", user.additional_gids);
    out.end_object();
}

} // namespace

static void write(json::Writer& out, const Rlimit& limit) {
    out.begin_object();
    put_always(out, "type", limit.type);
    put_always(out, "soft", limit.soft);
    put_always(out, "hard", limit.hard);
    out.end_object();
}

static void write(json::Writer& out, const Scheduler& scheduler) {
    out.begin_object();
    put_always(out, "policy", scheduler.policy);
    put(out, "nice", scheduler.nice);
    put(out, "priority", scheduler.priority);
    put(out, "flags", scheduler.flags);
    put(out, "runtime", scheduler.runtime);
    put(out, "deadline", scheduler.deadline);
    put(out, "period", scheduler.period);
    out.end_object();
}

static void write(json::Writer& out, const IoPriority& priority) {
    out.begin_object();
    put_always(out, "class", priority.class_);
    put(out, "priority", priority.priority);
    out.end_object();
}

static void write(json::Writer& out, const ExecCpuAffinity& affinity) {
    out.begin_object();
    put(out, "initial", affinity.initial);
    put(out, "final", affinity.final_);
    out.end_object();
}

Status read(const json::Cursor& at, ConsoleSize& size) {
    TRY(required(at, "height", size.height));
    return required(at, "width", size.width);
}

Status read(const json::Cursor& at, Capabilities& capabilities) {
    TRY(at.object());
    TRY(member(at, "bounding", capabilities.bounding));
    TRY(member(at, "effective", capabilities.effective));
    TRY(member(at, "inheritable", capabilities.inheritable));
    TRY(member(at, "permitted", capabilities.permitted));
    return member(at, "ambient", capabilities.ambient);
}

Status read(const json::Cursor& at, Process& process) {
    TRY(at.object());
    TRY(member(at, "terminal", process.terminal));
    // config.md: "Runtimes MUST ignore consoleSize if terminal is false or unset."
    if (process.terminal) TRY(member(at, "consoleSize", process.console_size));
    const auto user = at.find("user");
    process.has_user = user.has_value();
    if (user) TRY(read_user(*user, process.user));
    TRY(required(at, "args", process.args));
    if (process.args.empty()) return at.error("args", "must not be empty");
    if (const auto env = at.find("env")) TRY(read_env(*env, process.env));
    TRY(required(at, "cwd", process.cwd));
    TRY(check_absolute(at, "cwd", process.cwd));
    if (const auto rlimits = at.find("rlimits")) TRY(read_rlimits(*rlimits, process.rlimits));
    return read_linux_members(at, process);
}

Result<Process> read_process(std::string_view text, std::string_view file_name) {
    const auto document = TRY(json::parse(text, file_name));
    Process process;
    TRY(read(document.root(), process));
    return process;
}

void write(json::Writer& out, const ConsoleSize& size) {
    out.begin_object();
    put_always(out, "height", size.height);
    put_always(out, "width", size.width);
    out.end_object();
}

void write(json::Writer& out, const Capabilities& capabilities) {
    out.begin_object();
    put(out, "bounding", capabilities.bounding);
    put(out, "effective", capabilities.effective);
    put(out, "inheritable", capabilities.inheritable);
    put(out, "permitted", capabilities.permitted);
    put(out, "ambient", capabilities.ambient);
    out.end_object();
}

void write(json::Writer& out, const Process& process) {
    out.begin_object();
    put(out, "terminal", process.terminal);
    put(out, "consoleSize", process.console_size);
    if (process.has_user) write_user(out, process.user);
    put_always(out, "args", process.args);
    put(out, "env", process.env);
    put_always(out, "cwd", process.cwd);
    put(out, "capabilities", process.capabilities);
    put(out, "rlimits", process.rlimits);
    put(out, "noNewPrivileges", process.no_new_privileges);
    put(out, "apparmorProfile", process.apparmor_profile);
    put(out, "oomScoreAdj", process.oom_score_adj);
    put(out, "scheduler", process.scheduler);
    put(out, "selinuxLabel", process.selinux_label);
    put(out, "ioPriority", process.io_priority);
    put(out, "execCPUAffinity", process.exec_cpu_affinity);
    out.end_object();
}

} // namespace tare::spec
