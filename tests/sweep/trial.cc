#include "trial.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fcntl.h>
#include <fstream>
#include <sstream>
#include <unistd.h>

namespace sweep {

std::string read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

int hang_ms() {
    const char* slowness = std::getenv("SLOWNESS");
    return 5000 * (slowness ? std::max(1, std::atoi(slowness)) : 1);
}

Words words(const Options& options, std::initializer_list<std::string> more) {
    Words all = {options.runtime, "--root", options.work + "/state"};
    all.insert(all.end(), more);
    return all;
}

namespace {

Words in_background(const Options& options, Words command, const std::string& config,
                    const std::string& console) {
    const std::string files = options.work + "/files";
    command.insert(command.end(), {"--bundle", options.work + "/" + config + "/stay", "--pid-file",
                                   files + "/pid"});
    if (!console.empty()) command.insert(command.end(), {"--console-socket", console});
    command.push_back("a");
    return command;
}

} // namespace

Trial plan_trial(const Options& options, const std::string& config, const std::string& command,
                 const std::string& console) {
    const auto say = [&](std::initializer_list<std::string> more) { return words(options, more); };
    const Words create = in_background(options, say({"create"}), config, console);
    const Words detached = in_background(options, say({"run", "--detach"}), config, console);
    const Words start = say({"start", "a"}), kill = say({"kill", "a", "KILL"});
    const Words pause = say({"pause", "a"});
    const std::string bundle = options.work + "/" + config;

    if (command == "create") return {{}, create, {start}};
    if (command == "start") return {{create}, start, {}, true, false};
    if (command == "run") return {{}, say({"run", "--bundle", bundle + "/once", "a"}), {}};
    if (command == "run-detached") return {{}, detached, {}};
    const Words exec = say({"exec", "a", "/bin/inside", "once"});
    if (command == "exec") return {{detached}, exec, {}, true, false, true};
    if (command == "exec-detached") // not the first: that leaves a filter for later ones
        return {{detached, exec},
                say({"exec", "--detach", "--pid-file", options.work + "/files/exec.pid", "a",
                     "/bin/inside", "stay"}),
                {},
                true,
                false,
                true};
    Trial trial = {{detached}, {}, {}, false, false};
    if (command == "kill") {
        trial.command = kill;
    } else if (command == "delete") {
        trial.before.push_back(kill);
        trial.command = say({"delete", "a"});
    } else if (command == "delete-force") {
        trial.command = say({"delete", "--force", "a"});
    } else if (command == "pause") {
        trial.command = pause;
    } else if (command == "resume") {
        trial.before.push_back(pause);
        trial.command = say({"resume", "a"});
    } else if (command == "update") {
        trial.command = say({"update", "--resources", options.work + "/update.json", "a"});
        trial.visits = true;
        trial.value_file = options.v2 + "/a/hugetlb.2MB.max";
        trial.old_value = "4194304\n"; // bundles.sh
        trial.new_value = "2097152\n";
    } else {
        std::fprintf(stderr, "sweep: what is '%s'?\n", command.c_str());
        std::exit(2);
    }
    return trial;
}

Finished execute(const Options& options, const Words& command, const std::string& name) {
    const std::string errors = options.work + "/" + name + ".err";
    timespec begin = {}, end = {};
    ::clock_gettime(CLOCK_MONOTONIC, &begin);
    const pid_t pid = ::fork();
    if (pid == 0) {
        ::dup2(::open("/dev/null", O_RDONLY | O_CLOEXEC), 0);
        ::dup2(::open((options.work + "/" + name + ".out").c_str(),
                      O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644),
               1);
        ::dup2(::open(errors.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644), 2);
        ::alarm(20);
        std::vector<char*> arguments;
        for (const std::string& word : command)
            arguments.push_back(const_cast<char*>(word.c_str()));
        arguments.push_back(nullptr);
        ::execv(arguments[0], arguments.data());
        ::_exit(127);
    }
    Finished finished;
    // Meanwhile as a subreaper should: a pid namespace ends only when all in it have been reaped.
    for (int status = 0;;)
        if (const pid_t ended = ::waitpid(-1, &status, __WALL); ended == pid || ended < 0) {
            finished.status = status;
            break;
        }
    ::clock_gettime(CLOCK_MONOTONIC, &end);
    finished.milliseconds = static_cast<int>((end.tv_sec - begin.tv_sec) * 1000
                                             + (end.tv_nsec - begin.tv_nsec) / 1'000'000);
    finished.errors = read_file(errors);
    return finished;
}

} // namespace sweep
