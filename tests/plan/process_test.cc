#include "plan/process.h"

#include "base/text.h"
#include "support.h"
#include "tests/plan/seccomp_support.h"

namespace tare::plan {
namespace {

using spec::NamespaceType;

std::string env(std::vector<std::string> variables, unsigned listen_fds = 0,
                const char* notify = "") {
    Part part;
    part.config.process->env = std::move(variables);
    part.options.listen_fds = listen_fds;
    part.options.notify_socket = notify;
    return joined(environment(part.c()), " ");
}

TEST(Environment, TheLastDuplicateWins) {
    EXPECT_EQ(env({"A=1", "B=2", "A=3"}), "B=2 A=3");
    EXPECT_EQ(env({"A=1", "A"}), "A");
    EXPECT_EQ(env({"HOME=", "A="}), "A=");
    EXPECT_EQ(env({"HOME=/x", "HOME="}), "");
    EXPECT_EQ(env({"LISTEN_FDS=9", "NOTIFY_SOCKET=/x"}, 2, "/run/n"),
              "NOTIFY_SOCKET=/run/notify/notify.sock LISTEN_FDS=2 LISTEN_PID=1");
}

TEST(PlanIdentity, LoadsTheFilterWhileThereAreCapabilities) {
    Part part;
    part.config.process->user = {1000, 1001, 077, {4, 5}};
    part.config.process->capabilities = spec::Capabilities{};
    part.config.process->capabilities->bounding = {"CAP_CHOWN"};
    part.config.process->capabilities->permitted = {"CAP_CHOWN"};
    const SeccompProgram seccomp{.filter = {1, 2}};
    ASSERT_TRUE(plan_identity(part.c(), &seccomp));
    EXPECT_EQ(part.steps(),
              "umask: set the umask to 077\n"
              "groups: set the supplementary groups: 4, 5\n"
              "chdir: chdir to '/'\n"
              "seccomp: load the seccomp filter: 2 instructions\n"
              "bounding: limit the capabilities: 0x1\n"
              "ids: become 1000:1001\n"
              "capabilities: set the capabilities: effective 0x0, permitted 0x1, inheritable 0x0, "
              "ambient 0x0\n"
              "chdir: chdir to '/'\n");
    EXPECT_EQ(part.body<wire::Bytes>(1).size, 8u);
}

TEST(PlanIdentity, WithoutCapabilitiesAndGroupsThereAreNone) {
    Part part;
    part.config.process->no_new_privileges = true;
    const SeccompProgram seccomp{.filter = {1, 2}};
    ASSERT_TRUE(plan_identity(part.c(), &seccomp));
    EXPECT_EQ(part.steps(true),
              "umask: (default): set the umask to 022\n"
              "groups: config.json#/process/user/additionalGids: set the supplementary groups\n"
              "chdir: config.json#/process/cwd: chdir to '/'\n"
              "bounding: config.json#/process/capabilities/bounding: limit the capabilities: 0x0\n"
              "ids: config.json#/process/user: become 0:0\n"
              "capabilities: config.json#/process/capabilities: set the capabilities: effective "
              "0x0, permitted 0x0, inheritable 0x0, ambient 0x0\n"
              "chdir: config.json#/process/cwd: chdir to '/'\n");
}

TEST(PlanIdentity, GroupsNeedSetgroups) {
    Part part;
    part.plan.deny_setgroups = true;
    ASSERT_TRUE(plan_identity(part.c(), nullptr));
    EXPECT_EQ(part.steps().find("groups"), std::string::npos);
    part.config.process->user.additional_gids = {5};
    EXPECT_EQ(outcome(plan_identity(part.c(), nullptr)),
              "config.json#/process/user/additionalGids: an unprivileged user namespace with a "
              "single mapping has no supplementary groups: user_namespaces(7)");
}

TEST(PlanIdentity, AnAnnotationKeepsTheGroups) {
    for (const char* value : {"1", "true", ""}) {
        Part part;
        part.config.annotations = {{"run.oci.keep_original_groups", value}};
        part.config.process->user.additional_gids = {5};
        part.plan.deny_setgroups = true;
        ASSERT_TRUE(plan_identity(part.c(), nullptr));
        EXPECT_EQ(part.steps().find("groups"), std::string::npos);
    }
    Part part;
    part.config.annotations = {{"run.oci.keep_original_groups", "0"}, {"other", "1"}};
    ASSERT_TRUE(plan_identity(part.c(), nullptr));
    EXPECT_NE(part.steps().find("groups: set the supplementary groups"), std::string::npos);
}

TEST(PlanIdentity, TheListenerIsFetchedWhereTheFilterLetsNobodySendIt) {
    const auto notify_of = [](const char* name, const char* action) {
        spec::Seccomp profile{.default_action = "SCMP_ACT_ALLOW", .listener_path = "/run/s"};
        profile.syscalls = {{.names = {"mkdir"}, .action = "SCMP_ACT_NOTIFY"},
                            {.names = {name}, .action = action}};
        const SeccompProgram seccomp = compiled(profile);
        Part part;
        EXPECT_TRUE(plan_identity(part.c(), &seccomp));
        return part.body<wire::Seccomp>(3).notify;
    };
    EXPECT_EQ(notify_of("getppid", "SCMP_ACT_NOTIFY"), wire::kSendListener);
    EXPECT_EQ(notify_of("sendmsg", "SCMP_ACT_NOTIFY"), wire::kTellListener);
    EXPECT_EQ(notify_of("sendmsg", "SCMP_ACT_ERRNO"), wire::kTellListener);
}

TEST(PlanStart, NoNewPrivilegesPutsTheFilterLast) {
    Part part;
    part.config.process->no_new_privileges = true;
    part.config.process->env = {"PATH=/bin"};
    part.config.hooks.start_container = {{"/h", {}, {}, {}}};
    SeccompProgram seccomp{.filter = {1}};
    ASSERT_TRUE(plan_start(part.c(), &seccomp));
    EXPECT_EQ(part.steps(), "find-exec: exec: \"sh\": find the program\n"
                            "no-new-privileges: set no_new_privs\n"
                            "ready: wait for start at the gate\n"
                            "seccomp: load the seccomp filter: 1 instructions\n"
                            "hook: error running startContainer hook #0: '/h'\n"
                            "exec: exec: \"sh\": 'sh'\n");

    Part notify;
    notify.config.process->no_new_privileges = true;
    seccomp.notify = true;
    notify.options.has_gate = false;
    ASSERT_TRUE(plan_start(notify.c(), &seccomp));
    EXPECT_EQ(notify.steps(), "find-exec: exec: \"sh\": find the program\n"
                              "no-new-privileges: set no_new_privs\n"
                              "seccomp: load the seccomp filter: 1 instructions\n"
                              "ready: wait for the runtime\n"
                              "exec: exec: \"sh\": 'sh'\n");
}

TEST(PlanStart, HandsOverArgumentsEnvironmentAndHome) {
    Part part;
    part.config.process->args = {"/run.sh", "a b"};
    part.config.process->env = {"PATH=/bin:/sbin", "X=1"};
    part.config.process->user.uid = 7;
    ASSERT_TRUE(plan_start(part.c(), nullptr));
    EXPECT_EQ(part.plan.steps.note(0).what, "exec /run.sh");
    const auto find = part.body<wire::FindExec>(0);
    EXPECT_EQ(part.text(find.name), "/run.sh");
    EXPECT_EQ(part.text(find.path), "/bin:/sbin");
    const auto exec = part.body<wire::Exec>(2);
    EXPECT_EQ(part.texts(exec.args), "/run.sh a b");
    EXPECT_EQ(part.texts(exec.env), "PATH=/bin:/sbin X=1");
    EXPECT_EQ(exec.home_of_uid, 7u);
    EXPECT_EQ(exec.fill_home, 1u);

    Part home;
    home.config.process->env = {"HOME=/x"};
    ASSERT_TRUE(plan_start(home.c(), nullptr));
    EXPECT_EQ(home.body<wire::Exec>(2).fill_home, 0u);
    EXPECT_EQ(home.body<wire::FindExec>(0).path.at, 0u);
}

TEST(PlanStart, WithoutAProcessOnlyStartFails) {
    Part part;
    part.config.process.reset();
    ASSERT_TRUE(plan_start(part.c(), nullptr));
    EXPECT_EQ(part.steps(), "ready: wait for start at the gate\n"
                            "exec: start: the config has no process\n");
    Part empty;
    empty.config.process->args = {};
    EXPECT_EQ(outcome(plan_start(empty.c(), nullptr)),
              "config.json#/process/args: is missing or empty");
}

TEST(PlanConsole, BelongsToTheUserAndTheTtyGroupWhereThereIsOne) {
    Part part;
    part.config.process->terminal = true;
    part.config.process->console_size = spec::ConsoleSize{24, 80};
    part.config.process->user.uid = 7;
    part.config.process->user.gid = 8;
    part.add(NamespaceType::kMount);
    plan_console(part.c());
    EXPECT_TRUE(part.plan.terminal);
    EXPECT_EQ(part.steps(), "console: make a terminal: owner 7:5, 24 rows of 80\n");
    EXPECT_EQ(part.body<wire::Console>(0).bind_dev_console, 1u);

    Part one;
    one.config.process->terminal = true;
    one.add(NamespaceType::kUser);
    one.linux_.uid_mappings = one.linux_.gid_mappings = {{0, 1000, 1}};
    plan_console(one.c());
    EXPECT_EQ(one.steps(), "console: make a terminal: owner 0:0\n");

    Part none;
    plan_console(none.c());
    EXPECT_EQ(none.steps(), "");
}

} // namespace
} // namespace tare::plan
