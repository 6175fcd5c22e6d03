#pragma once

#include <cstdint>
#include <cstring>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <optional>
#include <vector>

namespace tare::plan {

// What the kernel would make of a seccomp filter, with the kernel's checks; nullopt where the
// program is not valid: it leaves itself, jumps back, or uses something that neither libseccomp nor
// we write.
//   steps  instructions that were executed are added to it
inline std::optional<std::uint32_t> run_filter(const std::vector<std::uint64_t>& program,
                                               const seccomp_data& data,
                                               std::size_t* steps = nullptr) {
    std::uint32_t a = 0;
    for (std::size_t at = 0; at < program.size(); ++at) {
        if (steps != nullptr) ++*steps;
        sock_filter step;
        std::memcpy(&step, &program[at], sizeof step);
        switch (step.code) {
        case BPF_RET | BPF_K:
            return step.k;
        case BPF_LD | BPF_W | BPF_ABS:
            if (step.k % 4 != 0 || step.k + 4 > sizeof data) return std::nullopt;
            std::memcpy(&a, reinterpret_cast<const char*>(&data) + step.k, sizeof a);
            break;
        case BPF_ALU | BPF_AND | BPF_K:
            a &= step.k;
            break;
        case BPF_JMP | BPF_JA:
            at += step.k;
            break;
        case BPF_JMP | BPF_JEQ | BPF_K:
            at += a == step.k ? step.jt : step.jf;
            break;
        case BPF_JMP | BPF_JGE | BPF_K:
            at += a >= step.k ? step.jt : step.jf;
            break;
        case BPF_JMP | BPF_JGT | BPF_K:
            at += a > step.k ? step.jt : step.jf;
            break;
        case BPF_JMP | BPF_JSET | BPF_K:
            at += (a & step.k) != 0 ? step.jt : step.jf;
            break;
        default:
            return std::nullopt;
        }
    }
    return std::nullopt;
}

} // namespace tare::plan
