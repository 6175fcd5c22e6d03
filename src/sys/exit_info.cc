#include "sys/exit_info.h"

#include "base/text.h"
#include "sys/file.h"
#include "sys/pidfd_info.h"
#include "sys/process.h"

#include <cstdint>
#include <string>

namespace tare::sys {

namespace {

// Field 52, the last one. The name, field 2, may have blanks and brackets.
std::optional<int> parse_exit_code(std::string_view stat) {
    while (stat.ends_with('\n'))
        stat.remove_suffix(1);
    const std::size_t bracket = stat.rfind(") ");
    if (bracket == stat.npos) return std::nullopt;
    constexpr std::size_t kIndex = 52 - 3; // counted from field 3, the first behind the name
    const auto fields = split(stat.substr(bracket + 2), ' ');
    if (fields.size() <= kIndex) return std::nullopt;
    const auto code = parse_unsigned(fields[kIndex]);
    return code && *code <= 0xffff ? std::optional(static_cast<int>(*code)) : std::nullopt;
}

struct Zombie {
    std::uint64_t start_time;
    int exit_code;
};

std::optional<Zombie> read_zombie(pid_t pid) {
    const auto text = read_small_file("/proc/" + std::to_string(pid) + "/stat");
    if (!text) return std::nullopt;
    const auto stat = parse_stat(*text);
    const auto code = parse_exit_code(*text);
    if (!stat || stat->state != 'Z' || !code) return std::nullopt;
    return Zombie{stat->start_time, *code};
}

} // namespace

// In this order: reaped between two looks, the pidfd knows at the third.
std::optional<int> exit_status(const Fd& pidfd, pid_t pid) {
    if (const auto status = reaped_status(pidfd)) return status;
    const auto zombie = read_zombie(pid);
    // A signal still reaches a zombie; once it is reaped, its pid may be that of another process.
    if (zombie && send_signal(pidfd, 0)) return zombie->exit_code;
    return reaped_status(pidfd);
}

std::optional<int> zombie_exit_status(pid_t pid, std::uint64_t start_time) {
    const auto zombie = read_zombie(pid);
    if (!zombie || zombie->start_time != start_time) return std::nullopt;
    return zombie->exit_code;
}

} // namespace tare::sys
