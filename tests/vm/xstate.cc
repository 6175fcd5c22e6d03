// Preloaded into user-mode Linux 6.1. It saves and restores a process's vector registers through a
// buffer that is too small where the processor has AMX: the kernel hands out the part that fits,
// but takes back only a whole area (regset NT_X86_XSTATE), so that every guest would die at its
// first program. AMX itself needs a permission that nobody in the guest asks for: its part is all
// zeroes. The area's size is CPUID's leaf 13: Intel's Software Developer's Manual, volume 1,
// chapter 13.

#include <cpuid.h>
#include <cstdarg>
#include <cstring>
#include <dlfcn.h>
#include <elf.h>
#include <sys/ptrace.h>
#include <sys/uio.h>

namespace {

using Ptrace = long (*)(int, long, unsigned long, void*);

constexpr std::size_t kLargest = 64 * 1024;

std::size_t area_size() {
    unsigned a = 0, enabled = 0, c = 0, d = 0;
    __cpuid_count(13, 0, a, enabled, c, d);
    return enabled <= kLargest ? enabled : kLargest;
}

} // namespace

extern "C" long ptrace(__ptrace_request request, ...) noexcept {
    static const auto real = reinterpret_cast<Ptrace>(::dlsym(RTLD_NEXT, "ptrace"));
    static const std::size_t size = area_size();
    alignas(64) static char whole[kLargest]; // user-mode Linux has one thread; zeroes at the end

    va_list rest;
    va_start(rest, request);
    const long pid = va_arg(rest, long);
    const unsigned long address = va_arg(rest, unsigned long);
    void* data = va_arg(rest, void*);
    va_end(rest);

    const auto* area = static_cast<const iovec*>(data);
    if (request != PTRACE_SETREGSET || address != NT_X86_XSTATE || area->iov_len >= size)
        return real(request, pid, address, data);
    std::memcpy(whole, area->iov_base, area->iov_len);
    iovec complete = {whole, size};
    return real(request, pid, address, &complete);
}
