#pragma once

#include <cstdint>
#include <optional>
#include <vector>

// From a table of system calls to a program of classic BPF, seccomp(2). Knows nothing of names.
//
// Why not the generator of libseccomp: its tree has a node for every call, this one a node for
// every border between calls that are treated alike. Docker's profile becomes a third as long, and
// the length is paid for at each start of a container: the kernel checks, translates and compiles
// the program, and runs it once for every call number to build its bitmap of those always allowed.

namespace tare::plan {

enum class Compare { kNe, kLt, kLe, kEq, kGe, kGt, kMaskedEq };

// A condition on one of the six arguments: arg OP value, or arg and value_two are alike in the bits
// of value.
struct ArgTest {
    std::uint32_t index = 0;
    Compare compare = Compare::kEq;
    std::uint64_t value = 0;
    std::uint64_t value_two = 0;
};

// Holds if all its tests do.
struct Clause {
    std::vector<ArgTest> tests;
    std::uint32_t action = 0; // SECCOMP_RET_*, with its data
};

// What becomes of calls from `first` on, up to the next entry. The first clause that holds decides.
struct CallRange {
    std::uint32_t first = 0;
    std::vector<Clause> clauses;
    std::uint32_t action = 0; // where no clause holds
};

// The calls of one AUDIT_ARCH_*. x32 lies in the table of x86_64, from 0x40000000 on.
struct ArchTable {
    std::uint32_t audit_arch = 0;
    std::vector<CallRange> ranges; // sorted; the first begins at 0
    // Below this number arguments are compared with all their 64 bits, from it on with the lower
    // half: 0 on 32-bit architectures.
    std::uint32_t narrow_from = 0;
};

// Returns struct sock_filter[]. The first table should be that of this machine: it is reached with
// one comparison. Calls of an architecture without a table get `other`.
std::vector<std::uint64_t> make_seccomp_filter(const std::vector<ArchTable>& tables,
                                               std::uint32_t other);

} // namespace tare::plan
