#include "init/descriptors.h"
#include "init/steps.h"
#include "init/syscall.h"

#include <cstring>
#include <initializer_list>
#include <linux/keyctl.h>
#include <sys/resource.h>

namespace tare::init {

namespace {

// sched_setattr(2): struct sched_attr of linux/sched/types.h, which glibc's sched.h knows as well.
struct SchedulerAttributes {
    std::uint32_t size;
    std::uint32_t policy;
    std::uint64_t flags;
    std::int32_t nice;
    std::uint32_t priority;
    std::uint64_t runtime, deadline, period;
    std::uint32_t clamp_min, clamp_max; // since Linux 5.3; SCHED_FLAG_UTIL_CLAMP_* want them
};

constexpr int kThisProcess = 1; // IOPRIO_WHO_PROCESS

// keyrings(7): everything for who possesses it; view, read, search and link for its user.
constexpr unsigned kKeyringPermissions = 0x3f1b0000;

// A limit below the descriptors that are open would refuse the next open. The low ones are those
// that we inherited, or of this step.
void close_scratch(const Context& context) {
    int highest = static_cast<int>(context.plan.header().keep_fds) + 2;
    for (const int fd :
         {context.report, context.gate_in, context.gate_out, context.proc, context.root})
        highest = fd > highest ? fd : highest;
    close_descriptors(static_cast<unsigned>(highest) + 1);
}

} // namespace

Status hostname(const char* name) {
    return outcome(sys(__NR_sethostname, name, std::strlen(name)));
}

Status domainname(const char* name) {
    return outcome(sys(__NR_setdomainname, name, std::strlen(name)));
}

Status keyring(const char* name) {
    const long key = sys(__NR_keyctl, KEYCTL_JOIN_SESSION_KEYRING, name, 0, 0, 0);
    if (key == -ENOSYS) return {}; // a kernel without keyrings has none to share
    REQUIRE(outcome(key));
    // A process that comes later joins it by its name, for which its user must be able to search
    // it. Refused where it is not ours, and then somebody else has seen to that.
    sys(__NR_keyctl, KEYCTL_SETPERM, key, kKeyringPermissions, 0, 0);
    return {};
}

Status rlimit(Context& context, const wire::Rlimit& body) {
    if (body.resource == RLIMIT_NOFILE) close_scratch(context);
    const struct { std::uint64_t soft, hard; } limit = {body.soft, body.hard};
    return outcome(sys(__NR_prlimit64, 0, body.resource, &limit, nullptr));
}

Status personality(const wire::Number& body) {
    return outcome(sys(__NR_personality, body.value));
}

Status scheduler(const wire::Scheduler& body) {
    SchedulerAttributes attributes = {};
    attributes.size = sizeof attributes;
    attributes.policy = body.policy;
    attributes.flags = body.flags;
    attributes.nice = body.nice;
    attributes.priority = body.priority;
    attributes.runtime = body.runtime;
    attributes.deadline = body.deadline;
    attributes.period = body.period;
    return outcome(sys(__NR_sched_setattr, 0, &attributes, 0));
}

Status io_priority(const wire::Number& body) {
    return outcome(sys(__NR_ioprio_set, kThisProcess, 0, body.value));
}

Status memory_policy(const Context& context, const wire::MemoryPolicy& body) {
    const Plan::Array nodes = context.plan.bytes(body.nodes);
    return outcome(
        sys(__NR_set_mempolicy, body.mode, nodes.size == 0 ? nullptr : nodes.data, body.max_node));
}

Status affinity(const Context& context, const wire::Affinity& body) {
    constexpr std::size_t kMostCpus = 8192; // of any kernel, which passes over what it has not
    const Plan::Array cpus = context.plan.bytes(body.cpus);
    long set = 0;
    if (cpus.size == 0) {
        unsigned char all[kMostCpus / 8];
        std::memset(all, 0xff, sizeof all);
        set = sys(__NR_sched_setaffinity, 0, sizeof all, all);
    } else {
        set = sys(__NR_sched_setaffinity, 0, cpus.size, cpus.data);
    }
    // None of these CPUs is in our cpuset: as it is, then.
    return set == -EINVAL && body.wanted == 0 ? Status{} : outcome(set);
}

Status set_umask(Context& context, const wire::Number& body) {
    context.umask = static_cast<unsigned>(body.value);
    return {};
}

} // namespace tare::init
