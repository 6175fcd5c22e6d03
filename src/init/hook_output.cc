#include "init/hook_output.h"

#include "init/report.h"
#include "init/syscall.h"
#include "plan/wire.h"

#include <cstring>

namespace tare::init {

namespace {

void drop(HookOutput& output, std::size_t size) {
    for (std::size_t i = size; i < output.size; ++i)
        output.text[i - size] = output.text[i];
    output.size -= size;
    output.cut = true;
}

void tell_piece(const Context& context, std::uint32_t kind, const char* text, std::size_t size) {
    char bytes[sizeof(wire::Message)] = {};
    std::memcpy(bytes, &kind, sizeof kind);
    std::memcpy(bytes + sizeof kind, text, size);
    wire::Message message;
    std::memcpy(&message, bytes, sizeof message);
    send(context, message);
}

} // namespace

void listen(HookOutput& output) {
    if (output.size == sizeof output.text) drop(output, kKeptOutput);
    const long size = sys_again(__NR_read, output.pipe, output.text + output.size,
                                sizeof output.text - output.size);
    if (size > 0) {
        output.size += static_cast<std::size_t>(size);
        return;
    }
    close_now(output.pipe);
    output.pipe = -1;
}

void tell(const Context& context, std::uint32_t kind, HookOutput& output) {
    if (output.size > kKeptOutput) drop(output, output.size - kKeptOutput);
    if (output.cut) tell_piece(context, kind, "[cut] ", 6);
    for (std::size_t at = 0; at < output.size; at += wire::kPiece) {
        const std::size_t left = output.size - at;
        tell_piece(context, kind, output.text + at, left < wire::kPiece ? left : wire::kPiece);
    }
}

} // namespace tare::init
