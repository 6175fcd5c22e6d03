// measure ROUNDS OUT: reads what to run from standard input, one line a step:
//   VARIANT|PHASE|DIRECTORY|COMMAND WITH WORDS
// Steps of one variant follow each other; the word @ID@ becomes an id of its own for each round. In
// each round all variants run once, in an order that is shuffled anew, so that whatever disturbs
// the machine disturbs all of them. A phase `-reap` waits for the container's process, untimed. Run
// it under `chrt -f 5`: other work of the machine then waits. Writes a JSON array to OUT: for each
// variant and phase the p10, median and p90 of the wall time in microseconds, the largest resident
// set (KB), the median of minor faults, and how many runs failed.

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <random>
#include <string>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <vector>

namespace {

struct Step {
    std::string phase, directory;
    std::vector<std::string> words;
    std::vector<double> microseconds;
    std::vector<long> faults;
    long peak = 0;
    int failures = 0;
};

struct Variant {
    std::string name;
    std::vector<Step> steps;
};

std::vector<std::string> split(const std::string& text, char separator, std::size_t limit) {
    std::vector<std::string> parts;
    std::size_t start = 0;
    for (std::size_t end;
         parts.size() + 1 < limit && (end = text.find(separator, start)) != std::string::npos;
         start = end + 1)
        if (end > start || separator == '|') parts.push_back(text.substr(start, end - start));
    if (start < text.size()) parts.push_back(text.substr(start));
    return parts;
}

std::vector<Variant> read_variants() {
    std::vector<Variant> variants;
    char line[4096];
    while (std::fgets(line, sizeof line, stdin)) {
        line[std::strcspn(line, "\n")] = '\0';
        const auto fields = split(line, '|', 4);
        if (fields.size() < 3) continue;
        if (variants.empty() || variants.back().name != fields[0])
            variants.push_back({fields[0], {}});
        Step step{fields[1], fields[2]};
        if (fields.size() > 3) step.words = split(fields[3], ' ', 64);
        variants.back().steps.push_back(std::move(step));
    }
    return variants;
}

double now() {
    timespec time = {};
    ::clock_gettime(CLOCK_MONOTONIC, &time);
    return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3;
}

[[noreturn]] void become(const char* directory, char** arguments, int null) {
    if (::chdir(directory) != 0) ::_exit(126);
    for (int fd = 0; fd < 3; ++fd)
        ::dup2(null, fd);
    ::execv(arguments[0], arguments);
    ::_exit(127);
}

void run(Step& step, const std::string& id, int null) {
    std::vector<std::string> words = step.words;
    std::vector<char*> arguments;
    for (auto& word : words) {
        if (const auto at = word.find("@ID@"); at != std::string::npos) word.replace(at, 4, id);
        arguments.push_back(word.data());
    }
    arguments.push_back(nullptr);

    const double start = now();
    const pid_t pid = ::vfork();
    if (pid == 0) become(step.directory.c_str(), arguments.data(), null);
    int status = 0;
    rusage usage = {};
    while (::wait4(pid, &status, 0, &usage) < 0 && errno == EINTR) {
    }
    const double end = now();

    if (status != 0) {
        if (step.failures++ == 0)
            std::fprintf(stderr, "%s failed with status %d\n", words[0].c_str(), status);
        return;
    }
    step.microseconds.push_back(end - start);
    step.faults.push_back(usage.ru_minflt);
    step.peak = std::max(step.peak, usage.ru_maxrss);
}

void run_round(std::vector<Variant>& variants, const std::vector<std::size_t>& order, int round,
               int null) {
    for (const std::size_t index : order) {
        const std::string id = "bench-" + std::to_string(::getpid()) + "-" + std::to_string(index)
                               + "-" + std::to_string(round);
        for (Step& step : variants[index].steps) {
            if (step.phase == "-reap")
                ::wait(nullptr); // the orphan comes to us, a subreaper
            else
                run(step, id, null);
        }
        ::usleep(1500); // lets the kernel's deferred work of one not fall on the next
    }
}

template <class Number>
Number quantile(std::vector<Number> values, double fraction) {
    if (values.empty()) return Number();
    std::sort(values.begin(), values.end());
    return values[std::min(values.size() - 1, static_cast<std::size_t>(
                                                  static_cast<double>(values.size()) * fraction))];
}

void write(std::FILE* out, const std::vector<Variant>& variants) {
    const char* separator = "[";
    for (const Variant& variant : variants)
        for (const Step& step : variant.steps) {
            if (step.phase == "-reap") continue;
            std::fprintf(out,
                         "%s{\"variant\":\"%s\",\"phase\":\"%s\",\"runs\":%zu,\"failures\":%d,"
                         "\"p10_us\":%.1f,"
                         "\"median_us\":%.1f,\"p90_us\":%.1f,\"peak_kb\":%ld,\"minor_faults\":%ld}",
                         separator, variant.name.c_str(), step.phase.c_str(),
                         step.microseconds.size(), step.failures, quantile(step.microseconds, 0.1),
                         quantile(step.microseconds, 0.5), quantile(step.microseconds, 0.9),
                         step.peak, quantile(step.faults, 0.5));
            separator = ",\n ";
        }
    std::fputs("]\n", out);
}

} // namespace

int main(int argc, char** argv) {
    if (argc < 3) return 2;
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    std::vector<Variant> variants = read_variants();
    std::vector<std::size_t> order(variants.size());
    for (std::size_t i = 0; i < order.size(); ++i)
        order[i] = i;
    std::mt19937 random(static_cast<unsigned>(::getpid()));
    const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    for (int round = 0; round < std::atoi(argv[1]); ++round) {
        std::shuffle(order.begin(), order.end(), random);
        run_round(variants, order, round, null);
    }
    std::FILE* out = std::fopen(argv[2], "we");
    if (!out) return 1;
    write(out, variants);
    return std::fclose(out) != 0;
}
