#pragma once

#include "base/errno_text.h"

#include <cerrno>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <type_traits>
#include <utility>

namespace tare {

// What was attempted and why it failed, as one line: "mount tmpfs on '/dev': permission denied".
// `code` is the errno of the refused call, or EINVAL for input we refused ourselves.
struct [[nodiscard]] Error {
    int code;
    std::string text;
};

// std::expected is C++23; tl::expected has its member names, so this file can go when it arrives.
template <class T>
using Result = tl::expected<T, Error>;
using Status = Result<void>;
using Failure = tl::unexpected<Error>;

// A refused system call. The default argument reads errno before any other work can disturb it.
// Both are cold: what leads to them is moved away from the code that runs.
[[gnu::cold, gnu::noinline]] inline Failure sys_failure(std::string_view attempt,
                                                        int code = errno) {
    return Failure({code, std::string(attempt) + ": " + errno_text(code)});
}

// Input that we refuse ourselves.
[[gnu::cold, gnu::noinline]] inline Failure invalid(std::string text) {
    return Failure({EINVAL, std::move(text)});
}

// For map_error(): puts the caller's context in front. Each layer adds what only it knows. A text
// made for the call is kept; any other is only looked at, and must outlive the result.
template <class Context>
auto under(Context&& context) {
    using Kept = std::conditional_t<std::is_same_v<std::remove_cv_t<Context>, std::string>,
                                    std::string, std::string_view>;
    return [kept = Kept(std::forward<Context>(context))](Error error) {
        error.text.insert(0, std::string(kept) + ": ");
        return error;
    };
}

namespace detail {
template <class T>
T take(Result<T>&& result) {
    return *std::move(result);
}
inline void take(Status&&) {}

// Cold, so that the compiler moves what TRY does on an error away from the code that runs.
template <class T>
[[gnu::cold, gnu::noinline]] Failure failure(Result<T>&& result) {
    return Failure(std::move(result).error());
}
} // namespace detail

} // namespace tare

// TRY(call()) yields the value, or returns the error from the enclosing function.
// Only as a whole statement or a whole initialiser, never inside another expression: g++ 12 and
// clang 14 leak what the rest of that expression has already built.
#define TRY(...)                                                                                   \
    __extension__({                                                                                \
        auto try_result = (__VA_ARGS__);                                                           \
        if (!try_result) return ::tare::detail::failure(std::move(try_result));                    \
        ::tare::detail::take(std::move(try_result));                                               \
    })
