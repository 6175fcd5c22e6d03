#pragma once

#include "base/bus_value.h"
#include "base/result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// The wire format of D-Bus, as far as a client of systemd needs it: D-Bus specification, "Message
// protocol". Pure; sys/dbus.h has the connection. Host's byte order only: whoever we talk to runs
// here.

namespace tare::sys {

// Puts values one behind the other, with the padding that their types want.
class BusWriter {
public:
    void byte(std::uint8_t value) { bytes_.push_back(static_cast<char>(value)); }
    void boolean(bool value) { number<std::uint32_t>(value ? 1 : 0); }
    void u32(std::uint32_t value) { number(value); }
    void string(std::string_view text); // also an object path
    void signature(std::string_view text);
    void value(const BusValue& value);
    void variant(const BusValue& value);               // v
    void properties(const std::vector<BusProperty>&);  // a(sv)
    void pids(const std::vector<std::uint32_t>& list); // au

    // An array between the two; what begin_array() returns is for end_array().
    std::size_t begin_array(std::size_t alignment);
    void end_array(std::size_t begin, std::size_t alignment);

    void align(std::size_t to) { bytes_.resize((bytes_.size() + to - 1) / to * to); }
    const std::string& bytes() const { return bytes_; }

private:
    template <class T>
    void number(T value) {
        align(sizeof value);
        bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
    }
    std::string bytes_;
};

std::string_view bus_signature(const BusValue& value);

enum class BusMessageType : std::uint8_t { kCall = 1, kReturn = 2, kError = 3, kSignal = 4 };

struct BusMessage {
    BusMessageType type = BusMessageType::kCall;
    bool wants_reply = true;
    std::uint32_t serial = 0;
    std::uint32_t reply_serial = 0; // 0: none
    std::string path, interface, member, error_name, destination;
    std::string signature, body;
};

// At most 128 MiB, the specification's limit.
std::string write_bus_message(const BusMessage& message);

// How long the message is that starts with these bytes; 0: more of them are needed to know.
// Errors: what no message starts with, or one of more than `most` bytes.
Result<std::size_t> bus_message_size(std::string_view bytes, std::size_t most);

// `bytes` is a whole message.
Result<BusMessage> read_bus_message(std::string_view bytes);

// The strings (and object paths) at the start of a body, without the numbers (u) between them; of a
// variant its content. Anything else ends the list, as does a body shorter than its signature.
std::vector<std::string> bus_strings(const BusMessage& message);

// The content of the variant that a body is, of the types that limits have: t, ay, a(st). Errors:
// another type, or one that is cut off.
Result<BusValue> bus_variant(const BusMessage& message);

} // namespace tare::sys
