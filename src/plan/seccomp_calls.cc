#include "plan/seccomp_calls.h"

#include "base/log.h"
#include "base/text.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <map>
#include <seccomp.h>

namespace tare::plan::seccomp {

namespace {

constexpr std::uint32_t kX32Bit = 0x40000000;
constexpr std::uint32_t kEnosys = SECCOMP_RET_ERRNO | ENOSYS;

// Calls that libseccomp 2.5.4 of Debian 12 has no names for. Since 5.1 new calls have the same
// number everywhere, counted from the architecture's first: that of `kKnownCall` tells it.
constexpr const char* kKnownCall = "cachestat";
constexpr std::uint32_t kKnownNumber = 451;
constexpr std::array<Word<std::uint32_t>, 13> kNewCalls = {{
    {"statmount", 457},
    {"listmount", 458},
    {"lsm_get_self_attr", 459},
    {"lsm_set_self_attr", 460},
    {"lsm_list_modules", 461},
    {"mseal", 462},
    {"setxattrat", 463},
    {"getxattrat", 464},
    {"listxattrat", 465},
    {"removexattrat", 466},
    {"open_tree_attr", 467},
    {"file_getattr", 468},
    {"file_setattr", 469},
}};

// ---- Names to numbers

// Calls of one architecture that are not counted as "newer" by their number.
struct OddNumbers {
    std::uint32_t begin = 0, end = 0;
    bool has(std::uint32_t number) const { return begin <= number && number < end; }
};

bool is_x32(Architecture arch) {
    return arch.token == SCMP_ARCH_X32;
}
std::uint32_t audit_arch(Architecture arch) {
    return is_x32(arch) ? AUDIT_ARCH_X86_64 : arch.token;
}
std::uint32_t first_call(Architecture arch) {
    return is_x32(arch) ? kX32Bit : 0;
}

// x32 has its own forms of some old calls there; ARM has private calls.
OddNumbers odd_numbers(Architecture arch) {
    if (is_x32(arch)) return {kX32Bit + 512, kX32Bit + 548};
    if (arch.token == SCMP_ARCH_ARM) return {0xf0000, 0x100000};
    return {};
}

// Where a name leads. With ipc(2) and socketcall(2) one call can be made in two ways.
struct Target {
    std::optional<std::uint32_t> number;
    std::optional<std::uint32_t> multiplexer; // whose first argument is `operation`
    std::uint32_t operation = 0;
};

class Numbers {
public:
    explicit Numbers(Architecture arch) : arch_(arch) {}

    Target find(const std::string& name) {
        const int found = ::seccomp_syscall_resolve_name_arch(arch_.token, name.c_str());
        if (found >= 0) return {.number = static_cast<std::uint32_t>(found)};
        if (found == __NR_SCMP_ERROR) return find_new(name);
        if (found <= -100 && found > -200)
            return find_multiplexed(name, "socketcall", -100 - found);
        if (found <= -200 && found > -300) return find_multiplexed(name, "ipc", -200 - found);
        return {}; // other architectures have it
    }

private:
    Target find_new(const std::string& name) const {
        const std::optional<std::uint32_t> number = find_word(kNewCalls, name);
        const int known = ::seccomp_syscall_resolve_name_arch(arch_.token, kKnownCall);
        if (!number && arch_.token == ::seccomp_arch_native()) // once, not for each
            log::debug("seccomp: unknown system call " + quote(name) + " is ignored");
        if (!number || known < 0) return {};
        return {.number = static_cast<std::uint32_t>(known) - kKnownNumber + *number};
    }

    Target find_multiplexed(const std::string& name, const char* multiplexer, int operation) {
        Target target{.operation = static_cast<std::uint32_t>(operation)};
        const int number = ::seccomp_syscall_resolve_name_arch(arch_.token, multiplexer);
        if (number >= 0) target.multiplexer = static_cast<std::uint32_t>(number);
        if (direct_.empty()) read_direct();
        if (const auto found = direct_.find(name); found != direct_.end())
            target.number = found->second;
        return target;
    }

    // The library tells a multiplexed call's own number only in this direction.
    void read_direct() {
        for (int number = 0; number < 512; ++number) {
            char* name = ::seccomp_syscall_resolve_num_arch(arch_.token, number);
            if (name != nullptr) direct_.emplace(name, static_cast<std::uint32_t>(number));
            std::free(name);
        }
    }

    Architecture arch_;
    std::map<std::string, std::uint32_t> direct_;
};

// ---- The table of one architecture

// What one operation of a multiplexer gets.
struct Operation {
    std::optional<std::uint32_t> action;      // of a rule without conditions
    std::optional<std::uint32_t> restriction; // of one with conditions
};

struct Call {
    std::vector<Clause> clauses;
    std::optional<std::uint32_t> action;
    std::map<std::uint32_t, Operation> operations; // by the first argument
};

// The order of seccomp(2): the kernel takes the lowest of what several filters return.
bool is_stricter(std::uint32_t action, std::uint32_t than) {
    const auto rank = [](std::uint32_t value) {
        return static_cast<std::int32_t>(value & SECCOMP_RET_ACTION_FULL);
    };
    return rank(action) < rank(than);
}

class TableMaker {
public:
    TableMaker(Architecture arch, const Profile& profile)
        : arch_(arch), default_(profile.default_action), odd_(odd_numbers(arch)) {
        Numbers numbers(arch);
        for (const Rule& rule : profile.rules)
            for (const std::string& name : rule.names)
                add(numbers.find(name), rule);
        // setup(2) stands for every call that the kernel has no number for.
        if (newest_ && (arch.token == SCMP_ARCH_S390 || arch.token == SCMP_ARCH_S390X)
            && newer_action() != default_)
            calls_.try_emplace(0, Call{.action = newer_action()});
    }

    std::vector<CallRange> ranges() const {
        std::vector<CallRange> ranges;
        std::uint32_t next = first_call(arch_);
        for (const auto& [number, call] : calls_) {
            fill(ranges, next, number);
            append(ranges, {number, clauses_of(call), call.action.value_or(default_)});
            next = number + 1;
        }
        fill(ranges, next, end());
        return ranges;
    }

private:
    void add(const Target& target, const Rule& rule) {
        if (target.number) {
            if (!odd_.has(*target.number)) newest_ = std::max(newest_.value_or(0), *target.number);
            add(calls_[*target.number], rule);
        }
        if (target.multiplexer) add(calls_[*target.multiplexer].operations[target.operation], rule);
    }

    // The arguments of a multiplexed call lie in memory, where no filter can look. So conditions
    // count as met where they restrict, and as not met where they permit.
    void add(Operation& operation, const Rule& rule) const {
        if (!rule.alternatives.empty()) {
            if (is_stricter(rule.action, operation.restriction.value_or(SECCOMP_RET_ALLOW)))
                operation.restriction = rule.action;
        } else if (rule.action != default_ && !operation.action) {
            operation.action = rule.action;
        }
    }

    // Conditions go before what has none, and the first of equals wins. What has no condition and
    // is no other than the default says nothing.
    void add(Call& call, const Rule& rule) const {
        for (const std::vector<ArgTest>& tests : rule.alternatives)
            call.clauses.push_back({tests, rule.action});
        if (rule.alternatives.empty() && rule.action != default_ && !call.action)
            call.action = rule.action;
    }

    std::vector<Clause> clauses_of(const Call& call) const {
        std::vector<Clause> clauses = call.clauses;
        for (const auto& [number, operation] : call.operations) {
            const std::uint32_t otherwise = operation.action.value_or(default_);
            const bool restricted =
                operation.restriction && is_stricter(*operation.restriction, otherwise);
            if (restricted || operation.action)
                clauses.push_back({{{0, Compare::kEq, number, 0}},
                                   restricted ? *operation.restriction : otherwise});
        }
        while (!clauses.empty() && clauses.back().action == call.action.value_or(default_))
            clauses.pop_back();
        return clauses;
    }

    // Programs fall back to older calls on ENOSYS only; but who allows, logs or traces what he
    // does not know wants to see it.
    std::uint32_t newer_action() const {
        switch (default_ & SECCOMP_RET_ACTION_FULL) {
        case SECCOMP_RET_ALLOW:
        case SECCOMP_RET_LOG:
        case SECCOMP_RET_TRACE:
            return default_;
        default:
            return kEnosys;
        }
    }

    std::uint32_t end() const { return first_call(arch_) + (kX32Bit - 1); }

    // The calls that no rule names, [from, to).
    void fill(std::vector<CallRange>& ranges, std::uint32_t from, std::uint32_t to) const {
        const std::uint32_t newer = newest_ ? *newest_ + 1 : end();
        const std::uint32_t borders[] = {newer, odd_.begin, odd_.end, to};
        while (from < to) {
            const bool is_newer = from >= newer && !odd_.has(from);
            append(ranges, {from, {}, is_newer ? newer_action() : default_});
            std::uint32_t next = to;
            for (const std::uint32_t border : borders)
                if (border > from) next = std::min(next, border);
            from = next;
        }
    }

    static void append(std::vector<CallRange>& ranges, CallRange range) {
        if (!ranges.empty() && ranges.back().clauses.empty() && range.clauses.empty()
            && ranges.back().action == range.action)
            return;
        ranges.push_back(std::move(range));
    }

    Architecture arch_;
    std::uint32_t default_;
    OddNumbers odd_;
    std::map<std::uint32_t, Call> calls_;
    std::optional<std::uint32_t> newest_;
};

// From which number on arguments have 32 bits; libseccomp counts x32 as a 32-bit architecture.
std::uint32_t narrow_from(Architecture arch) {
    return (audit_arch(arch) & __AUDIT_ARCH_64BIT) == 0 ? 0 : kX32Bit;
}

} // namespace

std::vector<ArchTable> make_tables(const std::vector<Architecture>& architectures,
                                   const Profile& profile) {
    std::vector<ArchTable> tables;
    const CallRange none{kX32Bit, {}, kOther};
    for (const Architecture arch : architectures) {
        std::vector<CallRange> ranges = TableMaker(arch, profile).ranges();
        const auto twin = std::find_if(tables.begin(), tables.end(), [&](const ArchTable& table) {
            return table.audit_arch == audit_arch(arch);
        });
        if (is_x32(arch) && twin != tables.end()) {
            twin->ranges.pop_back();
            twin->ranges.insert(twin->ranges.end(), ranges.begin(), ranges.end());
            continue;
        }
        if (is_x32(arch)) ranges.insert(ranges.begin(), CallRange{0, {}, kOther});
        if (arch.token == SCMP_ARCH_X86_64) ranges.push_back(none);
        tables.push_back({audit_arch(arch), std::move(ranges), narrow_from(arch)});
    }
    return tables;
}

} // namespace tare::plan::seccomp
