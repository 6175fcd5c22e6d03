#include "tests/spec/runtime/cases.h"

namespace tare::spec {
namespace {

const std::string kActions = "must be one of SCMP_ACT_KILL, SCMP_ACT_KILL_PROCESS, "
                             "SCMP_ACT_KILL_THREAD, SCMP_ACT_TRAP, SCMP_ACT_ERRNO, SCMP_ACT_TRACE, "
                             "SCMP_ACT_ALLOW, SCMP_ACT_LOG, SCMP_ACT_NOTIFY, not ";

TEST(ReadSeccomp, NamesTheFieldAtFault) {
    const std::string s = "/linux/seccomp";
    expect_errors(
        kStart + R"("linux": {"seccomp": {)", "}}}",
        {
            {"", s + ": 'defaultAction' is missing"},
            {R"("defaultAction": "ALLOW")", s + "/defaultAction: " + kActions + "'ALLOW'"},
            {R"("defaultAction": "SCMP_ACT_NOTIFY")",
             s
                 + "/defaultAction: must not be SCMP_ACT_NOTIFY: the hand-over of the listener "
                   "needs system calls of its own"},
            {R"("defaultAction": "SCMP_ACT_ALLOW", "defaultErrnoRet": 1)",
             s + "/defaultErrnoRet: is for SCMP_ACT_ERRNO and SCMP_ACT_TRACE, not SCMP_ACT_ALLOW"},
            {R"("defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 4096)",
             s + "/defaultErrnoRet: must be from 0 to 4095"},
            {R"("defaultAction": "SCMP_ACT_TRACE", "defaultErrnoRet": 65536)",
             s + "/defaultErrnoRet: must be from 0 to 65535"},
            {R"("defaultAction": "SCMP_ACT_LOG", "flags": ["LOG"])",
             s
                 + "/flags/0: must be one of SECCOMP_FILTER_FLAG_TSYNC, SECCOMP_FILTER_FLAG_LOG, "
                   "SECCOMP_FILTER_FLAG_SPEC_ALLOW, SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, not "
                   "'LOG'"},
            {R"("defaultAction": "SCMP_ACT_LOG", "listenerPath": "x")",
             s + "/listenerPath: must be an absolute path, not 'x'"},
            {R"("defaultAction": "SCMP_ACT_LOG", "listenerMetadata": "x")",
             s + "/listenerMetadata: needs listenerPath"},
        });
}

TEST(ReadSeccomp, ChecksTheRules) {
    const std::string s = "/linux/seccomp/syscalls/0";
    expect_errors(
        kStart + R"("linux": {"seccomp": {"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [)",
        "]}}}",
        {
            {R"({"names": ["unknown_call"], "action": "SCMP_ACT_ERRNO", "errnoRet": 38})", ""},
            {"{}", s + ": 'names' is missing"},
            {R"({"names": []})", s + "/names: must not be empty"},
            {R"({"names": ["read"]})", s + ": 'action' is missing"},
            {R"({"names": ["read"], "action": "x"})", s + "/action: " + kActions + "'x'"},
            {R"({"names": ["read"], "action": "SCMP_ACT_KILL", "errnoRet": 1})",
             s + "/errnoRet: is for SCMP_ACT_ERRNO and SCMP_ACT_TRACE, not SCMP_ACT_KILL"},
            {R"({"names": ["read"], "action": "SCMP_ACT_NOTIFY"})",
             s + "/action: SCMP_ACT_NOTIFY needs listenerPath"},
            {R"({"names": ["read"], "action": "SCMP_ACT_LOG", "args": [{"index": 6}]})",
             s + "/args/0/index: must be from 0 to 5"},
            {R"({"names": ["read"], "action": "SCMP_ACT_LOG", "args": [{"index": 0}]})",
             s + "/args/0: 'value' is missing"},
            {R"({"names": ["read"], "action": "SCMP_ACT_LOG", "args": [{"index": 0, "value": 0}]})",
             s + "/args/0: 'op' is missing"},
            {R"({"names": ["read"], "action": "SCMP_ACT_LOG",
                 "args": [{"index": 0, "value": -1, "op": "SCMP_CMP_EQ"}]})",
             s + "/args/0/value: must be from 0 to 18446744073709551615"},
            {R"({"names": ["read"], "action": "SCMP_ACT_LOG",
                 "args": [{"index": 0, "value": 0, "op": "=="}]})",
             s
                 + "/args/0/op: must be one of SCMP_CMP_NE, SCMP_CMP_LT, SCMP_CMP_LE, SCMP_CMP_EQ, "
                   "SCMP_CMP_GE, SCMP_CMP_GT, SCMP_CMP_MASKED_EQ, not '=='"},
        });
}

TEST(ReadSeccomp, TellsAbsentFlagsFromNone) {
    const auto flags = [](const std::string& members) {
        return read_config(kStart + R"("linux": {"seccomp": {"defaultAction": "SCMP_ACT_ALLOW")"
                           + members + "}}}")
            ->linux_->seccomp->flags;
    };
    EXPECT_EQ(flags(""), std::nullopt);
    EXPECT_EQ(flags(R"(, "flags": null)"), std::nullopt);
    EXPECT_EQ(flags(R"(, "flags": [])"), std::vector<std::string>{});
}

} // namespace
} // namespace tare::spec
