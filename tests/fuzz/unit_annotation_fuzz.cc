#include "plan/unit.h"

#include <cstdlib>

// Any text is a value or an error, and never a property whose name or strings D-Bus would refuse.

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace tare::plan;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    for (const char* name : {"TimeoutStopSec", "After"}) {
        const auto property = read_unit_annotation(name, text);
        if (!property) continue;
        if (const auto* string = std::get_if<std::string>(&property->value))
            if (string->find('\0') != string->npos) std::abort();
        (void)tare::to_text(property->value);
    }
    (void)expand_slice(std::string(text));
    (void)unit_limits({{.origin = "o", .file = "cpuset.cpus", .value = std::string(text)},
                       {.origin = "o", .file = "io.max", .value = std::string(text)},
                       {.origin = "o", .file = "cpu.max", .value = std::string(text)}});
    return 0;
}
