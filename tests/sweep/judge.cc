#include "judge.h"

#include "calls.h"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <sstream>
#include <sys/syscall.h>

namespace sweep {

namespace {

std::string joined(const std::vector<std::string>& lines) {
    std::string text;
    for (const std::string& line : lines)
        text += (text.empty() ? "" : "; ") + line;
    return text;
}

std::string lower(std::string text) {
    std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::tolower(c); });
    return text;
}

// Warnings may come before it: each is a failure of its own.
bool is_one_error(const std::string& text) {
    std::istringstream lines(text);
    int others = 0;
    for (std::string line; std::getline(lines, line);)
        if (line.find(": warning: ") == line.npos) ++others;
    return others == 1;
}

Verdict judge_message(const Outcome& outcome, const std::string& errors) {
    if (WIFSIGNALED(outcome.status))
        return {"crash", "signal " + std::to_string(WTERMSIG(outcome.status)), ""};
    if (errors.empty()) return {"silent", "", ""};
    if (outcome.error == 0) return {};
    if (!is_one_error(errors)) return {"lines", errors, ""};
    if (is_answer(outcome.number, outcome.error)) return {};
    if (lower(errors).find(lower(std::strerror(outcome.error))) == std::string::npos)
        return {"vague", errors, ""};
    return {};
}

// "mount ROOT TARGET OPTIONS ...": of sysfs or what is mounted in it, and nothing but for reading.
bool is_closed_sys(const std::string& line) {
    if (!line.starts_with("mount ")) return false;
    const std::size_t at = line.find(' ', sizeof "mount");
    if (at == line.npos
        || (line.compare(at, 6, " /sys ") != 0 && line.compare(at, 6, " /sys/") != 0))
        return false;
    return line.find(" ro,nosuid,nodev,noexec") != line.npos;
}

// Where the kernel will not mount sysfs or cgroups, the host's are there for reading, or an empty
// file system covers them. As long as all else is as it was asked for, that is no weaker: a limit
// that cannot be seen any more is missing in both.
bool only_closes_sys(const std::string& expected, const std::string& shown) {
    const auto others = [&shown](const std::string& text) {
        std::string rest;
        std::istringstream lines(text);
        for (std::string line; std::getline(lines, line);) {
            const std::string gone = line.substr(0, line.find(' ')) + " No such file or directory";
            const bool unseen = (line.starts_with("/sys/") || line.starts_with("cgroup.procs "))
                                && shown.find(gone) != shown.npos;
            if (!line.empty() && !unseen && !is_closed_sys(line)) rest += line + '\n';
        }
        return rest;
    };
    return others(expected) == others(shown);
}

Verdict judge_protection(Scene& scene, bool good, const Outcome& outcome) {
    if (good)
        if (const Finished finished = scene.follow_up(); !finished.good())
            return {"not started", finished.errors, ""};
    const std::string text = scene.shown(good ? 3000 : 0);
    if (!good && text.empty()) return {};
    if (text == scene.expected()) return {};
    if (!good && !text.ends_with("end\n")) return {}; // it was killed in the middle
    // What failed was to pass on what the container says.
    const bool passing =
        outcome.by_runtime && outcome.number == SYS_write && !scene.errors().empty();
    const bool hang_up = outcome.by_runtime && outcome.number == SYS_read && outcome.error == EIO;
    if (!text.ends_with("end\n") && (passing || hang_up)) return {"", "", "output-lost"};
    if (good && text.empty()) return {"nothing shown", "", ""};
    if (is_answer(outcome.number, outcome.error)) return {"", "", "as-if-absent"};
    if (only_closes_sys(scene.expected(), text)) return {"", "", "as-if-absent"};
    return {"weakened", difference(scene.expected(), text), ""};
}

// The command itself has to have left nothing.
Verdict judge_absence(Scene& scene, bool good, const Outcome& outcome, const std::string& errors) {
    const std::vector<std::string> left = scene.left();
    if (left.empty()) return {};
    if (good && is_answer(outcome.number, outcome.error)) { // it was told that there is nothing
        scene.clean();
        return {"", "", "as-if-absent"};
    }
    const Finished removed = scene.remove();
    if (!removed.good()) return {"leak", "delete --force fails: " + removed.errors, ""};
    const std::vector<std::string> still = scene.left();
    if (!still.empty()) return {"leak", joined(still), ""};
    // It had come to its end, and what failed was the cleaning up itself.
    if (!good && scene.command() == "run" && scene.shown(0) == scene.expected())
        return {"", "", "left-for-delete"};
    return {good ? "left after success" : "left after failure", joined(left) + " | " + errors, ""};
}

// To replace a file takes another one for an instant; the next one to replace it uses it again.
constexpr const char* kBeside = "file state/a/config.json.tmp";

Verdict judge_visit(Scene& scene, bool good) {
    if (const auto disturbed = scene.disturbed(); !disturbed.empty())
        return {"disturbed", joined(disturbed), ""};
    if (good ? !scene.has_new_value() : !scene.has_old_value())
        return {"wrong value", good ? "the old one" : "the new one", ""};
    return {};
}

Verdict judge_rest(Scene& scene, bool good, const Outcome& outcome, const std::string& errors) {
    const Trial& trial = scene.trial();
    const bool ends = scene.command() == "run" || scene.command().starts_with("delete");
    const bool container_there = good ? !ends : !trial.makes;
    if (!container_there) return judge_absence(scene, good, outcome, errors);
    if (Verdict visit = judge_visit(scene, good); !visit.name.empty()) {
        scene.remove();
        return visit;
    }
    const Finished removed = scene.remove();
    if (!removed.good()) return {"leak", "delete --force fails: " + removed.errors, ""};
    if (const auto left = scene.left(); !left.empty()) return {"leak", joined(left), ""};
    return {};
}

} // namespace

Verdict judge_kill(Scene& scene, const Outcome& outcome, Victim victim) {
    if (outcome.hung) return {"hang", "", ""};
    std::vector<std::string> disturbed = scene.disturbed();
    std::erase(disturbed, kBeside);
    const bool torn = !scene.has_old_value() && !scene.has_new_value();
    const Finished removed = scene.remove();
    if (removed.milliseconds > hang_ms()) return {"hang", "delete --force: " + removed.errors, ""};
    if (const auto left = scene.left(); !left.empty()) return {"leak", joined(left), ""};
    if (!removed.good()) return {"delete fails", removed.errors, ""};
    if (!disturbed.empty()) return {"disturbed", joined(disturbed), ""};
    if (torn) return {"wrong value", "neither the old nor the new one", ""};
    if (victim == Victim::kInit && WIFSIGNALED(outcome.status))
        return {"crash", "signal " + std::to_string(WTERMSIG(outcome.status)), ""};
    return {};
}

Verdict judge_failure(Scene& scene, const Outcome& outcome) {
    if (outcome.hung) {
        scene.remove();
        return {"hang", scene.errors(), ""};
    }
    const std::string errors = scene.errors();
    const bool good = outcome.status == 0;
    Verdict verdict;
    if (scene.trial().shows) verdict = judge_protection(scene, good, outcome);
    if (verdict.name.empty() && !good)
        if (Verdict message = judge_message(outcome, errors); !message.name.empty())
            verdict = message;
    const Verdict rest = judge_rest(scene, good, outcome, errors);
    return verdict.name.empty() && !(rest.name.empty() && rest.note.empty()) ? rest : verdict;
}

} // namespace sweep
