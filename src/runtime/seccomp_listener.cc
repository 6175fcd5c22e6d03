#include "runtime/seccomp_listener.h"

#include "spec/json/writer.h"
#include "sys/seccomp.h"
#include "sys/socket.h"

#include <sys/socket.h>

namespace tare::runtime {

std::string container_process_state(const SeccompListener& listener, const spec::State& state) {
    json::Writer out;
    out.begin_object();
    out.name("ociVersion");
    out.string(state.oci_version);
    out.name("fds");
    out.begin_array();
    out.string("seccompFd");
    out.end_array();
    out.name("pid");
    out.integer(listener.pid);
    if (!listener.metadata.empty()) {
        out.name("metadata");
        out.string(listener.metadata);
    }
    std::string text = out.take();
    return text + ",\"state\":" + spec::write_state(state) + "}";
}

Result<bool> complete_listener(Report::Event& event, const Fd& process) {
    if (event.fd) return false;
    event.fd = TRY(sys::fetch_seccomp_listener(process, event.code)
                       .map_error(under("config.json#/linux/seccomp: not to be sent behind it")));
    return true;
}

Status send_seccomp_listener(const SeccompListener& listener, const spec::State& state,
                             const Fd& fd) {
    const auto context = under("config.json#/linux/seccomp/listenerPath");
    const Fd agent = TRY(sys::connect_unix(listener.path, SOCK_STREAM).map_error(context));
    return sys::send_with_fd(agent, container_process_state(listener, state), fd)
        .map_error(context);
}

} // namespace tare::runtime
