#include "plan/hooks.h"

#include "base/text.h"
#include "spec/runtime/state.h"
#include "spec/runtime/version.h"

namespace tare::plan {

namespace {

// The state that a hook reads, cut where the pid belongs: only `tare` knows it, and only later.
struct StateText {
    std::string head, tail;
};

StateText state_text(const Compilation& c, spec::Status status) {
    spec::State state{.oci_version = std::string(spec::kVersion), .id = c.options.id};
    state.status = status;
    state.pid = 1;
    state.bundle = c.options.bundle;
    state.annotations = c.config.annotations;
    const std::string text = spec::write_state(state);
    // Inside of a JSON string the quotes would be escaped, so this is the member itself.
    const std::size_t member = text.find("\"pid\":");
    const std::size_t digit = text.find('1', member);
    return {text.substr(0, digit), text.substr(digit + 1) + "\n"};
}

std::string describe(const spec::Hook& hook) {
    return hook.timeout ? "at most " + std::to_string(*hook.timeout) + " s" : "";
}

// "error running NAME hook #N:" is what scripts look for in the message of a failing hook.
Note note_of(const spec::Hook& hook, const std::string& name, std::size_t index) {
    return {pointer_to("config.json#/hooks/" + name, index),
            "error running " + name + " hook #" + std::to_string(index) + ": " + quote(hook.path),
            describe(hook)};
}

void add_notes(const std::vector<spec::Hook>& hooks, const std::string& name,
               std::vector<Note>& notes) {
    for (std::size_t i = 0; i < hooks.size(); ++i)
        notes.push_back({pointer_to("config.json#/hooks/" + name, i),
                         "run the " + name + " hook " + quote(hooks[i].path), describe(hooks[i])});
}

// Without an `env` runc and crun give startContainer the environment of the process, HOME included,
// and the runtime's own to the hooks in the runtime's namespaces. What createContainer gets is the
// process's with the one, the runtime's with the other: here it gets none.
void add_steps(const Compilation& c, const std::vector<spec::Hook>& hooks, const std::string& name,
               spec::Status status) {
    if (hooks.empty()) return;
    const StateText state = state_text(c, status);
    const wire::Text head = c.steps().text(state.head);
    const wire::Text tail = c.steps().text(state.tail);
    for (std::size_t i = 0; i < hooks.size(); ++i) {
        const spec::Hook& hook = hooks[i];
        const std::vector<std::string> only_path{hook.path};
        wire::Hook body{.path = c.steps().text(hook.path)};
        body.args = c.steps().texts(hook.args.empty() ? only_path : hook.args);
        body.env = c.steps().texts(hook.env.value_or(std::vector<std::string>()));
        body.inherits = !hook.env && status == spec::Status::kCreated;
        body.timeout_ms = static_cast<std::uint64_t>(hook.timeout.value_or(0)) * 1000;
        body.state_head = head;
        body.state_tail = tail;
        c.steps().add(wire::Op::kHook, body, note_of(hook, name, i));
    }
}

} // namespace

void plan_runtime_hooks(const Compilation& c) {
    const spec::Hooks& hooks = c.config.hooks;
    add_notes(hooks.prestart, "prestart", c.plan.sync_hooks);
    add_notes(hooks.create_runtime, "createRuntime", c.plan.sync_hooks);
    add_notes(hooks.poststart, "poststart", c.plan.start_hooks);
    add_notes(hooks.poststop, "poststop", c.plan.stop_hooks);
    if (!c.plan.sync_hooks.empty())
        c.steps().add(wire::Op::kSync, {"config.json#/hooks", "wait for the runtime's hooks"});
}

void plan_create_container_hooks(const Compilation& c) {
    add_steps(c, c.config.hooks.create_container, "createContainer", spec::Status::kCreating);
}

void plan_start_container_hooks(const Compilation& c) {
    add_steps(c, c.config.hooks.start_container, "startContainer", spec::Status::kCreated);
}

} // namespace tare::plan
