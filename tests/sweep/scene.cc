#include "scene.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <sstream>
#include <sys/stat.h>
#include <unistd.h>

namespace sweep {

namespace {

std::vector<std::string> sorted_lines(const std::string& text) {
    std::istringstream stream(text);
    std::vector<std::string> lines;
    for (std::string line; std::getline(stream, line);)
        lines.push_back(line);
    std::ranges::sort(lines);
    return lines;
}

// What `exec` was to start.
constexpr const char* kVisitor = "process in /a/: /bin/inside stay ";

constexpr int kPatienceMs = 1500; // for what the kernel does late

} // namespace

std::string difference(const std::string& wanted, const std::string& text) {
    const std::vector<std::string> a = sorted_lines(wanted), b = sorted_lines(text);
    std::vector<std::string> only_a, only_b;
    std::ranges::set_difference(a, b, std::back_inserter(only_a));
    std::ranges::set_difference(b, a, std::back_inserter(only_b));
    std::string result;
    for (const std::string& line : only_a)
        result += "-" + line + " ";
    for (const std::string& line : only_b)
        result += "+" + line + " ";
    return result;
}

Scene::Scene(const Options& options, const std::string& config, const std::string& command,
             const std::string& kind)
    : options_(options), config_(config), command_(command), kind_(kind),
      leftovers_(options.v2, options.work) {
    for (const char* folder : {"/state", "/files"}) {
        std::filesystem::remove_all(options.work + folder);
        ::mkdir((options.work + folder).c_str(), 0700);
    }
    terminal_ =
        read_file(options_.work + "/" + config_ + "/stay/config.json").find("\"terminal\": true")
        != std::string::npos;
    cold_ = config_.ends_with("-cold");
    const std::string socket = options_.work + "/" + config_ + "-" + command_ + kind_;
    if (terminal_) console_.listen(socket);
    leftovers_ = Leftovers(options.v2, options.work);
    trial_ = plan_trial(options_, config_, command_, terminal_ ? socket : "");
}

Finished Scene::remove() {
    return execute(options_, words(options_, {"delete", "--force", "a"}), "delete");
}

std::string Scene::errors() const {
    return read_file(options_.work + "/err");
}

void Scene::prepare() {
    console_.forget();
    shown_.clear();
    ::unlink((options_.work + "/files/pid").c_str());
    ::unlink((options_.work + "/files/exec.pid").c_str());
    if (cold_) execute(options_, {"/bin/rm", "-rf", options_.work + "/state/@seccomp"}, "cold");
    for (std::size_t i = 0; i < trial_.before.size(); ++i) {
        const Finished finished = execute(options_, trial_.before[i], i == 0 ? "before" : "next");
        if (!finished.good()) give_up("before: " + finished.errors);
        // A signal has been sent; that it has done its work is to be seen.
        if (i > 0) wait_until_stopped();
    }
    if (trial_.visits) visited_.emplace(options_.v2, options_.work);
}

void Scene::wait_until_stopped() {
    if (trial_.before.back()[3] != "kill") return;
    for (int i = 0; i < 500; ++i) {
        execute(options_, words(options_, {"state", "a"}), "state");
        if (read_file(options_.work + "/state.out").find("stopped") != std::string::npos) return;
        ::usleep(2000);
    }
}

Outcome Scene::run(const Fault& fault, Schedule schedule) {
    const Command command = {.arguments = trial_.command,
                             .output = options_.work + "/out",
                             .errors = options_.work + "/err",
                             .schedule = schedule,
                             .timeout_ms = hang_ms()};
    return trace(command, fault);
}

Finished Scene::follow_up() {
    Finished finished;
    for (const Words& command : trial_.after)
        if (finished = execute(options_, command, "after"); !finished.good()) break;
    return finished;
}

std::string Scene::shown(int patience_ms) {
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

std::vector<std::string> Scene::left() {
    return leftovers_.changes(kPatienceMs);
}

std::vector<std::string> Scene::disturbed() {
    return visited_ ? visited_->changes(kPatienceMs, kVisitor) : std::vector<std::string>();
}

bool Scene::has_old_value() const {
    return trial_.value_file.empty() || read_file(trial_.value_file) == trial_.old_value;
}

bool Scene::has_new_value() const {
    return trial_.value_file.empty() || read_file(trial_.value_file) == trial_.new_value;
}

void Scene::learn() {
    learn_once(false);
    learn_once(true);
    if (options_.verbose) std::printf("# %s", expected_.c_str());
}

void Scene::learn_once(bool again) {
    clean();
    prepare();
    reference_ = run({}, Schedule::kParentFirst);
    if (reference_.hung || reference_.status != 0)
        give_up(std::string("without a fault: ") + (reference_.hung ? "hangs" : "fails") + ": "
                + errors());
    if (const Finished finished = follow_up(); !finished.good())
        give_up("after: " + finished.errors);
    if (trial_.shows) {
        const std::string text = shown(5000);
        if (!text.ends_with("end\n")) give_up("the container does not show itself: " + text);
        if (again && text != expected_) give_up("two runs differ: " + difference(expected_, text));
        expected_ = text;
    }
    if (!disturbed().empty() || !has_new_value()) give_up("changes what it should not, or nothing");
    remove();
}

void Scene::give_up(const std::string& why) {
    std::fprintf(stderr, "sweep: %s/%s/%s: %s\n", config_.c_str(), command_.c_str(), kind_.c_str(),
                 why.c_str());
    clean();
    std::exit(2);
}

} // namespace sweep
