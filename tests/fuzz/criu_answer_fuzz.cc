#include "base/protobuf.h"
#include "plan/criu.h"

#include <cstdlib>

// What criu sends is read to its end or refused, and what was read is what was there: written again
// field by field it means the same.

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace tare;
    const std::string_view message(reinterpret_cast<const char*>(data), size);
    (void)plan::decode_criu_answer(message);

    protobuf::Reader reader(message);
    protobuf::Writer writer;
    for (;;) {
        const auto field = reader.next();
        if (!field) return 0;
        if (!*field) break;
        if ((*field)->is_text)
            writer.text((*field)->number, (*field)->text);
        else
            writer.unsigned_integer((*field)->number, (*field)->integer);
    }
    const std::string again = writer.take();
    protobuf::Reader first(message), second(again);
    for (;;) {
        const auto a = first.next(), b = second.next();
        if (!a || !b || a->has_value() != b->has_value()) std::abort();
        if (!*a) return 0;
        if ((*a)->number != (*b)->number || (*a)->integer != (*b)->integer
            || (*a)->text != (*b)->text)
            std::abort();
    }
}
