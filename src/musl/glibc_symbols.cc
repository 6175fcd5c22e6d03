// What Debian's static libraries (libstdc++, libgcc_eh, libseccomp, libcap-ng) expect of glibc and
// musl does not have. They were compiled with _FORTIFY_SOURCE; the checks it adds are dropped here,
// the functions behind them are musl's own. src/README.md tells why `tare` is linked against musl.

#include <cstdarg>
#include <cstdio>
#include <cstring>

extern "C" {

char __libc_single_threaded = 1;

// No unwinding happens in `tare` (-fno-exceptions): "not found" sends libgcc to its slow path.
int _dl_find_object(void*, void*) {
    return -1;
}

int __vsnprintf_chk(char* out, size_t size, int, size_t, const char* format, va_list args) {
    return std::vsnprintf(out, size, format, args);
}

int __snprintf_chk(char* out, size_t size, int, size_t, const char* format, ...) {
    va_list args;
    va_start(args, format);
    const int n = std::vsnprintf(out, size, format, args);
    va_end(args);
    return n;
}

int __sprintf_chk(char* out, int, size_t size, const char* format, ...) {
    va_list args;
    va_start(args, format);
    const int n = std::vsnprintf(out, size, format, args);
    va_end(args);
    return n;
}

int __asprintf_chk(char** out, int, const char* format, ...) {
    va_list args;
    va_start(args, format);
    const int n = ::vasprintf(out, format, args);
    va_end(args);
    return n;
}

int __fprintf_chk(FILE* file, int, const char* format, ...) {
    va_list args;
    va_start(args, format);
    const int n = std::vfprintf(file, format, args);
    va_end(args);
    return n;
}

int __printf_chk(int, const char* format, ...) {
    va_list args;
    va_start(args, format);
    const int n = std::vprintf(format, args);
    va_end(args);
    return n;
}

void __syslog_chk(int, int, const char*, ...) {}

void* __memcpy_chk(void* to, const void* from, size_t n, size_t) {
    return std::memcpy(to, from, n);
}
void* __memset_chk(void* to, int byte, size_t n, size_t) {
    return std::memset(to, byte, n);
}
char* __strcpy_chk(char* to, const char* from, size_t) {
    return std::strcpy(to, from);
}
char* __strcat_chk(char* to, const char* from, size_t) {
    return std::strcat(to, from);
}

} // extern "C"
