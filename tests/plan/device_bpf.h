#pragma once

#include <cstdint>
#include <cstring>
#include <linux/bpf.h>
#include <optional>
#include <vector>

namespace tare::plan {

// Runs a device program as the kernel would: nullopt where it is not valid (reads a register before
// it was set, leaves the program, uses what this interpreter does not know).
inline std::optional<std::uint64_t> run_device_program(const std::vector<std::uint64_t>& program,
                                                       const bpf_cgroup_dev_ctx& context) {
    std::optional<std::uint64_t> r[11];
    r[1] = 0;
    for (std::size_t at = 0; at < program.size(); ++at) {
        bpf_insn insn;
        std::memcpy(&insn, &program[at], sizeof insn);
        const auto imm = static_cast<std::uint64_t>(static_cast<std::int64_t>(insn.imm));
        auto& to = r[insn.dst_reg];
        const auto from = r[insn.src_reg];
        switch (insn.code) {
        case BPF_JMP | BPF_EXIT:
            return r[0];
        case BPF_LDX | BPF_MEM | BPF_W: {
            std::uint32_t value = 0;
            if (insn.src_reg != 1 || insn.off % 4 != 0 || insn.off < 0
                || insn.off > static_cast<int>(sizeof context) - 4)
                return std::nullopt;
            std::memcpy(&value, reinterpret_cast<const char*>(&context) + insn.off, sizeof value);
            to = value;
            continue;
        }
        case BPF_ALU64 | BPF_K | BPF_MOV:
            to = imm;
            continue;
        case BPF_ALU64 | BPF_X | BPF_MOV:
            if (!from) return std::nullopt;
            to = from;
            continue;
        case BPF_JMP | BPF_JA:
            at += static_cast<std::size_t>(insn.off);
            continue;
        default:
            break;
        }
        if (!to) return std::nullopt;
        switch (insn.code) {
        case BPF_ALU64 | BPF_K | BPF_AND:
            *to &= imm;
            break;
        case BPF_ALU64 | BPF_K | BPF_RSH:
            *to >>= imm;
            break;
        case BPF_ALU64 | BPF_K | BPF_LSH:
            *to <<= imm;
            break;
        case BPF_ALU64 | BPF_X | BPF_OR:
            if (!from) return std::nullopt;
            *to |= *from;
            break;
        case BPF_JMP | BPF_K | BPF_JEQ:
            if (*to == imm) at += static_cast<std::size_t>(insn.off);
            break;
        case BPF_JMP | BPF_K | BPF_JNE:
            if (*to != imm) at += static_cast<std::size_t>(insn.off);
            break;
        case BPF_JMP32 | BPF_K | BPF_JEQ:
            if (static_cast<std::uint32_t>(*to) == static_cast<std::uint32_t>(imm))
                at += static_cast<std::size_t>(insn.off);
            break;
        default:
            return std::nullopt;
        }
    }
    return std::nullopt;
}

} // namespace tare::plan
