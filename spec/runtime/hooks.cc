#include "spec/runtime/read.h"
#include "spec/runtime/write.h"

namespace tare::spec {

Status read(const json::Cursor& at, Hook& hook) {
    TRY(required(at, "path", hook.path));
    TRY(check_absolute(at, "path", hook.path));
    TRY(member(at, "args", hook.args));
    TRY(member(at, "env", hook.env));
    return ranged(at, "timeout", 1, std::numeric_limits<std::int32_t>::max(), hook.timeout);
}

Status read(const json::Cursor& at, Hooks& hooks) {
    TRY(at.object());
    TRY(member(at, "prestart", hooks.prestart));
    TRY(member(at, "createRuntime", hooks.create_runtime));
    TRY(member(at, "createContainer", hooks.create_container));
    TRY(member(at, "startContainer", hooks.start_container));
    TRY(member(at, "poststart", hooks.poststart));
    return member(at, "poststop", hooks.poststop);
}

void write(json::Writer& out, const Hook& hook) {
    out.begin_object();
    put_always(out, "path", hook.path);
    put(out, "args", hook.args);
    put(out, "env", hook.env);
    put(out, "timeout", hook.timeout);
    out.end_object();
}

void write(json::Writer& out, const Hooks& hooks) {
    out.begin_object();
    put(out, "prestart", hooks.prestart);
    put(out, "createRuntime", hooks.create_runtime);
    put(out, "createContainer", hooks.create_container);
    put(out, "startContainer", hooks.start_container);
    put(out, "poststart", hooks.poststart);
    put(out, "poststop", hooks.poststop);
    out.end_object();
}

} // namespace tare::spec
