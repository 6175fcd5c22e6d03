#include "plan/mount_options.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <linux/mount.h>
#include <string>
#include <vector>

// The options of one mount, a line each. Whatever they are, what comes out is something that
// mount_setattr(2) can take: nothing both set and cleared but the field of the access times, which
// is cleared as a whole.

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::vector<std::string> options(1);
    for (std::size_t i = 0; i < size; ++i) {
        if (data[i] == '\n')
            options.emplace_back();
        else
            options.back() += static_cast<char>(data[i]);
    }
    const auto read = tare::plan::read_mount_options(options, "/mounts/0");
    if (!read) return 0;
    const auto check = [](std::uint64_t set, std::uint64_t clear) {
        constexpr std::uint64_t kAtime = MOUNT_ATTR__ATIME;
        if ((set & clear & ~kAtime) != 0) std::abort();
        if ((set & kAtime) != 0 && (clear & kAtime) != kAtime) std::abort();
    };
    check(read->attributes.set, read->attributes.clear);
    check(read->attributes.recursive_set, read->attributes.recursive_clear);
    for (const std::string& option : read->data)
        if (option.empty() || option.front() == '=') std::abort();
    tare::plan::describe(read->attributes);
    return 0;
}
