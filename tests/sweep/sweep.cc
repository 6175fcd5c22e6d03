// sweep --runtime PATH --work DIRECTORY --v2 CGROUP2 [--from N] [--to N] [--step N]
//     [--only CALL]... CONFIG/COMMAND/KIND...
//
// Runs COMMAND of the runtime on the bundle WORK/CONFIG again and again, each time with one fault
// at the next point, and looks at what is left. KIND:
//   kill-runtime, kill-init, kill-all   SIGKILL at each stop; then one `delete --force`
//   fail                                each call fails with each errno that it can give
//   missing                             one call of newer kernels is missing throughout
// For each point that is not as it should be one line on standard output, separated by tabs:
//   finding CONFIG COMMAND KIND POINT CALL ERRNO VERDICT TEXT
// and for each sweep: total CONFIG COMMAND KIND POINTS and the number of each VERDICT.
// To be started by tests/integration/tools/supervise, with the CGROUP2 view that it gives.

#include "calls.h"
#include "console.h"
#include "leftovers.h"
#include "tracer.h"
#include "trial.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <map>
#include <sstream>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace sweep {

namespace {

// What is told of one point. An empty verdict: all is as it should be.
struct Verdict {
    std::string name, text;
};

class Sweep {
public:
    Sweep(const Options& options, std::string config, std::string command, std::string kind)
        : options_(options), config_(std::move(config)), command_(std::move(command)),
          kind_(std::move(kind)), leftovers_(options.v2, options.work) {
        for (const char* folder : {"/state", "/files"}) {
            std::filesystem::remove_all(options.work + folder);
            ::mkdir((options.work + folder).c_str(), 0700);
        }
        bundle_ = options_.work + "/" + config_;
        terminal_ = read_file(bundle_ + "/stay/config.json").find("\"terminal\": true")
                    != std::string::npos;
        cold_ = config_.ends_with("-cold");
        const std::string socket = options_.work + "/" + config_ + "-" + command_ + kind_;
        if (terminal_) console_.listen(socket);
        leftovers_ = Leftovers(options.v2, options.work);
        trial_ = plan_trial(options_, config_, command_, terminal_ ? socket : "");
    }

    // The number of findings.
    unsigned run() {
        learn();
        if (kind_ == "missing")
            sweep_missing();
        else if (kind_ == "fail")
            sweep_failures();
        else
            sweep_kills();
        std::printf("total\t%s\t%s\t%s\t%u", config_.c_str(), command_.c_str(), kind_.c_str(),
                    points_);
        for (const auto& [verdict, number] : numbers_)
            std::printf("\t%s=%u", verdict.c_str(), number);
        std::printf("\n");
        std::fflush(stdout);
        return findings_;
    }

private:
    Finished remove() {
        return execute(options_, words(options_, {"delete", "--force", "a"}), "delete");
    }

    // ---- One run

    // False, with the reason in `why`: the command's own prerequisites have failed.
    bool prepare(std::string& why) {
        console_.forget();
        shown_.clear();
        ::unlink((options_.work + "/files/pid").c_str());
        ::unlink((options_.work + "/files/exec.pid").c_str());
        if (cold_) execute(options_, {"/bin/rm", "-rf", options_.work + "/state/@seccomp"}, "cold");
        for (std::size_t i = 0; i < trial_.before.size(); ++i) {
            const Finished finished =
                execute(options_, trial_.before[i], i == 0 ? "before" : "next");
            if (!finished.good()) {
                why = "before: " + finished.errors;
                return false;
            }
            // A signal has been sent; that it has done its work is to be seen.
            if (i > 0) wait_until_stopped();
        }
        return true;
    }

    void wait_until_stopped() {
        if (trial_.before.back()[3] != "kill") return;
        for (int i = 0; i < 500; ++i) {
            execute(options_, words(options_, {"state", "a"}), "state");
            if (read_file(options_.work + "/state.out").find("stopped") != std::string::npos)
                return;
            ::usleep(2000);
        }
    }

    Outcome traced(const Fault& fault) {
        const Command command = {.arguments = trial_.command,
                                 .output = options_.work + "/out",
                                 .errors = options_.work + "/err",
                                 .schedule = schedule_,
                                 .timeout_ms = hang_ms()};
        return trace(command, fault);
    }

    // What the container says of itself; waits until it is complete.
    std::string shown(int patience_ms) {
        const bool here = command_.starts_with("run") || command_.starts_with("exec");
        for (int waited = 0;; waited += 2) {
            console_.read(shown_);
            std::string text =
                terminal_ && command_ != "run"
                    ? shown_
                    : read_file(options_.work
                                + (here || command_ == "create" ? "/out" : "/before.out"));
            std::erase(text, '\r');
            if (text.ends_with("end\n") || waited >= patience_ms) return text;
            ::usleep(2000);
        }
    }

    // ---- Verdicts

    void learn() {
        std::string why;
        for (int i = 0; i < 2; ++i) {
            leftovers_.clean();
            if (!prepare(why)) return give_up(why);
            reference_ = traced({});
            if (reference_.hung || reference_.status != 0)
                return give_up("without a fault: "
                               + std::string(reference_.hung ? "hangs" : "fails") + ": "
                               + read_file(options_.work + "/err"));
            for (const Words& command : trial_.after)
                if (const Finished finished = execute(options_, command, "after"); !finished.good())
                    return give_up("after: " + finished.errors);
            if (trial_.shows) {
                const std::string text = shown(5000);
                if (!text.ends_with("end\n"))
                    return give_up("the container does not show itself: " + text);
                if (i > 0 && text != expected_)
                    return give_up("two runs differ: " + difference(expected_, text));
                expected_ = text;
            }
            remove();
        }
        if (options_.verbose) std::printf("# %s", expected_.c_str());
    }

    [[noreturn]] void give_up(const std::string& why) {
        std::fprintf(stderr, "sweep: %s/%s/%s: %s\n", config_.c_str(), command_.c_str(),
                     kind_.c_str(), why.c_str());
        leftovers_.clean();
        std::exit(2);
    }

    static std::string difference(const std::string& wanted, const std::string& text) {
        std::istringstream one(wanted), two(text);
        std::vector<std::string> a, b, only_a, only_b;
        for (std::string line; std::getline(one, line);)
            a.push_back(line);
        for (std::string line; std::getline(two, line);)
            b.push_back(line);
        std::ranges::sort(a);
        std::ranges::sort(b);
        std::ranges::set_difference(a, b, std::back_inserter(only_a));
        std::ranges::set_difference(b, a, std::back_inserter(only_b));
        std::string result;
        for (const std::string& line : only_a)
            result += "-" + line + " ";
        for (const std::string& line : only_b)
            result += "+" + line + " ";
        return result;
    }

    static std::string joined(const std::vector<std::string>& lines) {
        std::string text;
        for (const std::string& line : lines)
            text += (text.empty() ? "" : "; ") + line;
        return text;
    }

    // After a kill: one `delete --force`, and nothing is left.
    Verdict judge_kill(const Outcome& outcome) {
        if (outcome.hung) return {"hang", ""};
        const bool survivor = kind_ == "kill-init";
        const Finished removed = remove();
        if (removed.milliseconds > hang_ms()) return {"hang", "delete --force: " + removed.errors};
        if (!removed.good()) return {"leak", "delete --force fails: " + removed.errors};
        const std::vector<std::string> left = leftovers_.since_start(1500);
        if (!left.empty()) return {"leak", joined(left)};
        if (survivor && outcome.status != 0 && WIFSIGNALED(outcome.status))
            return {"crash", "signal " + std::to_string(WTERMSIG(outcome.status))};
        return {};
    }

    // Warnings may come before it: each is a failure of its own.
    static bool is_one_error(const std::string& text) {
        std::istringstream lines(text);
        int others = 0;
        for (std::string line; std::getline(lines, line);)
            if (line.find(": warning: ") == line.npos) ++others;
        return others == 1;
    }

    Verdict judge_message(const Outcome& outcome, const std::string& errors) {
        if (WIFSIGNALED(outcome.status))
            return {"crash", "signal " + std::to_string(WTERMSIG(outcome.status))};
        if (errors.empty()) return {"silent", ""};
        if (outcome.error == 0) return {};
        if (!is_one_error(errors)) return {"lines", errors};
        if (is_answer(outcome.number, outcome.error)) return {};
        std::string said = std::strerror(outcome.error);
        std::ranges::transform(said, said.begin(), [](unsigned char c) { return std::tolower(c); });
        std::string all = errors;
        std::ranges::transform(all, all.begin(), [](unsigned char c) { return std::tolower(c); });
        if (all.find(said) == std::string::npos) return {"vague", errors};
        return {};
    }

    // After a failure: success in full, or a clear error and nothing left.
    Verdict judge_failure(const Outcome& outcome) {
        if (outcome.hung) {
            remove();
            return {"hang", read_file(options_.work + "/err")};
        }
        const std::string errors = read_file(options_.work + "/err");
        const bool good = outcome.status == 0;
        Verdict verdict;
        if (trial_.shows) verdict = judge_protection(good, outcome);
        if (verdict.name.empty() && !good) verdict = judge_message(outcome, errors);
        const Verdict rest = judge_rest(good, errors);
        return verdict.name.empty() ? rest : verdict;
    }

    Verdict judge_protection(bool good, const Outcome& outcome) {
        if (good)
            for (const Words& command : trial_.after)
                if (const Finished finished = execute(options_, command, "after"); !finished.good())
                    return {"not started", finished.errors};
        const std::string text = shown(good ? 3000 : 0);
        if (!good && text.empty()) return {};
        if (text == expected_) return {};
        if (!good && !text.ends_with("end\n")) return {}; // it was killed in the middle
        if (good && text.empty()) return {"nothing shown", ""};
        if (is_answer(outcome.number, outcome.error)) {
            ++numbers_["as-if-absent"];
            return {};
        }
        return {"weakened", difference(expected_, text)};
    }

    Verdict judge_rest(bool good, const std::string& errors) {
        const bool container_there = (good && trial_.shows && command_ != "run")
                                     || (good && !command_.starts_with("delete"))
                                     || (!good && !trial_.makes);
        if (!container_there || command_ == "run") {
            const std::vector<std::string> left = leftovers_.since_start(1500);
            if (!left.empty()) {
                const Finished removed = remove();
                const std::vector<std::string> still = leftovers_.since_start(1500);
                if (!removed.good()) return {"leak", "delete --force fails: " + removed.errors};
                if (!still.empty()) return {"leak", joined(still)};
                // It had come to its end, and what failed was the cleaning up itself.
                if (!good && command_ == "run" && shown(0) == expected_) {
                    ++numbers_["left-for-delete"];
                    return {};
                }
                return {good ? "left after success" : "left after failure",
                        joined(left) + " | " + errors};
            }
            return {};
        }
        const Finished removed = remove();
        if (!removed.good()) return {"leak", "delete --force fails: " + removed.errors};
        const std::vector<std::string> left = leftovers_.since_start(1500);
        if (!left.empty()) return {"leak", joined(left)};
        return {};
    }

    void tell(const std::string& point, const Outcome& outcome, Verdict verdict) {
        ++points_;
        if (verdict.name.empty()) {
            ++numbers_[outcome.hung ? "hang" : outcome.status == 0 ? "succeeded" : "refused"];
            return;
        }
        ++numbers_[verdict.name];
        ++findings_;
        for (char& c : verdict.text)
            if (c == '\n' || c == '\t') c = ' ';
        std::printf("finding\t%s\t%s\t%s\t%s\t%s%s\t%s\t%s\t%s\n", config_.c_str(),
                    command_.c_str(), kind_.c_str(), point.c_str(),
                    outcome.by_runtime ? "" : "init:", name_of(outcome.number).c_str(),
                    outcome.error == 0 ? "-" : error_name(outcome.error).c_str(),
                    verdict.name.c_str(), verdict.text.c_str());
        std::fflush(stdout);
        leftovers_.clean();
    }

    // ---- The sweeps

    void sweep_kills() {
        const Victim victim = kind_ == "kill-runtime" ? Victim::kRuntime
                              : kind_ == "kill-init"  ? Victim::kInit
                                                      : Victim::kAll;
        for (const Schedule schedule : {Schedule::kParentFirst, Schedule::kChildFirst}) {
            schedule_ = schedule;
            for (unsigned at = options_.from; at <= options_.to; at += options_.step) {
                std::string why;
                if (victim == Victim::kInit
                    && (reference_.first_child == 0 || at < reference_.first_child))
                    continue;
                if (!prepare(why)) give_up(why);
                const Outcome outcome = traced({.kind = Fault::kKill, .at = at, .victim = victim});
                const bool end = outcome.stops < at;
                Verdict verdict = judge_kill(outcome);
                if (end && verdict.name.empty()) break;
                tell(std::to_string(at) + (schedule == Schedule::kParentFirst ? "p" : "c"), outcome,
                     verdict);
                if (end) break;
            }
            if (reference_.first_child == 0) break; // one process has one order
        }
    }

    void sweep_failures() {
        const unsigned last = std::min(options_.to, reference_.calls);
        for (unsigned at = options_.from; at <= last; at += options_.step) {
            const long number = reference_.numbers[at - 1];
            if (!options_.only.empty()
                && std::ranges::find(options_.only, name_of(number)) == options_.only.end())
                continue;
            for (unsigned choice = 0; choice < errors_of(number).size(); ++choice) {
                std::string why;
                if (!prepare(why)) give_up(why);
                const Outcome outcome = traced({.kind = Fault::kFail, .at = at, .choice = choice});
                const Verdict verdict = judge_failure(outcome);
                if (!outcome.struck && verdict.name.empty()) continue;
                tell(std::to_string(at), outcome, verdict);
            }
        }
    }

    void sweep_missing() {
        struct Missing {
            long number;
            int error;
            std::uint64_t flags = 0;
            unsigned argument = 0;
            const char* file = nullptr;
        };
        std::vector<Missing> list;
        for (const char* name : {"openat2",
                                 "clone3",
                                 "fsopen",
                                 "fsconfig",
                                 "fsmount",
                                 "open_tree",
                                 "move_mount",
                                 "mount_setattr",
                                 "close_range",
                                 "pidfd_open",
                                 "pidfd_send_signal",
                                 "memfd_create",
                                 "execveat",
                                 "statx",
                                 "faccessat2",
                                 "epoll_pwait2",
                                 "bpf",
                                 "keyctl",
                                 "seccomp",
                                 "setns",
                                 "waitid",
                                 "prlimit64",
                                 "renameat2"})
            for (const int error : {ENOSYS, EPERM})
                list.push_back({number_of(name), error});
        list.push_back({SYS_memfd_create, EINVAL, 0x10 | 0x8, 1}); // MFD_EXEC, MFD_NOEXEC_SEAL
        list.push_back({SYS_memfd_create, EACCES, 0x10, 1});       // vm.memfd_noexec=2
        list.push_back({SYS_close_range, EINVAL, 4, 2});           // CLOSE_RANGE_CLOEXEC
        for (const char* file :
             {"cgroup.kill", "cgroup.freeze", "cgroup.events", "/proc/self/mountinfo"})
            for (const long number : {SYS_open, SYS_openat})
                list.push_back({number, ENOENT, 0, number == SYS_open ? 0U : 1U, file});
        for (unsigned i = 0; i < list.size(); ++i) {
            if ((i + 1) % options_.step != options_.from % options_.step) continue;
            const Missing& missing = list[i];
            std::string why;
            if (!prepare(why)) give_up(why);
            const Outcome outcome = traced({.kind = Fault::kMissing,
                                            .number = missing.number,
                                            .error = missing.error,
                                            .flags = missing.flags,
                                            .argument = missing.argument,
                                            .file = missing.file});
            const Verdict verdict = judge_failure(outcome);
            if (!outcome.struck && verdict.name.empty()) continue;
            tell(name_of(missing.number)
                     + (missing.file    ? ":" + std::string(missing.file)
                        : missing.flags ? ":flags"
                                        : ""),
                 outcome, verdict);
        }
    }

    const Options& options_;
    std::string config_, command_, kind_, bundle_;
    Leftovers leftovers_;
    Console console_;
    Trial trial_;
    Schedule schedule_ = Schedule::kParentFirst;
    bool terminal_ = false, cold_ = false;
    std::string shown_, expected_;
    Outcome reference_;
    unsigned points_ = 0, findings_ = 0;
    std::map<std::string, unsigned> numbers_;
};

unsigned run_one(const Options& options, const std::string& what) {
    const std::size_t one = what.find('/'), two = what.rfind('/');
    if (one == what.npos || one == two) {
        std::fprintf(stderr, "sweep: '%s' is not CONFIG/COMMAND/KIND\n", what.c_str());
        std::exit(2);
    }
    return Sweep(options, what.substr(0, one), what.substr(one + 1, two - one - 1),
                 what.substr(two + 1))
        .run();
}

} // namespace

} // namespace sweep

int main(int argc, char** argv) {
    sweep::Options options;
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    std::vector<std::string> sweeps;
    for (int i = 1; i < argc; ++i) {
        const std::string name = argv[i];
        const auto value = [&] { return i + 1 < argc ? std::string(argv[++i]) : std::string(); };
        if (name == "--runtime")
            options.runtime = value();
        else if (name == "--work")
            options.work = value();
        else if (name == "--v2")
            options.v2 = value();
        else if (name == "--from")
            options.from = static_cast<unsigned>(std::stoul(value()));
        else if (name == "--to")
            options.to = static_cast<unsigned>(std::stoul(value()));
        else if (name == "--step")
            options.step = static_cast<unsigned>(std::stoul(value()));
        else if (name == "--only")
            options.only.push_back(value());
        else if (name == "--verbose")
            options.verbose = true;
        else
            sweeps.push_back(name);
    }
    unsigned findings = 0;
    for (const std::string& what : sweeps)
        findings += sweep::run_one(options, what);
    return findings == 0 ? 0 : 1;
}
