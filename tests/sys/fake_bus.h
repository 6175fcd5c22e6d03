#pragma once

#include "sys/dbus_message.h"

#include <cstdlib>
#include <functional>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <thread>
#include <unistd.h>
#include <vector>

// The other side of a D-Bus connection, in a thread: takes one client, authenticates it, and
// answers each of its messages as the test says.

namespace tare::sys {

class FakeBus {
public:
    // What to send for a message: answers and signals, in this order.
    using Answers = std::function<std::vector<BusMessage>(const BusMessage&)>;

    explicit FakeBus(Answers answers, std::string greeting = "DATA\r\nOK 1234deadbeef\r\n")
        : answers_(std::move(answers)), greeting_(std::move(greeting)) {
        char name[] = "/tmp/tare-bus-XXXXXX";
        folder_ = ::mkdtemp(name);
        sockaddr_un address = {};
        address.sun_family = AF_UNIX;
        path().copy(address.sun_path, sizeof address.sun_path - 1);
        listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        ::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address);
        ::listen(listener_, 1);
        thread_ = std::thread([this] { serve(); });
    }
    ~FakeBus() {
        ::shutdown(listener_, SHUT_RDWR);
        thread_.join();
        ::close(listener_);
        ::unlink(path().c_str());
        ::rmdir(folder_.c_str());
    }

    std::string path() const { return folder_ + "/bus"; }
    // For when the client is done.
    const std::vector<BusMessage>& received() const { return received_; }
    const std::string& first_lines() const { return first_lines_; }

    static BusMessage reply(const BusMessage& to, const char* signature = "",
                            const BusWriter& body = {}) {
        return {.type = BusMessageType::kReturn,
                .reply_serial = to.serial,
                .signature = signature,
                .body = body.bytes()};
    }
    static BusMessage error(const BusMessage& to, const char* name, const char* text) {
        BusWriter body;
        body.string(text);
        BusMessage message = reply(to, "s", body);
        message.type = BusMessageType::kError;
        message.error_name = name;
        return message;
    }

private:
    void send_all(int client, std::string_view bytes) {
        while (!bytes.empty()) {
            const ssize_t n = ::send(client, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (n <= 0) return;
            bytes.remove_prefix(static_cast<std::size_t>(n));
        }
    }

    void serve() {
        const int client = ::accept(listener_, nullptr, nullptr);
        if (client < 0) return;
        send_all(client, greeting_);
        std::string bytes;
        char buffer[7]; // odd on purpose: messages arrive in pieces
        bool begun = false;
        for (ssize_t n; (n = ::read(client, buffer, sizeof buffer)) > 0;) {
            bytes.append(buffer, static_cast<std::size_t>(n));
            if (!begun) {
                const std::size_t end = bytes.find("BEGIN\r\n");
                if (end == bytes.npos) continue;
                first_lines_ = bytes.substr(0, end + 7);
                bytes.erase(0, end + 7);
                begun = true;
            }
            while (answer_one(client, bytes)) {
            }
        }
        ::close(client);
    }

    bool answer_one(int client, std::string& bytes) {
        const auto size = bus_message_size(bytes, 1 << 20);
        if (!size || *size == 0 || bytes.size() < *size) return false;
        const auto message = read_bus_message(bytes.substr(0, *size));
        bytes.erase(0, *size);
        if (!message) return false;
        received_.push_back(*message);
        for (BusMessage answer : answers_(*message)) {
            answer.serial = ++serial_;
            send_all(client, write_bus_message(answer));
        }
        return true;
    }

    Answers answers_;
    std::string greeting_, folder_, first_lines_;
    int listener_ = -1;
    std::uint32_t serial_ = 0;
    std::vector<BusMessage> received_;
    std::thread thread_;
};

} // namespace tare::sys
