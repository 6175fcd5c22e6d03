#include "sys/dbus.h"

#include "base/text.h"
#include "sys/retry.h"
#include "sys/socket.h"

#include <cerrno>
#include <ctime>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>

namespace tare::sys {

namespace {

constexpr std::size_t kMaxMessage = 16u << 20;
constexpr std::size_t kMaxLine = 4096; // of the authentication
constexpr std::size_t kMaxSignals = 65536;

std::int64_t now_ms() {
    timespec time = {};
    ::clock_gettime(CLOCK_MONOTONIC, &time);
    return std::int64_t{time.tv_sec} * 1000 + time.tv_nsec / 1'000'000;
}

// %XX in a value of an address.
std::string unescaped(std::string_view text) {
    const auto digit = [](char c) {
        return c >= '0' && c <= '9'                     ? c - '0'
               : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10
                                                        : -1;
    };
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && i + 2 < text.size() && digit(text[i + 1]) >= 0
            && digit(text[i + 2]) >= 0) {
            result.push_back(static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2])));
            i += 2;
        } else {
            result.push_back(text[i]);
        }
    }
    return result;
}

// The other side's reason, which is the first string of an error's body.
Failure failure_of(const BusMessage& error) {
    const std::vector<std::string> strings = bus_strings(error);
    return invalid(strings.empty() || strings[0].empty() ? error.error_name : strings[0]);
}

} // namespace

std::vector<std::string> bus_sockets(std::string_view address) {
    constexpr std::string_view kUnix = "unix:", kPath = "path=", kAbstract = "abstract=";
    std::vector<std::string> sockets;
    for (const std::string_view each : split(address, ';')) {
        if (!each.starts_with(kUnix)) continue;
        for (const std::string_view pair : split(each.substr(kUnix.size()), ',')) {
            if (pair.starts_with(kPath))
                sockets.push_back(unescaped(pair.substr(kPath.size())));
            else if (pair.starts_with(kAbstract))
                sockets.push_back('\0' + unescaped(pair.substr(kAbstract.size())));
        }
    }
    return sockets;
}

Result<Bus> Bus::connect(const std::string& socket, bool is_bus, int timeout_ms) {
    Bus bus(TRY(connect_unix(socket, SOCK_STREAM)), is_bus, now_ms() + timeout_ms);
    const int flags = ::fcntl(bus.socket_.get(), F_GETFL);
    if (flags < 0 || ::fcntl(bus.socket_.get(), F_SETFL, flags | O_NONBLOCK) < 0)
        return sys_failure("D-Bus: fcntl");
    TRY(bus.authenticate().map_error(under("D-Bus at " + quote(socket))));
    return bus;
}

// Both sides' lines are known beforehand, so ours go at once, and what follows does not wait for
// the answers. D-Bus specification, "Authentication protocol": EXTERNAL without an identity takes
// that of the socket's peer.
Status Bus::authenticate() {
    constexpr char kOurLines[] = "\0AUTH EXTERNAL\r\nDATA\r\nBEGIN\r\n";
    TRY(write_all({kOurLines, sizeof kOurLines - 1}));
    std::string line = TRY(read_line());
    if (line.starts_with("DATA")) line = TRY(read_line());
    if (!line.starts_with("OK")) return Failure({EACCES, "authentication refused: " + quote(line)});
    if (!is_bus_) return {};
    return send({.wants_reply = false,
                 .path = "/org/freedesktop/DBus",
                 .interface = "org.freedesktop.DBus",
                 .member = "Hello",
                 .destination = "org.freedesktop.DBus"});
}

Status Bus::send(BusMessage message) {
    message.serial = ++serial_;
    return write_all(write_bus_message(message));
}

Result<BusMessage> Bus::call(BusMessage message) {
    last_error_.clear();
    message.wants_reply = true;
    TRY(send(std::move(message)));
    for (;;) {
        BusMessage answer = TRY(read_message());
        if (answer.type == BusMessageType::kSignal && signals_.size() < kMaxSignals)
            signals_.push_back(std::move(answer));
        else if (answer.reply_serial != serial_)
            continue;
        else if (answer.type == BusMessageType::kReturn)
            return answer;
        else if (answer.type == BusMessageType::kError) {
            last_error_ = answer.error_name;
            return failure_of(answer);
        }
    }
}

Result<BusMessage> Bus::next_signal() {
    while (signals_.empty()) {
        BusMessage message = TRY(read_message());
        if (message.type == BusMessageType::kSignal) signals_.push_back(std::move(message));
    }
    BusMessage first = std::move(signals_.front());
    signals_.pop_front();
    return first;
}

// ---- Bytes

Status Bus::wait(short events) {
    for (;;) {
        const std::int64_t left = deadline_ - now_ms();
        if (left <= 0) return sys_failure("D-Bus: no answer in time", ETIMEDOUT);
        pollfd poll = {.fd = socket_.get(), .events = events};
        const int ready = ::poll(&poll, 1, static_cast<int>(left));
        if (ready > 0) return {};
        if (ready < 0 && errno != EINTR) return sys_failure("D-Bus: poll");
    }
}

Status Bus::write_all(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t n = retry_eintr(
            [&] { return ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL); });
        if (n >= 0)
            bytes.remove_prefix(static_cast<std::size_t>(n));
        else if (errno == EAGAIN)
            TRY(wait(POLLOUT));
        else
            return sys_failure("D-Bus: send");
    }
    return {};
}

Status Bus::fill() {
    char buffer[16384];
    for (;;) {
        const ssize_t n =
            retry_eintr([&] { return ::recv(socket_.get(), buffer, sizeof buffer, 0); });
        if (n > 0) {
            received_.append(buffer, static_cast<std::size_t>(n));
            return {};
        }
        if (n == 0) return Failure({ECONNRESET, "D-Bus: the other side has hung up"});
        if (errno != EAGAIN) return sys_failure("D-Bus: receive");
        TRY(wait(POLLIN));
    }
}

Result<std::string> Bus::read_line() {
    for (;;) {
        const std::size_t end = received_.find("\r\n");
        if (end != std::string::npos) {
            std::string line = received_.substr(0, end);
            received_.erase(0, end + 2);
            return line;
        }
        if (received_.size() > kMaxLine) return invalid("D-Bus: a line without an end");
        TRY(fill());
    }
}

Result<BusMessage> Bus::read_message() {
    for (;;) {
        const std::size_t size = TRY(bus_message_size(received_, kMaxMessage));
        if (size != 0 && received_.size() >= size) {
            auto message = read_bus_message(std::string_view(received_).substr(0, size));
            received_.erase(0, size);
            return message;
        }
        TRY(fill());
    }
}

} // namespace tare::sys
