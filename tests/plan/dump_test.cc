#include "plan/dump.h"

#include "support.h"

namespace tare::plan {
namespace {

Plan small() {
    Plan plan;
    plan.cgroup.origin = "config.json#/linux/cgroupsPath";
    plan.cgroup.path = "/a";
    plan.cgroup.writes = {{"config.json#/linux/resources/pids/limit", "pids.max", "5"}};
    plan.sync_hooks = {{"config.json#/hooks/prestart/0", "run it", "at most 3 s"}};
    plan.steps.add(wire::Op::kSync, {"config.json#/hooks", "wait"});
    plan.steps.add(wire::Op::kExec, {"config.json#/process/args/0", "exec: \"a\"", "'a' 'b\nc'"});
    return plan;
}

TEST(DumpText, IsALineAStep) {
    EXPECT_EQ(
        dump_text(small()),
        "001  parent  cgroup        config.json#/linux/cgroupsPath           make the cgroup '/a'\n"
        "002  parent  cgroup-write  config.json#/linux/resources/pids/limit  pids.max = 5\n"
        "003  parent  clone         config.json#/linux/namespaces            start init in the "
        "cgroup, in no new namespaces\n"
        "004  init    sync          config.json#/hooks                       wait\n"
        "005  parent  hook          config.json#/hooks/prestart/0            run it: at most 3 s\n"
        "006  init    exec          config.json#/process/args/0              exec: \"a\": 'a' "
        "'b\\x0ac'\n");
}

TEST(DumpText, EscapesLongTextsToo) {
    Plan plan;
    plan.steps.add(wire::Op::kSync, {"o", std::string(300, 'x') + "\x1b[2J\n"});
    EXPECT_TRUE(dump_text(plan).ends_with("  o" + std::string(30, ' ') + std::string(300, 'x')
                                          + "\\x1b[2J\\x0a\n"))
        << dump_text(plan);
}

TEST(DumpJson, IsAnArrayOfObjects) {
    const std::string text = dump_json(small());
    EXPECT_EQ(text.substr(0, 5), "[\n  {");
    EXPECT_NE(text.find(R"(  {"step": 6, "by": "init", "op": "exec", )"
                        R"("field": "config.json#/process/args/0", )"
                        R"("does": "exec: \"a\": 'a' 'b\nc'"})"
                        "\n]\n"),
              std::string::npos)
        << text;
}

} // namespace
} // namespace tare::plan
