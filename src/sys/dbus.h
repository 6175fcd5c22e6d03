#pragma once

#include "base/fd.h"
#include "base/result.h"
#include "sys/dbus_message.h"

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

// A client's connection to a bus, or to a program that speaks D-Bus itself (as systemd does on its
// private socket). One call at a time, and each waits for its answer.

namespace tare::sys {

// What DBUS_SESSION_BUS_ADDRESS and its kin hold, D-Bus specification, "Server addresses":
// the paths of its unix sockets, abstract ones with a NUL in front. Other transports are left out.
std::vector<std::string> bus_sockets(std::string_view address);

class Bus {
public:
    // Connects and authenticates by the credentials that the kernel tells the other side: no uid is
    // named, so this works in any user namespace.
    //   timeout_ms  for the whole life of the connection
    //   is_bus      a bus daemon, which wants to be greeted; false: the program itself
    // Errors: ENOENT, ECONNREFUSED: nobody listens.
    static Result<Bus> connect(const std::string& socket, bool is_bus, int timeout_ms);

    // True on a bus daemon: signals come only if a match was added.
    bool is_bus() const { return is_bus_; }

    // Sends; `wants_reply` decides whether an answer is to be waited for with call().
    Status send(BusMessage message);

    // The answer to `message`. That of kind kError is a failure of its own: its text is what the
    // other side says, `last_error()` its name.
    Result<BusMessage> call(BusMessage message);
    const std::string& last_error() const { return last_error_; }

    // The next signal, also of those that came while an answer was awaited.
    Result<BusMessage> next_signal();

private:
    Bus(Fd socket, bool is_bus, std::int64_t deadline)
        : socket_(std::move(socket)), is_bus_(is_bus), deadline_(deadline) {}

    Status authenticate();
    Status write_all(std::string_view bytes);
    Status fill();
    Status wait(short events);
    Result<std::string> read_line();
    Result<BusMessage> read_message();

    Fd socket_;
    bool is_bus_;
    std::int64_t deadline_; // of CLOCK_MONOTONIC, in ms
    std::uint32_t serial_ = 0;
    std::string received_;
    std::deque<BusMessage> signals_;
    std::string last_error_;
};

} // namespace tare::sys
