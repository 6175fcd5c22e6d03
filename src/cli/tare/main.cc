#include "base/log.h"
#include "cli/globals.h"
#include "cli/stdio.h"
#include "cli/tare/commands.h"
#include "runtime/early_init.h"
#include "sys/file.h"
#include "sys/missing_calls.h"

#include <cstdlib>
#include <unistd.h>

namespace tare::cli {

Status print(const std::string& text) {
    Fd output(STDOUT_FILENO);
    const Status written = sys::write_all(output, text, "standard output");
    output.release(); // it was never ours
    return written;
}

namespace {

using Run = Result<int> (*)(const Invocation&);

struct Entry {
    std::string_view name;
    Run run;
};

constexpr Entry kEntries[] = {
    {"checkpoint", run_checkpoint},
    {"completion", run_completion},
    {"create", run_create},
    {"delete", run_delete},
    {"events", run_events},
    {"exec", run_exec},
    {"features", run_features},
    {"kill", run_kill},
    {"list", run_list},
    {"man", run_man},
    {"mounts", run_mounts},
    {"pause", run_pause},
    {"plan", run_plan},
    {"ps", run_ps},
    {"restore", run_restore},
    {"resume", run_resume},
    {"run", run_run},
    {"spec", run_spec},
    {"start", run_start},
    {"state", run_state},
    {"update", run_update},
    {"wait", run_wait},
};

Run implementation(std::string_view name) {
    for (const Entry& entry : kEntries)
        if (entry.name == name) return entry.run;
    return nullptr;
}

Result<int> print_and_end(const std::string& text) {
    TRY(print(text));
    return 0;
}

Result<const Command*> wanted_command(const Arguments& global, const std::string& name) {
    if (const Command* command = find_command(name)) return command;
    return invalid("unknown command " + double_quoted(name) + swallowed_command(global)
                   + "; see `tare --help`");
}

Result<int> run_command(const Arguments& global) {
    if (global.positional.empty())
        return invalid("no command given" + swallowed_command(global) + "; see `tare --help`");
    // `global` stops at the command's name; all words behind it are the command's own.
    const std::string& name = global.positional[0];
    const bool help = name == "help" || name == "h"; // the second is runc's
    if (help && global.positional.size() < 2) return print_and_end(help_text());
    const Command* command = TRY(wanted_command(global, help ? global.positional[1] : name));
    if (help) return print_and_end(help_text(*command));

    std::vector<char*> words;
    for (std::size_t i = 1; i < global.positional.size(); ++i)
        words.push_back(const_cast<char*>(global.positional[i].c_str()));
    Arguments arguments;
    TRY(read_arguments(*command, words, arguments));
    if (arguments.has("help")) return print_and_end(help_text(*command));

    const runtime::Settings settings = TRY(read_settings(global));
    runtime::EarlyInit::expect(name);
    return implementation(command->name)({*command, arguments, settings});
}

Result<int> run_words(std::span<char* const> words, Arguments& global) {
    const Status understood = read_arguments(global_command(), words, global);
    log::Settings log;
    const Status logging = read_log_settings(global, log);
    log::configure(log);
    TRY(Status(understood));
    TRY(Status(logging));
    if (global.has("help")) return print_and_end(help_text());
    if (global.has("version")) return print_and_end(version_text());
    return run_command(global);
}

// Descriptors, namespaces and processes are all found below it.
std::string missing_procfs_text(const Error& error) {
    const bool may_be = error.code == ENOENT && error.text.find("'/proc/") != std::string::npos;
    if (!may_be || ::access("/proc/self", F_OK) == 0) return "";
    return "; no procfs is mounted on /proc";
}

int failure_status(const Arguments& global) {
    if (global.positional.empty()) return 1;
    const Command* command = find_command(global.positional[0]);
    return command == nullptr ? 1 : command->failure;
}

int run_tare(std::span<char* const> words) {
    Arguments global;
    const auto status = run_words(words, global);
    if (status) return *status;
    const Error& error = status.error();
    log::error(error.text + missing_procfs_text(error) + sys::missing_calls_text(error.code));
    return failure_status(global);
}

} // namespace

} // namespace tare::cli

int main(int argc, char** argv) {
    tare::cli::fill_closed_stdio();
    const std::span<char* const> all(argv, static_cast<std::size_t>(argc));
    const std::span<char* const> words = all.subspan(argc > 0 ? 1 : 0);
    const tare::runtime::ForeseenInit init(words);
    return tare::cli::run_tare(words);
}
