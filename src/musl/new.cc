// operator new for `tare`: a program that lives for a millisecond. musl's malloc gets and returns
// pages by mmap and munmap, 23 calls for reading one engine's config; here an allocation takes the
// next bytes of a static arena, whose untouched pages cost nothing. What is freed in the reverse
// order of its allocation is used again, so that a loop which only makes temporaries does not grow,
// and so are small blocks, for others of their size, and the largest ones; anything else stays
// until exit. When the arena is used up, and for large blocks, malloc serves: the arena bounds what
// never comes back. Its pages are asked for some at a time: to fault them in one by one costs ten
// times as much where a hypervisor has a hand in it.

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <utility>

#include <linux/mman.h>
#include <sys/mman.h>

namespace {

constexpr std::size_t kArena = std::size_t{1} << 20;
constexpr std::size_t kLarge = std::size_t{64} << 10;
constexpr std::size_t kAlign = alignof(std::max_align_t);

// As much as exec needs, and so much more at a time.
constexpr std::size_t kFirst = std::size_t{48} << 10, kMore = std::size_t{24} << 10;

// Behind everything else that is zero at first: the rest then shares a page table with the data.
#if defined(__x86_64__)
[[gnu::section(".lbss")]]
#endif
alignas(4096) unsigned char arena[kArena];
std::size_t used;
std::size_t populated = kFirst; // with the data in front of it: populate.cc

std::size_t rounded(std::size_t size) {
    return size == 0 ? kAlign : (size + kAlign - 1) & ~(kAlign - 1);
}

// Since Linux 5.14; an older kernel gives the pages when they are touched.
void populate(std::size_t end) {
    const int saved = errno;
    for (; populated < end; populated += kMore)
        ::madvise(arena + populated, kMore, MADV_POPULATE_WRITE);
    errno = saved;
}

bool in_arena(const void* block) {
    const auto at = reinterpret_cast<std::uintptr_t>(block);
    const auto begin = reinterpret_cast<std::uintptr_t>(arena);
    return at >= begin && at < begin + kArena;
}

// Small blocks wait for the next one of their size.
struct Freed {
    Freed* next;
};
constexpr std::size_t kListed = 1024;
Freed* freed[kListed / kAlign];

Freed** freed_of(std::size_t size) {
    return size <= kListed ? &freed[rounded(size) / kAlign - 1] : nullptr;
}

// The largest of the others: what a file took while it was read serves for the plan.
struct Hole {
    unsigned char* begin = nullptr;
    std::size_t size = 0;
};
Hole holes[4];

void keep_hole(unsigned char* begin, std::size_t size) {
    Hole* least = holes;
    for (Hole& hole : holes)
        if (hole.size < least->size) least = &hole;
    if (least->size < size) *least = {begin, size};
}

// From the smallest that holds it; the rest stays one.
void* take_from_hole(std::size_t size) {
    Hole* best = nullptr;
    for (Hole& hole : holes)
        if (hole.size >= size && (best == nullptr || hole.size < best->size)) best = &hole;
    if (best == nullptr) return nullptr;
    best->size -= size;
    return std::exchange(best->begin, best->begin + size);
}

} // namespace

const std::nothrow_t std::nothrow;

extern "C" const void* const tare_first_memory_end = arena + kFirst;

void* operator new(std::size_t size) {
    if (Freed** const list = freed_of(size); list != nullptr && *list != nullptr)
        return std::exchange(*list, (*list)->next);
    if (void* const block = size > kListed ? take_from_hole(rounded(size)) : nullptr) return block;
    if (size <= kLarge && rounded(size) <= kArena - used) {
        void* const block = arena + used;
        used += rounded(size);
        if (used > populated) populate(used);
        return block;
    }
    void* const block = std::malloc(size);
    if (!block) std::abort(); // without exceptions there is nobody to tell
    return block;
}

void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
    return operator new(size);
}

void operator delete(void* block) noexcept {
    if (!in_arena(block)) std::free(block);
}

void operator delete(void* block, std::size_t size) noexcept {
    if (!in_arena(block)) return std::free(block);
    if (static_cast<unsigned char*>(block) + rounded(size) == arena + used) {
        used -= rounded(size);
    } else if (Freed** const list = freed_of(size)) {
        *list = new (block) Freed{*list};
    } else {
        keep_hole(static_cast<unsigned char*>(block), rounded(size));
    }
}

void* operator new[](std::size_t size) {
    return operator new(size);
}
void operator delete[](void* block) noexcept {
    operator delete(block);
}
void operator delete[](void* block, std::size_t size) noexcept {
    operator delete(block, size);
}
