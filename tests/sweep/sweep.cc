#include "sweep.h"

#include "calls.h"
#include "judge.h"
#include "missing.h"
#include "scene.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>

namespace sweep {

namespace {

class Sweep {
public:
    Sweep(const Options& options, std::string config, std::string command, std::string kind)
        : options_(options), config_(std::move(config)), command_(std::move(command)),
          kind_(std::move(kind)), scene_(options, config_, command_, kind_) {}

    unsigned run() {
        scene_.learn();
        if (kind_ == "missing")
            try_missing();
        else if (kind_ == "fail")
            try_failures();
        else
            try_kills();
        std::printf("total\t%s\t%s\t%s\t%u", config_.c_str(), command_.c_str(), kind_.c_str(),
                    points_);
        for (const auto& [verdict, number] : numbers_)
            std::printf("\t%s=%u", verdict.c_str(), number);
        std::printf("\n");
        std::fflush(stdout);
        return findings_;
    }

private:
    void tell(const std::string& point, const Outcome& outcome, Verdict verdict) {
        ++points_;
        if (!verdict.note.empty()) ++numbers_[verdict.note];
        if (verdict.name.empty()) {
            ++numbers_[outcome.status == 0 ? "succeeded" : "refused"];
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
        scene_.clean();
    }

    void try_kills() {
        const Victim victim = kind_ == "kill-runtime" ? Victim::kRuntime
                              : kind_ == "kill-init"  ? Victim::kInit
                                                      : Victim::kAll;
        const unsigned first_child = scene_.reference().first_child;
        for (const Schedule schedule : {Schedule::kParentFirst, Schedule::kChildFirst}) {
            for (unsigned at = options_.from; at <= options_.to; at += options_.step) {
                if (victim == Victim::kInit && (first_child == 0 || at < first_child)) continue;
                scene_.prepare();
                const Outcome outcome =
                    scene_.run({.kind = Fault::kKill, .at = at, .victim = victim}, schedule);
                const bool end = outcome.stops < at;
                const Verdict verdict = judge_kill(scene_, outcome, victim);
                if (end && verdict.name.empty()) break;
                tell(std::to_string(at) + (schedule == Schedule::kParentFirst ? "p" : "c"), outcome,
                     verdict);
                if (end) break;
            }
            if (first_child == 0) break; // one process has one order
        }
    }

    bool is_wanted(long number) const {
        return options_.only.empty()
               || std::ranges::find(options_.only, name_of(number)) != options_.only.end();
    }

    void try_failures() {
        const std::vector<long>& numbers = scene_.reference().numbers;
        const unsigned last = std::min(options_.to, static_cast<unsigned>(numbers.size()));
        for (unsigned at = options_.from; at <= last; at += options_.step) {
            const long number = numbers[at - 1];
            const auto choices = static_cast<unsigned>(errors_of(number).size());
            if (!is_wanted(number)) continue;
            for (unsigned choice = 0; choice < choices; ++choice)
                try_fault(std::to_string(at), {.kind = Fault::kFail, .at = at, .choice = choice});
        }
    }

    void try_missing() {
        const std::vector<Missing> all = missing_things();
        for (std::size_t i = 0; i < all.size(); ++i)
            if ((i + 1) % options_.step == options_.from % options_.step)
                try_fault(all[i].name, all[i].fault);
    }

    void try_fault(const std::string& point, const Fault& fault) {
        scene_.prepare();
        const Outcome outcome = scene_.run(fault, Schedule::kParentFirst);
        const Verdict verdict = judge_failure(scene_, outcome);
        if (outcome.struck || !verdict.name.empty()) tell(point, outcome, verdict);
    }

    const Options& options_;
    std::string config_, command_, kind_;
    Scene scene_;
    unsigned points_ = 0, findings_ = 0;
    std::map<std::string, unsigned> numbers_;
};

} // namespace

unsigned run_sweep(const Options& options, const std::string& what) {
    const std::size_t one = what.find('/'), two = what.rfind('/');
    if (one == what.npos || one == two) {
        std::fprintf(stderr, "sweep: '%s' is not CONFIG/COMMAND/KIND\n", what.c_str());
        std::exit(2);
    }
    return Sweep(options, what.substr(0, one), what.substr(one + 1, two - one - 1),
                 what.substr(two + 1))
        .run();
}

} // namespace sweep
