#include "cli/commands.h"

#include <algorithm>

namespace tare::cli {

namespace {

constexpr Option kHelp = {"help", 'h', "", "print this text"};

constexpr Option kGlobalOptions[] = {
    {"root", 0, "DIR", "where the state lives (default: /run/tare or $XDG_RUNTIME_DIR/tare)"},
    {"log", 0, "FILE", "append messages to FILE (default: standard error)"},
    {"log-format", 0, "text|json", "of messages (default: text)"},
    {"log-level", 0, "LEVEL", "error, warning, info or debug (default: warning)"},
    {"debug", 0, "", "the same as --log-level debug"},
    {"cgroup-manager", 0, "MANAGER", "cgroupfs, systemd or disabled (default: cgroupfs)"},
    {"systemd-cgroup", 0, "", "the same as --cgroup-manager systemd"},
    {"resctrl", 0, "DIR", "the resctrl file system of linux.intelRdt (default: the mounted one)"},
    {"systemd-annotations", 0, "",
     "let annotations org.systemd.property.NAME set properties of the unit"},
    {"rootless", 0, "WHEN", "whether --root is $XDG_RUNTIME_DIR/tare: true, false or auto"},
    {"criu", 0, "PATH", "accepted for compatibility: criu is looked for in $PATH"},
    {"version", 'v', "", "print the versions of tare, of the runtime-spec and of libseccomp"},
    kHelp,
};

constexpr Option kBundle = {"bundle", 'b', "DIR",
                            "the directory of config.json (default: the current one)"};
constexpr Option kConfig = {"config", 'f', "FILE",
                            "the configuration (default: config.json in the bundle)"};
constexpr Option kConsoleSocket = {"console-socket", 0, "SOCKET",
                                   "send the master of the container's terminal to this socket"};
constexpr Option kPidfdSocket = {"pidfd-socket", 0, "SOCKET",
                                 "send a pidfd of the container's init to this socket"};
constexpr Option kPidFile = {"pid-file", 0, "FILE", "write the pid of the container's init here"};
constexpr Option kNoPivot = {"no-pivot", 0, "",
                             "do not use pivot_root (for roots on a ramdisk); weaker isolation"};
constexpr Option kNoNewKeyring = {"no-new-keyring", 0, "",
                                  "keep the caller's session keyring instead of a new one"};
constexpr Option kPreserveFds = {"preserve-fds", 0, "N",
                                 "pass N more descriptors on, after those of $LISTEN_FDS"};
constexpr Option kNoSubreaper = {"no-subreaper", 0, "",
                                 "accepted for compatibility: tare is never a subreaper"};

constexpr Option kCreateOptions[] = {kBundle,      kConfig,  kConsoleSocket, kPidfdSocket,
                                     kPidFile,     kNoPivot, kNoNewKeyring,  kPreserveFds,
                                     kNoSubreaper, kHelp};
constexpr Option kRunOptions[] = {
    kBundle,
    kConfig,
    kConsoleSocket,
    kPidfdSocket,
    kPidFile,
    kNoPivot,
    kNoNewKeyring,
    kPreserveFds,
    kNoSubreaper,
    {"detach", 'd', "", "return as soon as the process runs"},
    {"keep", 0, "", "do not delete the container when its process has exited"},
    kHelp};
constexpr Option kExecOptions[] = {
    {"process", 'p', "FILE", "take it all from FILE (-: stdin), as `process` in config.json"},
    {"tty", 't', "", "give it a terminal"},
    {"detach", 'd', "", "return as soon as the process runs"},
    kConsoleSocket,
    {"pidfd-socket", 0, "SOCKET", "send a pidfd of the process to this socket"},
    {"pid-file", 0, "FILE", "write the pid of the process here"},
    {"cwd", 0, "DIR", "its working directory in the container"},
    {"env", 'e', "NAME=VALUE", "one more variable for its environment"},
    {"user", 'u', "UID[:GID]", "run it as this user, in numbers"},
    {"additional-gids", 'g', "GID[,GID]", "more supplementary groups"},
    {"cap", 'c', "CAP", "one more capability, but not an inheritable one"},
    {"apparmor", 0, "PROFILE", "its AppArmor profile"},
    {"process-label", 0, "LABEL", "its SELinux label"},
    {"no-new-privs", 0, "", "set no_new_privs"},
    kPreserveFds,
    {"cgroup", 0, "PATH", "put it into this cgroup, which is there below the container's"},
    {"ignore-paused", 0, "", "also in a paused container; it runs when that is resumed"},
    kHelp};
constexpr Option kHelpOnly[] = {kHelp};

// What checkpoint and restore share. runc's names, which are mostly criu's.
constexpr Option kImagePath = {"image-path", 0, "DIR",
                               "where the images are (default: checkpoint)"};
constexpr Option kWorkPath = {"work-path", 0, "DIR",
                              "where criu's log goes (default: beside the images)"};
constexpr Option kTcpEstablished = {"tcp-established", 0, "",
                                    "take open TCP connections along, on both sides"};
constexpr Option kExtUnixSk = {"ext-unix-sk", 0, "",
                               "allow unix sockets whose other end is outside"};
constexpr Option kShellJob = {"shell-job", 0, "",
                              "allow a session or terminal that is the caller's"};
constexpr Option kFileLocks = {"file-locks", 0, "", "take file locks along"};
constexpr Option kManageCgroups = {"manage-cgroups-mode", 0, "MODE",
                                   "of cgroups below: soft (default), full, strict, ignore"};
constexpr Option kEmptyNs = {"empty-ns", 0, "NAMESPACE",
                             "do not keep what is in this namespace: network"};
constexpr Option kAutoDedup = {"auto-dedup", 0, "",
                               "drop memory from the parent's images that is saved again"};
constexpr Option kLazyPages = {"lazy-pages", 0, "",
                               "leave memory behind until it is used: userfaultfd(2)"};
constexpr Option kCheckpointOptions[] = {
    kImagePath,
    kWorkPath,
    {"parent-path", 0, "DIR", "the images of the pre-dump before, relative to --image-path"},
    {"pre-dump", 0, "", "only save memory, and let the container run on"},
    {"leave-running", 0, "", "let the container run on"},
    kTcpEstablished,
    {"tcp-skip-in-flight", 0, "", "leave out TCP connections that are not accepted yet"},
    kExtUnixSk,
    kShellJob,
    kFileLocks,
    {"link-remap", 0, "", "keep files that are open but deleted under other names"},
    kManageCgroups,
    kLazyPages,
    {"status-fd", 0, "FD", "write a zero byte to FD when --lazy-pages is ready to serve"},
    {"page-server", 0, "ADDRESS:PORT", "send memory there instead of to --image-path"},
    kEmptyNs,
    kAutoDedup,
    kHelp};
constexpr Option kRestoreOptions[] = {
    kImagePath,
    kWorkPath,
    kTcpEstablished,
    kExtUnixSk,
    kShellJob,
    kFileLocks,
    kManageCgroups,
    kBundle,
    kConfig,
    {"detach", 'd', "", "return as soon as the processes run"},
    kPidFile,
    kConsoleSocket,
    {"no-pivot", 0, "", "accepted for compatibility: CRIU changes the root by its own rules"},
    kEmptyNs,
    kAutoDedup,
    kLazyPages,
    {"lsm-profile", 0, "KIND:LABEL",
     "another label than in the images: apparmor:NAME or selinux:LABEL"},
    {"lsm-mount-context", 0, "LABEL", "another SELinux context for mounts that have one"},
    kNoSubreaper,
    kHelp};
constexpr Option kKillOptions[] = {{"all", 'a', "", "signal every process of the container"},
                                   kHelp};
constexpr Option kDeleteOptions[] = {
    {"force", 'f', "", "kill it first if it runs; a container that does not exist is no error"},
    kHelp};
constexpr Option kListOptions[] = {{"format", 'f', "table|json", "of the output (default: table)"},
                                   {"quiet", 'q', "", "print only the ids"},
                                   kHelp};
constexpr Option kSpecOptions[] = {
    {"bundle", 'b', "DIR", "where to write config.json (default: the current directory)"},
    {"rootless", 0, "", "a configuration that needs no privileges"},
    kHelp};
constexpr Option kPlanOptions[] = {
    {"format", 0, "text|json", "of the output (default: text)"}, kConfig, kHelp};

constexpr Option kPsOptions[] = {{"format", 'f', "table|json", "of the output (default: table)"},
                                 kHelp};

constexpr Option kUpdateOptions[] = {
    {"resources", 'r', "FILE", "JSON of linux.resources (-: stdin), instead of the others"},
    {"memory", 0, "SIZE", "memory limit"},
    {"memory-reservation", 0, "SIZE", "memory that is not reclaimed below this"},
    {"memory-swap", 0, "SIZE", "limit of memory and swap together"},
    {"kernel-memory", 0, "SIZE", "accepted for compatibility: there is no such limit any more"},
    {"kernel-memory-tcp", 0, "SIZE", "accepted for compatibility: the same"},
    {"cpu-period", 0, "MICROSECONDS", "the period of --cpu-quota"},
    {"cpu-quota", 0, "MICROSECONDS", "processor time in each period; -1: no limit"},
    {"cpu-burst", 0, "MICROSECONDS", "what may be saved up for later periods"},
    {"cpu-share", 0, "N", "weight among containers, from 2 to 262144"},
    {"cpu-rt-period", 0, "MICROSECONDS", "has no meaning on cgroup v2"},
    {"cpu-rt-runtime", 0, "MICROSECONDS", "has no meaning on cgroup v2"},
    {"cpu-idle", 0, "0|1", "1: run only when nobody else wants to"},
    {"cpuset-cpus", 0, "LIST", "processors to run on: 0-3,7"},
    {"cpuset-mems", 0, "LIST", "memory nodes to use"},
    {"pids-limit", 0, "N", "how many tasks there may be; -1: no limit"},
    {"blkio-weight", 0, "N", "weight for block devices, from 10 to 1000"},
    {"l3-cache-schema", 0, "SCHEMA", "Intel RDT: share of the L3 cache"},
    {"mem-bw-schema", 0, "SCHEMA", "Intel RDT: share of the memory bandwidth"},
    kHelp};

constexpr Option kEventsOptions[] = {
    {"interval", 0, "DURATION", "time between stats: 500ms, 1m30s (default: 5s)"},
    {"stats", 0, "", "print the stats once, and nothing else"},
    kHelp};
constexpr Option kWaitOptions[] = {{"format", 'f', "text|json", "of the output (default: text)"},
                                   kHelp};

constexpr Command kGlobal = {"", "COMMAND [ARG...]", "runs OCI containers", "", kGlobalOptions, 1};

constexpr Command kCommands[] = {
    {"checkpoint", "ID", "save the state of a running container in images, with CRIU",
     "All processes are stopped, written to --image-path, and ended unless --leave-running or\n"
     "--pre-dump say otherwise. `tare restore` continues them, also on another host that has the\n"
     "same bundle. A stopped container can be deleted, or restored under the same ID.",
     kCheckpointOptions},
    {"completion", "SHELL", "print a script that completes tare's commands in a shell",
     "SHELL is bash, zsh or fish. For this session of bash: `. <(tare completion bash)`.",
     kHelpOnly},
    {"create", "ID", "make a container whose process waits to be started",
     "Reads the bundle's config.json and makes everything the container needs. Its process\n"
     "begins with `tare start ID`. After an error nothing is left behind.",
     kCreateOptions},
    {"delete", "ID", "remove a container that has stopped or was never started",
     "A running container is refused without --force. Also cleans up after a `tare create` that\n"
     "was killed half-way.",
     kDeleteOptions},
    {"events", "ID", "print what happens to a container, as JSON",
     "One object a line: stats at each interval, oom when the kernel has ended a process for want\n"
     "of memory, pressure when processes wait long for a resource, and last of all exit.",
     kEventsOptions},
    {"exec", "ID [COMMAND] [ARG...]", "execute one more process in a container",
     "It is as the container's own process in all that is not said here. Options stand before the\n"
     "ID: whatever follows it is the command.\n"
     "In the foreground signals are passed on, and the exit status is the process's, or 128+N\n"
     "when signal N killed it; 255 with a message when it could not be executed.",
     kExecOptions, 1, 255},
    {"features", "", "print what this build of tare supports, as JSON",
     "The document is described in the runtime-spec, features.md.", kHelpOnly},
    {"kill", "ID [SIGNAL]", "send a signal to a container's init",
     "SIGNAL is a name in any case with or without SIG (KILL, sigterm, RTMIN+3) or a number.\n"
     "The default is TERM.",
     kKillOptions},
    {"list", "", "list the containers", "Containers are those below --root.", kListOptions},
    {"man", "[COMMAND]", "print the manual page of tare or of a command, as roff",
     "To read it: `tare man | man -l -`. `make install` installs all of them.", kHelpOnly},
    {"mounts", "add|remove ID FILE", "add mounts to a container that runs, or remove them",
     "FILE (-: standard input) is JSON: an object with `mounts` as config.json has them, or that\n"
     "array alone; to remove, only each `destination` counts. All are added, or none. They last\n"
     "as long as the container runs, and are not in its config.json.",
     kHelpOnly},
    {"pause", "ID", "stop every process of a container until it is resumed",
     "Freezes the container's cgroup, and returns when all stand still. Signals other than KILL\n"
     "wait until `tare resume ID`.",
     kHelpOnly},
    {"plan", "BUNDLE", "print what `create` would do, step by step",
     "Nothing is touched. Each step comes with the field of config.json that asks for it.",
     kPlanOptions},
    {"ps", "ID [PS-OPTION...]", "list the processes of a container",
     "The table is that of ps(1), without the processes of others. PS-OPTIONs go to it as they "
     "are\n"
     "(default: -ef) and must leave the column PID in; options for tare stand before the ID. json\n"
     "is an array of pids, for which ps(1) is not needed.",
     kPsOptions, 1},
    {"restore", "ID", "continue a container from the images of a checkpoint",
     "The bundle is the one that the container had, at its place or elsewhere. In the foreground\n"
     "it is as `tare run`: signals are passed on, and the exit status is the process's.",
     kRestoreOptions},
    {"resume", "ID", "let the processes of a paused container go on",
     "The opposite of `tare pause`.", kHelpOnly},
    {"run", "ID", "create, start, and wait for a container",
     "In the foreground signals are passed on, and the exit status is the process's, or 128+N\n"
     "when signal N killed it; 1 with a message when the container could not be run.",
     kRunOptions},
    {"spec", "", "write a first config.json",
     "It runs `sh` on a terminal, in the directory rootfs beside it. An existing config.json is\n"
     "never overwritten.",
     kSpecOptions},
    {"start", "ID", "start the process of a created container",
     "Returns when the process runs. A program that cannot be executed is reported here.",
     kHelpOnly},
    {"state", "ID", "print the state of a container, as JSON",
     "The status is creating, created, running, paused or stopped.", kHelpOnly},
    {"update", "ID", "change the limits of a container",
     "All the limits that are given take effect, or none: when one is refused, the old ones come\n"
     "back. What is not given stays as it is, and so do device rules. A SIZE is in bytes, or with "
     "a\n"
     "unit: 512M, 2G; -1 is no limit.",
     kUpdateOptions},
    {"wait", "ID", "wait for a container's process to end, and print its exit status",
     "128+N stands for signal N. The container stays until `tare delete ID`. Only one who waits\n"
     "already can be sure to learn the status, and only since Linux 6.15; without it: an error.",
     kWaitOptions},
};

std::string left_column(const Option& option) {
    std::string left = option.letter != 0 ? std::string("  -") + option.letter + ", " : "      ";
    left += "--" + std::string(option.name);
    if (!option.argument.empty()) left += " " + std::string(option.argument);
    return left + "  ";
}

void append_options(std::string& out, const Command& command) {
    std::size_t width = 0;
    for (const Option& option : command.options)
        width = std::max(width, left_column(option).size());
    for (const Option& option : command.options) {
        std::string left = left_column(option);
        left.resize(width, ' ');
        out += left + std::string(option.help) + "\n";
    }
}

} // namespace

std::span<const Command> commands() {
    return kCommands;
}

const Command& global_command() {
    return kGlobal;
}

const Command* find_command(std::string_view name) {
    const auto known = std::ranges::find(kCommands, name, &Command::name);
    return known == std::end(kCommands) ? nullptr : known;
}

std::string help_text() {
    std::string out =
        "Usage: tare [OPTIONS] COMMAND [ARGUMENTS]\n\n"
        "Runs OCI containers: a bundle's config.json becomes a process in namespaces, "
        "a cgroup\nand a root file system of its own.\n\nCommands:\n";
    for (const Command& command : kCommands) {
        std::string name = "  " + std::string(command.name);
        name.resize(13, ' ');
        out += name + std::string(command.summary) + "\n";
    }
    out += "\nOptions (before the command):\n";
    append_options(out, kGlobal);
    return out + "\n`tare COMMAND --help` tells more about a command.\n";
}

std::string help_text(const Command& command) {
    std::string out = "Usage: tare " + std::string(command.name) + " [OPTIONS]";
    if (!command.synopsis.empty()) out += " " + std::string(command.synopsis);
    out += "\n\n" + std::string(command.text) + "\n\nOptions:\n";
    append_options(out, command);
    return out;
}

} // namespace tare::cli
