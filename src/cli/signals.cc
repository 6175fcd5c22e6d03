#include "cli/signals.h"

#include "base/text.h"
#include "cli/args.h"

#include <csignal>
#include <optional>
#include <string>

namespace tare::cli {

namespace {

// Not SIGRTMIN: musl keeps one more to itself than glibc does, and the number must not depend on
// the library that `tare` was linked with.
constexpr int kRtMin = 34;
constexpr int kRtMax = 64;

struct Name {
    std::string_view name;
    int number;
};

// signal(7), "Standard signals"
constexpr Name kNames[] = {
    {"ABRT", SIGABRT}, {"ALRM", SIGALRM}, {"BUS", SIGBUS},       {"CHLD", SIGCHLD},
    {"CLD", SIGCHLD},  {"CONT", SIGCONT}, {"FPE", SIGFPE},       {"HUP", SIGHUP},
    {"ILL", SIGILL},   {"INT", SIGINT},   {"IO", SIGIO},         {"IOT", SIGABRT},
    {"KILL", SIGKILL}, {"PIPE", SIGPIPE}, {"POLL", SIGIO},       {"PROF", SIGPROF},
    {"PWR", SIGPWR},   {"QUIT", SIGQUIT}, {"SEGV", SIGSEGV},     {"STKFLT", SIGSTKFLT},
    {"STOP", SIGSTOP}, {"SYS", SIGSYS},   {"TERM", SIGTERM},     {"TRAP", SIGTRAP},
    {"TSTP", SIGTSTP}, {"TTIN", SIGTTIN}, {"TTOU", SIGTTOU},     {"URG", SIGURG},
    {"USR1", SIGUSR1}, {"USR2", SIGUSR2}, {"VTALRM", SIGVTALRM}, {"WINCH", SIGWINCH},
    {"XCPU", SIGXCPU}, {"XFSZ", SIGXFSZ}, {"RTMIN", kRtMin},     {"RTMAX", kRtMax},
};

std::optional<int> known(std::string_view name) {
    for (const Name& candidate : kNames)
        if (candidate.name == name) return candidate.number;
    return std::nullopt;
}

// "RTMIN+3", "RTMAX-1"
std::optional<int> realtime(std::string_view name) {
    const bool up = name.starts_with("RTMIN+");
    if (!up && !name.starts_with("RTMAX-")) return std::nullopt;
    const auto distance = parse_unsigned(name.substr(6));
    if (!distance || *distance > kRtMax - kRtMin) return std::nullopt;
    const int steps = static_cast<int>(*distance);
    return up ? kRtMin + steps : kRtMax - steps;
}

std::string upper(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    return out;
}

} // namespace

Result<int> read_signal(std::string_view text) {
    const auto number = parse_unsigned(text);
    if (number && *number <= kRtMax) return static_cast<int>(*number);

    const std::string all = upper(text);
    std::string_view name = all;
    if (name.starts_with("SIG")) name.remove_prefix(3);
    if (const auto signal = known(name)) return *signal;
    if (const auto signal = realtime(name)) return *signal;
    return invalid("unknown signal " + double_quoted(text));
}

std::vector<std::string> signal_names() {
    std::vector<std::string> names;
    for (const Name& signal : kNames)
        names.emplace_back(signal.name);
    return names;
}

} // namespace tare::cli
