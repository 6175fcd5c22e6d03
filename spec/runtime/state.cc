#include "spec/runtime/state.h"
#include "base/text.h"
#include "spec/runtime/read.h"
#include "spec/runtime/write.h"

#include <algorithm>
#include <iterator>

namespace tare::spec {

namespace {

// In the order of Status. "paused" is not the spec's, but every runtime's.
constexpr std::string_view kStatuses[] = {"creating", "created", "running", "paused", "stopped"};

tare::Status read(const json::Cursor& at, State& state) {
    TRY(required(at, "ociVersion", state.oci_version));
    TRY(required(at, "id", state.id));
    std::string status;
    TRY(at.require("status"));
    TRY(known_member(at, "status", kStatuses, status));
    const auto* const found = std::find(std::begin(kStatuses), std::end(kStatuses), status);
    state.status = static_cast<Status>(found - kStatuses);
    TRY(ranged(at, "pid", 0, std::numeric_limits<std::int32_t>::max(), state.pid));
    TRY(required(at, "bundle", state.bundle));
    TRY(member(at, "annotations", state.annotations));
    TRY(member(at, "rootfs", state.rootfs));
    TRY(member(at, "created", state.created));
    return member(at, "owner", state.owner);
}

} // namespace

std::string_view to_string(Status status) {
    return kStatuses[static_cast<std::size_t>(status)];
}

Result<State> read_state(std::string_view text, std::string_view file_name) {
    const auto document = TRY(json::parse(text, file_name));
    State state;
    TRY(read(document.root(), state));
    return state;
}

std::string write_state(const State& state, bool indent) {
    json::Writer out(indent);
    out.begin_object();
    put_always(out, "ociVersion", state.oci_version);
    put_always(out, "id", state.id);
    put_always(out, "pid", state.pid);
    put_always(out, "status", std::string(to_string(state.status)));
    put_always(out, "bundle", state.bundle);
    put(out, "rootfs", state.rootfs);
    put(out, "created", state.created);
    put(out, "annotations", state.annotations);
    put(out, "owner", state.owner);
    out.end_object();
    return out.take();
}

} // namespace tare::spec
