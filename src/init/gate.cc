#include "init/descriptors.h"
#include "init/report.h"
#include "init/steps.h"
#include "init/syscall.h"

#include <initializer_list>
#include <linux/prctl.h>

namespace tare::init {

namespace {

// Closes all but stdio, what the container is to keep, and what we still talk through.
void close_the_rest(const Context& context) {
    unsigned kept[3];
    unsigned count = 0;
    for (const int fd : {context.report, context.gate_in, context.gate_out}) {
        if (fd < 0) continue;
        unsigned at = count++;
        for (; at > 0 && kept[at - 1] > static_cast<unsigned>(fd); --at)
            kept[at] = kept[at - 1];
        kept[at] = static_cast<unsigned>(fd);
    }
    unsigned from = 3 + context.plan.header().keep_fds;
    for (unsigned i = 0; i < count; ++i) {
        if (kept[i] > from) close_descriptors(from, kept[i] - 1);
        if (kept[i] >= from) from = kept[i] + 1;
    }
    close_descriptors(from);
}

// A container survives its runtime, once it is there.
Status outlive_tare(Context& context) {
    if (!context.death_signal) return {};
    REQUIRE(outcome(sys(__NR_prctl, PR_SET_PDEATHSIG, 0, 0, 0, 0)));
    context.death_signal = false;
    return {};
}

} // namespace

void settle(Context& context) {
    if (context.settled) return;
    context.settled = true;
    sys(__NR_umask, context.umask);
    close_the_rest(context);
    context.root = context.proc = context.null_mount = context.empty_directory = -1;
    context.last = {};
}

Status sync(Context& context, std::uint32_t kind) {
    REQUIRE(outcome(send(context, {kind, context.step, 0, 0})));
    return wait_for_go(context, context.report);
}

Status ready(Context& context) {
    const bool gate = context.gate_in >= 0;
    settle(context);
    if (gate) REQUIRE(outlive_tare(context)); // from here on the state record knows us
    if (!context.plan.header().go_ahead)
        REQUIRE(outcome(send(context, {wire::kReadyNow, context.step, 0, 0})));
    if (gate) {
        sys(__NR_close, context.report);
        context.report = -1;
    }
    context.past_ready = true;
    REQUIRE(wait_for_go(context, gate ? context.gate_in : context.report));
    if (gate) { // closed now rather than by execve: who reads it is what tells "created"
        sys(__NR_close, context.gate_in);
        context.gate_in = -1;
    }
    return outlive_tare(context); // now, because a filter may follow
}

} // namespace tare::init
