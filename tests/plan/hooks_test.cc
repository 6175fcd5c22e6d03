#include "plan/hooks.h"

#include "support.h"

namespace tare::plan {
namespace {

TEST(PlanHooks, TheStateIsWrittenAroundThePid) {
    Part part;
    part.config.oci_version = "1.0.2"; // the state complies with ours
    part.config.annotations = {{"a", "\"pid\":1"}};
    part.config.hooks.create_container = {{"/h", {"h", "x"}, {{"A=1"}}, 3}};
    plan_create_container_hooks(part.c());
    EXPECT_EQ(part.steps(true), "hook: config.json#/hooks/createContainer/0: error running "
                                "createContainer hook #0: '/h': at most 3 s\n");
    const auto body = part.body<wire::Hook>(0);
    EXPECT_EQ(part.text(body.path), "/h");
    EXPECT_EQ(part.texts(body.args), "h x");
    EXPECT_EQ(part.texts(body.env), "A=1");
    EXPECT_EQ(body.timeout_ms, 3000u);
    const std::string state = part.text(body.state_head) + "4711" + part.text(body.state_tail);
    EXPECT_EQ(state, R"({"ociVersion":"1.3.0","id":"c1","pid":4711,"status":"creating",)"
                     R"("bundle":"/bundle","annotations":{"a":"\"pid\":1"}})"
                     "\n");
}

TEST(PlanHooks, StartContainerInheritsTheProcessEnvironment) {
    Part part;
    part.config.process->env = {"PATH=/bin", "B=2"};
    const std::vector<std::string> none;
    part.config.hooks.start_container = {
        {"/h", {}, {}, {}}, {"/i", {}, {{"C=3"}}, {}}, {"/j", {}, none, {}}};
    plan_start_container_hooks(part.c());
    EXPECT_EQ(part.body<wire::Hook>(0).inherits, 1u);
    EXPECT_EQ(part.texts(part.body<wire::Hook>(0).args), "/h");
    EXPECT_EQ(part.body<wire::Hook>(1).inherits, 0u);
    EXPECT_EQ(part.texts(part.body<wire::Hook>(1).env), "C=3");
    EXPECT_EQ(part.body<wire::Hook>(2).inherits, 0u);
    EXPECT_EQ(part.texts(part.body<wire::Hook>(2).env), "");
    const auto body = part.body<wire::Hook>(1);
    EXPECT_NE(part.text(body.state_tail).find(R"("status":"created")"), std::string::npos);
}

TEST(PlanHooks, CreateContainerInheritsNothing) {
    Part part;
    part.config.process->env = {"B=2"};
    part.config.hooks.create_container = {{"/h", {}, {}, {}}};
    plan_create_container_hooks(part.c());
    EXPECT_EQ(part.body<wire::Hook>(0).inherits, 0u);
    EXPECT_EQ(part.texts(part.body<wire::Hook>(0).env), "");
}

TEST(PlanHooks, WaitsOnlyWhenTheRuntimeHasSome) {
    Part none;
    none.config.hooks.poststart = {{"/h", {}, {}, {}}};
    none.config.hooks.poststop = {{"/i", {}, {}, {}}};
    plan_runtime_hooks(none.c());
    EXPECT_EQ(none.steps(), "");
    EXPECT_EQ(none.plan.start_hooks.size() + none.plan.stop_hooks.size(), 2u);

    Part some;
    some.config.hooks.create_runtime = {{"/h", {}, {}, {}}};
    plan_runtime_hooks(some.c());
    EXPECT_EQ(some.steps(), "sync: wait for the runtime's hooks\n");
    ASSERT_EQ(some.plan.sync_hooks.size(), 1u);
    EXPECT_EQ(some.plan.sync_hooks[0].what, "run the createRuntime hook '/h'");
}

} // namespace
} // namespace tare::plan
