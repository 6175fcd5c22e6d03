// The parsers of what ps(1), the kernel and people on the command line write.
#include "cli/durations.h"
#include "cli/ps_table.h"
#include "cli/sizes.h"
#include "plan/update.h"
#include "runtime/stats.h"
#include "spec/runtime/config.h"

#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (const auto table = tare::cli::filter_ps(text, {1, 22, 333}))
        if (table->size() > text.size() + 1) std::abort(); // never more than there was
    if (const auto bytes = tare::cli::parse_size(text))
        if (*bytes < -1) std::abort();
    if (const auto duration = tare::cli::parse_duration(text))
        if (*duration < 0) std::abort();
    (void)tare::spec::read_process(text, "process.json");
    if (const auto mounts = tare::spec::read_mounts(text, "more.json"))
        for (const auto& mount : mounts->mounts)
            if (mount.destination.empty()) std::abort();
    (void)tare::runtime::parse_pressure(text);
    (void)tare::runtime::parse_interfaces(text);
    if (tare::plan::undo_value("io.max", "8:0 rbps=1", std::string(text)).empty()) std::abort();
    return 0;
}
