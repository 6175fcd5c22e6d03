// `tare` is built with -fno-exceptions, but Debian's libstdc++.a is not: one std::string pulls in
// its exception machinery, whose emergency pool alone costs five system calls and 72 KiB before
// main begins, and the demangler and unwinder behind it. What our objects and the library's string
// functions ask of it is defined here instead; all of it means a bug of ours, and ends the program.
// "Multiple definition" when linking: our code has begun to use another std::__throw_..., for here.

#include <cstdlib>

namespace std {

[[noreturn]] void __throw_bad_alloc() {
    std::abort();
}
[[noreturn]] void __throw_bad_array_new_length() {
    std::abort();
}
[[noreturn]] void __throw_logic_error(const char*) {
    std::abort();
}
[[noreturn]] void __throw_length_error(const char*) {
    std::abort();
}
[[noreturn]] void __throw_out_of_range(const char*) {
    std::abort();
}
[[noreturn]] void __throw_bad_function_call() {
    std::abort();
}
[[noreturn]] void __throw_out_of_range_fmt(const char*, ...) {
    std::abort();
}

} // namespace std

extern "C" {

// Named by the library's tables of clean-ups, which nothing ever unwinds.
int __gxx_personality_v0() {
    std::abort();
}
void _Unwind_Resume(void*) {
    std::abort();
}

// libcap-ng's table of names wants the other half of the library for this number alone, and that
// half reads /proc and asks prctl(2) before main begins: eight system calls. It is the newest
// capability of the table.
extern const unsigned last_cap = 40;

} // extern "C"
