#pragma once

// System calls without libc's wrappers: they return -errno, touch no state of libc, and reach calls
// that musl's headers do not know. Numbers and structures come from the kernel's own headers.

#include <asm/unistd.h>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <fcntl.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <type_traits>
#if !defined(__x86_64__) && !defined(__aarch64__)
#include <unistd.h>
#endif

namespace tare::init {

namespace raw {

template <class T>
long word(T value) {
    if constexpr (std::is_null_pointer_v<T>)
        return 0;
    else if constexpr (std::is_pointer_v<T>)
        return reinterpret_cast<long>(value);
    else
        return static_cast<long>(value);
}

#if defined(__x86_64__)
inline long call(long number, long a = 0, long b = 0, long c = 0) {
    long result;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c)
                     : "rcx", "r11", "memory");
    return result;
}
inline long call(long number, long a, long b, long c, long d, long e = 0, long f = 0) {
    long result;
    register long r10 __asm__("r10") = d;
    register long r8 __asm__("r8") = e;
    register long r9 __asm__("r9") = f;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return result;
}
#elif defined(__aarch64__)
inline long call(long number, long a = 0, long b = 0, long c = 0, long d = 0, long e = 0,
                 long f = 0) {
    register long x8 __asm__("x8") = number;
    register long x0 __asm__("x0") = a;
    register long x1 __asm__("x1") = b;
    register long x2 __asm__("x2") = c;
    register long x3 __asm__("x3") = d;
    register long x4 __asm__("x4") = e;
    register long x5 __asm__("x5") = f;
    __asm__ volatile("svc 0"
                     : "+r"(x0)
                     : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
                     : "memory");
    return x0;
}
#else
inline long call(long number, long a = 0, long b = 0, long c = 0, long d = 0, long e = 0,
                 long f = 0) {
    const long result = ::syscall(number, a, b, c, d, e, f);
    return result < 0 ? -errno : result;
}
#endif

} // namespace raw

// sys(__NR_mkdirat, dir, "name", 0755): the result, or -errno.
template <class... Args>
long sys(long number, Args... args) {
    return raw::call(number, raw::word(args)...);
}

// What only newer headers, or only linux/fcntl.h (which fights with fcntl.h), define.
constexpr unsigned kAtRecursive = 0x8000;
constexpr int kUnmountDetach = 2;
constexpr std::uint64_t kAtimeBits = MOUNT_ATTR__ATIME;

// A child that takes our place: clone3(2) returns 0 in it, on the stack and in the memory that were
// ours, while we touch neither any more and end. Minus an errno: there is no child.
inline long be_succeeded(const void* clone_args, std::size_t size) {
    long result = __NR_clone3;
#if defined(__x86_64__)
    __asm__ volatile("syscall\n\t"
                     "test %%rax, %%rax\n\t"
                     "jle 2f\n"
                     "1:\n\t"
                     "xor %%edi, %%edi\n\t"
                     "mov %3, %%eax\n\t"
                     "syscall\n\t"
                     "jmp 1b\n"
                     "2:"
                     : "+a"(result)
                     : "D"(clone_args), "S"(size), "i"(__NR_exit_group)
                     : "rcx", "r11", "memory");
    return result;
#elif defined(__aarch64__)
    register long x8 __asm__("x8") = result;
    register long x0 __asm__("x0") = raw::word(clone_args);
    register long x1 __asm__("x1") = raw::word(size);
    __asm__ volatile("svc 0\n\t"
                     "cmp x0, #0\n\t"
                     "b.le 2f\n"
                     "1:\n\t"
                     "mov x0, #0\n\t"
                     "mov x8, %3\n\t"
                     "svc 0\n\t"
                     "b 1b\n"
                     "2:"
                     : "+r"(x0)
                     : "r"(x8), "r"(x1), "i"(__NR_exit_group)
                     : "memory", "cc");
    return x0;
#else
    result = -ENOSYS;
    return result;
#endif
}

// A retry after EINTR is for calls that wait; only init's own children ever send it signals.
template <class... Args>
long sys_again(long number, Args... args) {
    long result;
    do
        result = sys(number, args...);
    while (result == -EINTR);
    return result;
}

inline int open_at(int dir, const char* path, int flags, unsigned mode = 0) {
    return static_cast<int>(sys(__NR_openat, dir, path, flags | O_CLOEXEC, mode));
}

// Descriptors are left to the close_range(2) of kReady while they are few: a close less each.
inline void discard(int fd) {
    constexpr int kFew = 100;
    if (fd >= kFew) sys(__NR_close, fd);
}
inline void close_now(int fd) {
    if (fd >= 0) sys(__NR_close, fd);
}

// The kernel or an outer seccomp filter does not have the call: look for another way.
inline bool is_missing(long result) {
    return result == -ENOSYS || result == -EPERM;
}

} // namespace tare::init
