#pragma once

#include "plan/seccomp_filter.h"

#include <array>
#include <cstdint>
#include <linux/seccomp.h>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// From the rules of a profile, by name, to tables of system calls, by number. A part of
// compile_seccomp (plan/seccomp.h), for it alone.

namespace tare::plan::seccomp {

// A word of the config and what it stands for.
template <class Value>
struct Word {
    std::string_view name;
    Value value;
};

template <class Value, std::size_t N>
std::optional<Value> find_word(const std::array<Word<Value>, N>& words, std::string_view name) {
    for (const Word<Value>& word : words)
        if (word.name == name) return word.value;
    return std::nullopt;
}

struct Rule {
    const std::vector<std::string>& names;
    std::vector<std::vector<ArgTest>> alternatives; // none: whatever the arguments are
    std::uint32_t action;
};

struct Profile {
    std::uint32_t default_action = 0;
    std::vector<Rule> rules;
    bool notify = false; // one of them has SCMP_ACT_NOTIFY
};

struct Architecture {
    std::uint32_t token; // libseccomp's: like AUDIT_ARCH_*, but x32 has its own
};

// What libseccomp does with calls of architectures that are not listed: kill the thread.
constexpr std::uint32_t kOther = SECCOMP_RET_KILL_THREAD;

// For make_seccomp_filter(), in the order of `architectures`; x32 has to follow x86_64.
//
// A call that several rules name: those with conditions go before those without, and among each the
// first one wins. A rule without conditions that only repeats the default action says nothing.
// Names that neither libseccomp nor we know are ignored. Calls with numbers above the highest that
// the profile names get ENOSYS, unless the default action is to allow, log or trace.
std::vector<ArchTable> make_tables(const std::vector<Architecture>& architectures,
                                   const Profile& profile);

} // namespace tare::plan::seccomp
