#include "plan/seccomp_filter.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstring>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <map>

namespace tare::plan {

namespace {

constexpr std::size_t kFar = 255; // a conditional jump has 8 bits for its distance

// Builds a program from its end to its start, so that every target is known when a jump is made.
// A label is an index into the reversed program.
class Assembler {
public:
    using Label = std::size_t;

    Label ret(std::uint32_t value) {
        const auto found = returns_.find(value);
        if (found != returns_.end() && distance(found->second) < kFar) return found->second;
        return returns_[value] = push(BPF_RET | BPF_K, value);
    }

    // Loads 32 bits of struct seccomp_data, then goes on at `next`.
    Label load(std::size_t offset, Label next) {
        continue_at(next);
        return push(BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(offset));
    }
    Label mask(std::uint32_t bits, Label next) {
        continue_at(next);
        return push(BPF_ALU | BPF_AND | BPF_K, bits);
    }

    Label branch(int comparison, std::uint32_t value, Label yes, Label no) {
        if (yes == no) return yes;
        yes = within_reach(yes, 1); // the other one may add an instruction
        no = within_reach(no, 0);
        const auto jump = [this](Label to) { return static_cast<std::uint8_t>(distance(to)); };
        return push(BPF_JMP | BPF_K | comparison, value, jump(yes), jump(no));
    }

    std::vector<std::uint64_t> program() const {
        std::vector<std::uint64_t> words(reversed_.size());
        static_assert(sizeof(sock_filter) == sizeof words[0]);
        for (std::size_t i = 0; i < words.size(); ++i)
            std::memcpy(&words[i], &reversed_[words.size() - 1 - i], sizeof words[i]);
        return words;
    }

private:
    // How many instructions lie between the next one and `to`.
    std::size_t distance(Label to) const { return reversed_.size() - 1 - to; }

    Label push(int code, std::uint32_t k, std::uint8_t jt = 0, std::uint8_t jf = 0) {
        reversed_.push_back({static_cast<std::uint16_t>(code), jt, jf, k});
        return reversed_.size() - 1;
    }

    Label within_reach(Label to, std::size_t spare) {
        if (distance(to) + spare <= kFar) return to;
        if (reversed_[to].code == (BPF_RET | BPF_K)) return ret(reversed_[to].k);
        return push(BPF_JMP | BPF_JA, static_cast<std::uint32_t>(distance(to)));
    }

    void continue_at(Label next) {
        if (distance(next) != 0) push(BPF_JMP | BPF_JA, static_cast<std::uint32_t>(distance(next)));
    }

    std::vector<sock_filter> reversed_;
    std::map<std::uint32_t, Label> returns_; // the nearest return of each value
};

using Label = Assembler::Label;

constexpr std::size_t low_half(std::uint32_t index) {
    const std::size_t arg = offsetof(seccomp_data, args) + 8 * index;
    return std::endian::native == std::endian::little ? arg : arg + 4;
}
constexpr std::size_t high_half(std::uint32_t index) {
    return low_half(index) ^ 4;
}

struct Targets {
    Label yes, no;
};

// arg > value (or >= value): the halves decide from the top down.
Label emit_order(Assembler& out, const ArgTest& test, int comparison, bool wide, Targets to) {
    const auto low = static_cast<std::uint32_t>(test.value);
    const auto high = static_cast<std::uint32_t>(test.value >> 32);
    const Label last = out.load(low_half(test.index), out.branch(comparison, low, to.yes, to.no));
    if (!wide) return last;
    const Label equal = high == 0 ? last : out.branch(BPF_JEQ, high, last, to.no);
    return out.load(high_half(test.index), out.branch(BPF_JGT, high, to.yes, equal));
}

Label emit_half(Assembler& out, std::size_t offset, std::uint32_t mask, std::uint32_t value,
                Targets to) {
    if (mask == 0) return value == 0 ? to.yes : to.no;
    const Label compare = out.branch(BPF_JEQ, value, to.yes, to.no);
    return out.load(offset, mask == ~0u ? compare : out.mask(mask, compare));
}

Label emit_equal(Assembler& out, const ArgTest& test, std::uint64_t mask, std::uint64_t value,
                 bool wide, Targets to) {
    const Label low = emit_half(out, low_half(test.index), static_cast<std::uint32_t>(mask),
                                static_cast<std::uint32_t>(value), to);
    if (!wide) return low;
    return emit_half(out, high_half(test.index), static_cast<std::uint32_t>(mask >> 32),
                     static_cast<std::uint32_t>(value >> 32), {low, to.no});
}

Label emit_test(Assembler& out, const ArgTest& test, bool wide, Targets to) {
    const Targets swapped = {to.no, to.yes};
    switch (test.compare) {
    case Compare::kEq:
        return emit_equal(out, test, ~0ull, test.value, wide, to);
    case Compare::kNe:
        return emit_equal(out, test, ~0ull, test.value, wide, swapped);
    case Compare::kMaskedEq:
        return emit_equal(out, test, test.value, test.value_two & test.value, wide, to);
    case Compare::kGt:
        return emit_order(out, test, BPF_JGT, wide, to);
    case Compare::kGe:
        return emit_order(out, test, BPF_JGE, wide, to);
    case Compare::kLe:
        return emit_order(out, test, BPF_JGT, wide, swapped);
    case Compare::kLt:
        return emit_order(out, test, BPF_JGE, wide, swapped);
    }
    return to.no;
}

Label emit_range(Assembler& out, const CallRange& range, bool wide) {
    Label next = out.ret(range.action);
    for (auto clause = range.clauses.rbegin(); clause != range.clauses.rend(); ++clause) {
        Label yes = out.ret(clause->action);
        for (auto test = clause->tests.rbegin(); test != clause->tests.rend(); ++test)
            yes = emit_test(out, *test, wide, {yes, next});
        next = yes;
    }
    return next;
}

bool treated_alike(const CallRange& a, const CallRange& b) {
    return a.clauses.empty() && b.clauses.empty() && a.action == b.action;
}

// A binary search over the ranges [begin, end).
Label emit_search(Assembler& out, const ArchTable& table, std::size_t begin, std::size_t end) {
    const std::vector<CallRange>& ranges = table.ranges;
    if (end - begin == 1)
        return emit_range(out, ranges[begin], ranges[begin].first < table.narrow_from);
    const CallRange& second = ranges[begin + 1];
    if (end - begin == 3 && treated_alike(ranges[begin], ranges[begin + 2])
        && ranges[begin + 2].first == second.first + 1) { // one call in the middle of others
        const Label other = emit_search(out, table, begin, begin + 1);
        const Label this_one = emit_search(out, table, begin + 1, begin + 2);
        return out.branch(BPF_JEQ, second.first, this_one, other);
    }
    const std::size_t middle = begin + (end - begin) / 2;
    const Label from_middle = emit_search(out, table, middle, end);
    const Label below = emit_search(out, table, begin, middle);
    return out.branch(BPF_JGE, ranges[middle].first, from_middle, below);
}

} // namespace

std::vector<std::uint64_t> make_seccomp_filter(const std::vector<ArchTable>& tables,
                                               std::uint32_t other) {
    Assembler out;
    Label next = out.ret(other);
    for (auto table = tables.rbegin(); table != tables.rend(); ++table) {
        const Label search = emit_search(out, *table, 0, table->ranges.size());
        const Label calls = out.load(offsetof(seccomp_data, nr), search);
        next = out.branch(BPF_JEQ, table->audit_arch, calls, next);
    }
    out.load(offsetof(seccomp_data, arch), next);
    return out.program();
}

} // namespace tare::plan
