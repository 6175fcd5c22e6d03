#pragma once

#include "base/fd.h"
#include "base/result.h"

#include <string>
#include <string_view>
#include <sys/types.h>

namespace tare::runtime {

// The container's notify socket is notify/notify.sock below the state directory; the directory is
// bound into the container, so that the socket can be made after it (`create`, then `start`).
constexpr const char* kNotifyDirectory = "notify";
constexpr const char* kNotifyName = "notify.sock";
constexpr const char* kNotifyInside = "/run/notify"; // where the directory is in the container

// Our caller's NOTIFY_SOCKET, where it is a path or an abstract name; anything else means nothing
// to us: sd_notify(3).
std::string callers_notify_socket();

// `create` and `run`: makes the directory, open to every user of the container.
Status make_notify_directory(const Fd& state_directory);

// What a container says on its notify socket, passed on to the service manager's. Only lines that
// speak for the service itself go through (READY=, STOPPING=, STATUS=, ...): MAINPID= or a stored
// descriptor from inside would take over the unit. sd_notify(3) names them.
class NotifyProxy {
public:
    // Makes the socket below `state_directory`.
    //   host  the caller's NOTIFY_SOCKET: an absolute path, or '@' and an abstract name
    static Result<NotifyProxy> open(const Fd& state_directory, std::string host);

    const Fd& socket() const { return socket_; }

    // Passes on what has arrived, a thousand messages at most; never blocks. True once the
    // container has said READY=1. Messages of more than 4 KiB are dropped.
    //   main_pid  sent as MAINPID= together with READY=1; 0: not sent, because we are the main pid
    Result<bool> forward(pid_t main_pid);

    // For `start` and `run --detach`: until READY=1 was passed on and the manager has dealt with
    // it, or init (a pidfd) has exited. The manager looks up who has sent a message when it reads
    // it: of us it finds nothing once we have exited.
    //   barrier_ms  at most, for a manager that does not know of BARRIER=1
    Status wait_ready(const Fd& init, pid_t main_pid, int barrier_ms = kBarrierMs);

private:
    static constexpr int kBarrierMs = 30'000;

    NotifyProxy(Fd socket, std::string host) : socket_(std::move(socket)), host_(std::move(host)) {}
    Result<Fd> connect() const;
    Status send(std::string_view lines);
    Status wait_for_manager(int limit_ms);

    Fd socket_;
    std::string host_;
    bool ready_ = false;
};

// The lines of `message` that may leave the container, each with its newline.
std::string allowed_lines(std::string_view message);

} // namespace tare::runtime
