#include "plan/dump.h"
#include "plan/exec_process.h"
#include "plan/seccomp.h"
#include "spec/runtime/config.h"
#include "support.h"

#include <cstdlib>
#include <fstream>
#include <functional>
#include <sched.h>
#include <sstream>

// Whole configs against the dump of their plans, in tests/plan/golden. To accept a change that is
// meant, run the tests once with UPDATE_GOLDEN=1, and read the difference.

namespace tare::plan {
namespace {

std::string read_file(const std::string& path) {
    std::ifstream file(path);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

// The bundles name files beside them by a placeholder.
std::string read_config(const std::string& path) {
    constexpr std::string_view kPlaceholder = "@BUNDLES@";
    std::string text = read_file(path);
    for (std::size_t at; (at = text.find(kPlaceholder)) != std::string::npos;)
        text.replace(at, kPlaceholder.size(), "/bundles");
    return text;
}

Result<Plan> compile_file(const std::string& path, HostFacts host = {}, Options options = {}) {
    host.capabilities = (std::uint64_t{1} << 41) - 1;
    host.kernel_minor = 8;
    options.id = "c1";
    options.bundle = "/bundle";
    auto config = spec::read_config(read_config(path));
    if (!config) return Failure(config.error());
    const SeccompProgram seccomp{.filter = {1, 2, 3}};
    return compile(*config, host, options,
                   config->linux_ && config->linux_->seccomp ? &seccomp : nullptr);
}

void expect_golden(const Result<Plan>& plan, const std::string& name) {
    ASSERT_TRUE(plan) << plan.error().text;
    const std::string path = "tests/plan/golden/" + name + ".txt";
    const std::string text = dump_text(*plan);
    if (std::getenv("UPDATE_GOLDEN") != nullptr) std::ofstream(path) << text;
    EXPECT_EQ(text, read_file(path)) << path;
}

TEST(Compile, WhatDockerGenerates) {
    expect_golden(compile_file("tests/data/bundles/docker-default.json"), "docker-default");
}

Result<Plan> compile_exec_file(const std::string& path, HostFacts host = {}) {
    host.capabilities = (std::uint64_t{1} << 41) - 1;
    auto config = spec::read_config(read_config(path));
    if (!config) return Failure(config.error());
    ExecWishes wishes{.args = {"ls"}, .env = {"A=1"}, .cwd = "/tmp", .uid = 5, .terminal = true};
    auto chosen = choose_process(config->process, wishes);
    if (!chosen) return Failure(chosen.error());
    config->process = chosen->process;
    const SeccompProgram seccomp{.filter = {1, 2, 3}};
    const Options options{.id = "c1", .has_gate = false};
    return compile_exec(*config, chosen->origin, host, options,
                        config->linux_ && config->linux_->seccomp ? &seccomp : nullptr);
}

TEST(CompileExec, WhatDockerGenerates) {
    expect_golden(compile_exec_file("tests/data/bundles/docker-default.json"), "exec-docker");
}

// The steps from the first that has to do with the pid namespace, or with what comes last.
std::string way_in(const std::string& filter_default, std::optional<bool> no_new_privileges,
                   const std::function<void(spec::Config&)>& change = {}) {
    spec::Config config = *spec::read_config(read_config("tests/data/bundles/docker-default.json"));
    config.process->no_new_privileges = no_new_privileges;
    if (change) change(config);
    SeccompProgram seccomp =
        *compile_seccomp({.default_action = filter_default}, "config.json#/linux/seccomp");
    const Options options{.id = "c1", .hides_init = true, .has_gate = false};
    const auto plan = compile_exec(config, ProcessOrigin(), {}, options, &seccomp);
    if (!plan) return plan.error().text;
    std::string text;
    for (const NamespaceFile& join : plan->joins)
        if ((join.type & CLONE_NEWPID) != 0) text += join.before_clone ? "clone " : "join ";
    for (std::size_t i = 0; i < plan->steps.count(); ++i) {
        const wire::Op op = plan->steps.op(i);
        if (op == wire::Op::kFork || op == wire::Op::kSeccomp || op == wire::Op::kCapabilities
            || op == wire::Op::kReady || op == wire::Op::kExec)
            text += std::string(op_name(op)) + " ";
    }
    return text;
}

TEST(CompileExec, AHiddenInitEntersThePidNamespaceLast) {
    EXPECT_EQ(way_in("SCMP_ACT_LOG", false), "join seccomp capabilities fork ready exec ");
    EXPECT_EQ(way_in("SCMP_ACT_LOG", true), "join capabilities seccomp fork ready exec ");
}

TEST(CompileExec, AHiddenInitEntersFirstWhereItCouldNotFork) {
    EXPECT_EQ(way_in("SCMP_ACT_ERRNO", true), "clone capabilities ready seccomp exec ");
    EXPECT_EQ(way_in("SCMP_ACT_LOG", true,
                     [](spec::Config& config) {
                         config.process->scheduler = spec::Scheduler{.policy = "SCHED_OTHER"};
                     }),
              "clone capabilities ready seccomp exec ");
}

TEST(CompileExec, AUserNamespaceWithAndWithoutPrivileges) {
    expect_golden(compile_exec_file("tests/data/bundles/userns.json"), "exec-userns");
    expect_golden(compile_exec_file("tests/data/bundles/userns.json",
                                    {.euid = 1000, .egid = 1000, .can_admin = false}),
                  "exec-rootless");
}

TEST(Compile, WhatRuncGenerates) {
    expect_golden(compile_file("tests/data/bundles/minimal.json"), "minimal");
}

TEST(Compile, AUserNamespace) {
    expect_golden(compile_file("tests/data/bundles/userns.json"), "userns");
}

TEST(Compile, AnUnprivilegedUser) {
    HostFacts host;
    host.euid = host.egid = 1000;
    host.can_admin = false;
    expect_golden(compile_file("tests/data/configs/rootless.json", host), "rootless");
}

TEST(Compile, EverythingAtOnce) {
    HostFacts host;
    host.apparmor = host.selinux = true;
    Options options;
    options.listen_fds = 2;
    options.notify_socket = "/run/tare/c1/notify";
    options.has_gate = false;
    expect_golden(compile_file("tests/data/configs/everything.json", host, options), "everything");
}

TEST(Compile, TheListenerOfAFilterThatNotifies) {
    Part part;
    part.config.linux_ = spec::Linux{};
    part.config.linux_->seccomp = spec::Seccomp{};
    part.config.linux_->seccomp->listener_path = "/run/agent";
    part.config.linux_->seccomp->listener_metadata = "m";
    SeccompProgram program{.filter = {1}};
    auto plan = compile(part.config, part.host, part.options, &program);
    ASSERT_TRUE(plan) << plan.error().text;
    EXPECT_EQ(plan->seccomp_listener_path, "");
    program.notify = true;
    plan = compile(part.config, part.host, part.options, &program);
    ASSERT_TRUE(plan);
    EXPECT_EQ(plan->seccomp_listener_path, "/run/agent");
    EXPECT_EQ(plan->seccomp_listener_metadata, "m");
}

} // namespace
} // namespace tare::plan
