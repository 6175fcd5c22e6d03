#include "tests/spec/runtime/cases.h"

namespace tare::spec {
namespace {

// Members of a process besides the required ones.
void expect_process_errors(const std::vector<Case>& cases) {
    expect_errors(kStart
                      + R"("process": {"user": {"uid": 0, "gid": 0}, "args": ["a"], "cwd": "/", )",
                  "}}", cases);
}

TEST(ReadProcess, WantsItsRequiredMembers) {
    expect_errors(
        kStart + R"("process": )", "}",
        {
            {"[]", "/process: must be an object"},
            {"{}", "/process: 'args' is missing"},
            {R"({"user": []})", "/process/user: must be an object"},
            {R"({"user": null, "args": ["a"], "cwd": "/"})", ""},
            {R"({"user": {"uid": 0, "gid": 0}})", "/process: 'args' is missing"},
            {R"({"user": {"uid": 0, "gid": 0}, "args": []})", "/process/args: must not be empty"},
            {R"({"user": {"uid": 0, "gid": 0}, "args": ["a"]})", "/process: 'cwd' is missing"},
            {R"({"user": {"uid": 0, "gid": 0}, "args": ["a"], "cwd": "a"})",
             "/process/cwd: must be an absolute path, not 'a'"},
            {R"({"user": {"uid": 0, "gid": 0}, "args": ["a"], "cwd": ""})",
             "/process/cwd: must be an absolute path, not ''"},
            {R"({"user": {"uid": 0, "gid": 0}, "args": ["a"], "cwd": "/"})", ""},
        });
}

TEST(ReadProcess, ChecksTheUser) {
    expect_errors(
        kStart + R"("process": {"args": ["a"], "cwd": "/", "user": )", "}}",
        {
            {R"({"uid": 4294967294, "gid": 4294967294, "umask": 511})", ""},
            {R"({"uid": 4294967295, "gid": 0})", "/process/user/uid: must be from 0 to 4294967294"},
            {R"({"uid": -1, "gid": 0})", "/process/user/uid: must be from 0 to 4294967294"},
            {R"({"uid": "0", "gid": 0})", "/process/user/uid: must be an integer"},
            {R"({"uid": 0, "gid": 1e3})", "/process/user/gid: must be an integer"},
            {R"({"uid": 0, "gid": 0, "umask": 512})", "/process/user/umask: must be from 0 to 511"},
            {R"({"uid": 0, "gid": 0, "additionalGids": [1, 4294967295]})",
             "/process/user/additionalGids/1: must be from 0 to 4294967294"},
        });
}

TEST(ReadProcess, NeverRepeatsAnEnvironmentEntry) {
    expect_process_errors({
        {R"("env": ["A=", "B=c=d", "x y=1"])", ""},
        {R"("env": ["A=b", "secret"])", "/process/env/1: must be NAME=value"},
        {R"("env": ["=secret"])", "/process/env/0: must be NAME=value"},
        {R"("env": ["A=sec\u0000ret"])", "/process/env/0: must not contain a NUL character"},
    });
}

TEST(ReadProcess, IgnoresTheConsoleSizeWithoutATerminal) {
    expect_process_errors({
        {R"("consoleSize": {"height": "x"})", ""},
        {R"("terminal": true, "consoleSize": {"height": 1, "width": 2})", ""},
        {R"("terminal": true, "consoleSize": {"height": 1})",
         "/process/consoleSize: 'width' is missing"},
        {R"("terminal": "yes")", "/process/terminal: must be true or false"},
    });
}

TEST(ReadProcess, ChecksRlimits) {
    expect_process_errors({
        {R"("rlimits": [{"type": "RLIMIT_CPU", "soft": 0, "hard": 18446744073709551615}])", ""},
        {R"("rlimits": [{"type": "RLIMIT_CPU", "soft": 0, "hard": 18446744073709551616}])",
         "/process/rlimits/0/hard: must be from 0 to 18446744073709551615"},
        {R"("rlimits": [{"type": "RLIMIT_X", "soft": 0, "hard": 0}])",
         "/process/rlimits/0/type: must be one of RLIMIT_AS, RLIMIT_CORE, RLIMIT_CPU, RLIMIT_DATA, "
         "RLIMIT_FSIZE, RLIMIT_LOCKS, RLIMIT_MEMLOCK, RLIMIT_MSGQUEUE, RLIMIT_NICE, RLIMIT_NOFILE, "
         "RLIMIT_NPROC, RLIMIT_RSS, RLIMIT_RTPRIO, RLIMIT_RTTIME, RLIMIT_SIGPENDING, RLIMIT_STACK, "
         "not 'RLIMIT_X'"},
        {R"("rlimits": [{"type": "RLIMIT_CPU", "hard": 0}])",
         "/process/rlimits/0: 'soft' is missing"},
        {R"("rlimits": [{"type": "RLIMIT_CPU", "soft": 2, "hard": 1}])",
         "/process/rlimits/0/soft: must not be above hard"},
        {R"("rlimits": [{"type": "RLIMIT_CPU", "soft": 1, "hard": 1},
                        {"type": "RLIMIT_CPU", "soft": 1, "hard": 1}])",
         "/process/rlimits/1/type: 'RLIMIT_CPU' is there twice"},
    });
}

TEST(ReadProcess, TakesAsManyGroupsAsTheKernel) {
    std::string gids = "1";
    for (int i = 1; i < 65536; ++i)
        gids += ",1";
    const auto refusal = [](const std::string& list) {
        const auto config = read_config(R"({"ociVersion": "1.3.0", "root": {"path": "r"}, "process":
            {"cwd": "/", "args": ["a"], "user": {"uid": 0, "gid": 0, "additionalGids": [)"
                                        + list + "]}}}");
        return config ? "" : config.error().text;
    };
    EXPECT_EQ(refusal(gids), "");
    EXPECT_EQ(refusal(gids + ",1"),
              "config.json#/process/user/additionalGids: must have at most 65536 entries");
}

TEST(ReadProcess, ChecksSchedulerAndPriorities) {
    expect_process_errors({
        {R"("oomScoreAdj": -1000, "capabilities": {"bounding": ["CAP_OF_TOMORROW"]})", ""},
        {R"("oomScoreAdj": 1001)", "/process/oomScoreAdj: must be from -1000 to 1000"},
        {R"("capabilities": {"ambient": [1]})",
         "/process/capabilities/ambient/0: must be a string"},
        {R"("capabilities": ["CAP_KILL"])", "/process/capabilities: must be an object"},
        {R"("scheduler": {})", "/process/scheduler: 'policy' is missing"},
        {R"("scheduler": {"policy": "FIFO"})", "/process/scheduler/policy: must be one of "
                                               "SCHED_OTHER, SCHED_FIFO, SCHED_RR, SCHED_BATCH, "
                                               "SCHED_ISO, SCHED_IDLE, SCHED_DEADLINE, not 'FIFO'"},
        {R"("scheduler": {"policy": "SCHED_OTHER", "nice": 20})",
         "/process/scheduler/nice: must be from -20 to 19"},
        {R"("scheduler": {"policy": "SCHED_FIFO"})", "/process/scheduler: 'priority' is missing"},
        {R"("scheduler": {"policy": "SCHED_RR", "priority": 100})",
         "/process/scheduler/priority: must be from 1 to 99 with SCHED_RR"},
        {R"("scheduler": {"policy": "SCHED_BATCH", "priority": 1})",
         "/process/scheduler/priority: is for SCHED_FIFO and SCHED_RR, not SCHED_BATCH"},
        {R"("scheduler": {"policy": "SCHED_IDLE", "runtime": 1})",
         "/process/scheduler: runtime, deadline and period are for SCHED_DEADLINE, not SCHED_IDLE"},
        {R"("scheduler": {"policy": "SCHED_DEADLINE", "runtime": 2000, "deadline": 3000})", ""},
        {R"("scheduler": {"policy": "SCHED_DEADLINE"})",
         "/process/scheduler: with SCHED_DEADLINE must be 0 < runtime <= deadline <= period, in "
         "ns"},
        {R"("scheduler": {"policy": "SCHED_DEADLINE", "runtime": 2, "deadline": 3, "period": 1})",
         "/process/scheduler: with SCHED_DEADLINE must be 0 < runtime <= deadline <= period, in "
         "ns"},
        {R"("scheduler": {"policy": "SCHED_OTHER", "flags": ["SCHED_FLAG_RESET_ON_FORK", "X"]})",
         "/process/scheduler/flags/1: must be one of SCHED_FLAG_RESET_ON_FORK, SCHED_FLAG_RECLAIM, "
         "SCHED_FLAG_DL_OVERRUN, SCHED_FLAG_KEEP_POLICY, SCHED_FLAG_KEEP_PARAMS, "
         "SCHED_FLAG_UTIL_CLAMP_MIN, SCHED_FLAG_UTIL_CLAMP_MAX, not 'X'"},
        {R"("ioPriority": {"class": "IOPRIO_CLASS_BE", "priority": 8})",
         "/process/ioPriority/priority: must be from 0 to 7"},
        {R"("ioPriority": {"class": "x"})",
         "/process/ioPriority/class: must be one of IOPRIO_CLASS_RT, IOPRIO_CLASS_BE, "
         "IOPRIO_CLASS_IDLE, not 'x'"},
        {R"("ioPriority": {})", "/process/ioPriority: 'class' is missing"},
    });
}

TEST(ReadProcess, ChecksCpuLists) {
    expect_process_errors({
        {R"("execCPUAffinity": {"initial": "0-3, 7,", "final": ""})", ""},
        {R"("execCPUAffinity": {"initial": "3-0"})",
         "/process/execCPUAffinity/initial: must be a list such as '0-3,7', not '3-0'"},
        {R"("execCPUAffinity": {"final": "1-"})",
         "/process/execCPUAffinity/final: must be a list such as '0-3,7', not '1-'"},
        {R"("execCPUAffinity": {"final": "8192"})",
         "/process/execCPUAffinity/final: must be a list such as '0-3,7', not '8192'"},
    });
}

TEST(ReadProcess, ReadsAProcessAlone) {
    const auto process =
        read_process(R"({"user": {"uid": 1, "gid": 2}, "args": ["a", ""], "cwd": "/"})", "p.json");
    ASSERT_TRUE(process) << process.error().text;
    EXPECT_EQ(*process, (Process{.user = {.uid = 1, .gid = 2}, .args = {"a", ""}, .cwd = "/"}));
    EXPECT_EQ(read_process("{}", "p.json").error().text, "p.json#: 'args' is missing");
}

TEST(ReadProcess, TakesRootForAMissingUserOrId) {
    const auto read = [](const std::string& user) {
        return *read_process("{" + user + R"("args": ["a"], "cwd": "/"})", "p.json");
    };
    EXPECT_EQ(read(""), (Process{.has_user = false, .args = {"a"}, .cwd = "/"}));
    EXPECT_EQ(read(R"("user": {}, )"), (Process{.args = {"a"}, .cwd = "/"}));
    EXPECT_EQ(read(R"("user": {"uid": 5}, )").user, (User{.uid = 5}));
    EXPECT_EQ(read(R"("user": {"gid": 6, "umask": 7}, )").user, (User{.gid = 6, .umask = 7}));
}

} // namespace
} // namespace tare::spec
