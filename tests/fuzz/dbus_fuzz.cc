#include "sys/dbus_message.h"

#include <cstdlib>

// Whatever a bus sends is a message or an error; what we read is written as it was, and read again.

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace tare::sys;
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const auto needed = bus_message_size(bytes, 1u << 20);
    if (!needed || *needed == 0 || *needed > size) return 0;
    const auto message = read_bus_message(bytes.substr(0, *needed));
    if (!message) return 0;
    (void)bus_strings(*message);
    (void)bus_variant(*message);
    if (message->signature.size() > 255) std::abort(); // its length is one byte
    const auto again = read_bus_message(write_bus_message(*message));
    if (!again || again->member != message->member || again->body != message->body
        || again->signature != message->signature || again->reply_serial != message->reply_serial)
        std::abort();
    return 0;
}
