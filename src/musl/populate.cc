// Gets the pages that every command touches before main, in four calls: to fault them in one by
// one as they are met costs ten times as much where a hypervisor has a hand in it. Since
// Linux 5.14; an older kernel refuses, and the pages come when they are touched.

#include <linux/mman.h>
#include <sys/mman.h>

#include <cstdint>

// The linker's, link_order.ld among it: what is mostly executed, and the constants.
extern "C" const char __executable_start[], tare_executed_end[], etext[], __init_array_start[];
// The end of what operator new will hand out first, which lies behind the data.
extern "C" const void* const tare_first_memory_end;

namespace {

constexpr std::uintptr_t kPage = 4096;
constexpr std::uintptr_t kStack = 10 * kPage;

void populate(std::uintptr_t begin, std::uintptr_t end, int how) {
    begin &= ~(kPage - 1);
    ::madvise(reinterpret_cast<void*>(begin), end - begin, how);
}

std::uintptr_t address(const void* at) {
    return reinterpret_cast<std::uintptr_t>(at);
}

[[gnu::constructor]] void populate_program() {
    const std::uintptr_t stack = address(__builtin_frame_address(0));
    populate(address(__executable_start), address(tare_executed_end), MADV_POPULATE_READ);
    populate(address(etext), address(__init_array_start), MADV_POPULATE_READ);
    populate(address(__init_array_start), address(tare_first_memory_end), MADV_POPULATE_WRITE);
    populate(stack - kStack, stack, MADV_POPULATE_WRITE);
}

} // namespace
