#include "runtime/record.h"

#include <gtest/gtest.h>

namespace tare::runtime {
namespace {

Record full_record() {
    return {.oci_version = "1.3.0",
            .id = "c1",
            .bundle = "/b",
            .rootfs = "/b/rootfs",
            .created = "2026-01-02T03:04:05.000000006Z",
            .annotations = {{"a\"b", "c\n"}, {"empty", ""}},
            .owner = 1000,
            .boot_id = "8f7e",
            .init = {42, UINT64_MAX, 4711},
            .ready = true,
            .has_gate = true,
            .steps = 9,
            .cgroup = "/sys/fs/cgroup/c1",
            .unit = "tare-c1.scope",
            .resctrl = {"/rdt/c1", "/rdt/c1/mon_groups/c1", true},
            .has_process = false,
            .has_hooks = true,
            .shares_pids = true,
            .may_trace = false,
            .mount_below = 77};
}

TEST(Record, ComesBackAsItWasWritten) {
    const Record record = full_record();
    EXPECT_EQ(read_record(write_record(record), "r").value(), record);
    const Record empty;
    EXPECT_EQ(read_record(write_record(empty), "r").value(), empty);
}

TEST(Record, OfAnOlderTareSaysLess) {
    std::string text = write_record(full_record());
    for (const std::string member : {",\"number\":4711", ",\"mayTrace\":false"}) {
        ASSERT_NE(text.find(member), std::string::npos) << member;
        text.erase(text.find(member), member.size());
    }
    const Record record = read_record(text, "r").value();
    EXPECT_EQ(record.init.number, 0u);
    EXPECT_TRUE(record.may_trace);
}

TEST(Record, DamageIsAnErrorThatNamesTheField) {
    std::string text = write_record(full_record());
    text.replace(text.find("\"pid\":42"), 8, "\"pid\":-2");
    EXPECT_EQ(read_record(text, "/r/c1/record.json").error().text.substr(0, 30),
              "/r/c1/record.json#/init/pid: m");
    EXPECT_FALSE(read_record("", "r"));
    EXPECT_FALSE(read_record("{}", "r"));
    EXPECT_FALSE(read_record(text.substr(0, text.size() / 2), "r"));
}

TEST(StateOf, StoppedOnesHaveNoPid) {
    EXPECT_EQ(state_of(full_record(), spec::Status::kRunning).pid, 42);
    EXPECT_EQ(state_of(full_record(), spec::Status::kStopped).pid, 0);
    EXPECT_FALSE(state_of(full_record(), spec::Status::kRunning).owner);
}

} // namespace
} // namespace tare::runtime
