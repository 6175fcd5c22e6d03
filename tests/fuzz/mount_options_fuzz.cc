#include "plan/mount_options.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <linux/mount.h>
#include <string>
#include <vector>

// The options of one mount, a line each. Whatever they are, what comes out is something that
// mount_setattr(2) can take: nothing both set and cleared but the field of the access times, which
// is cleared as a whole; and a relative range of ids stays within those of the container.

namespace {

using namespace tare;

void check_ranges(const std::vector<plan::IdRange>& ranges) {
    const std::vector<spec::IdMapping> container = {{0, 100000, 65536}, {70000, 400000, 10}};
    const auto mappings = plan::resolve(ranges, container, "/mounts/0");
    if (!mappings) return;
    if (mappings->size() != ranges.size()) std::abort();
    for (std::size_t i = 0; i < ranges.size(); ++i) {
        const std::uint64_t first = (*mappings)[i].host_id, end = first + ranges[i].size;
        const bool within =
            (first >= 100000 && end <= 165536) || (first >= 400000 && end <= 400010);
        if (ranges[i].relative && !within) std::abort();
    }
}

} // namespace

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
    check_ranges(read->id_map_option.uids);
    check_ranges(read->id_map_option.gids);
    tare::plan::describe(read->attributes);
    return 0;
}
