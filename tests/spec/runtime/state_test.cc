#include "spec/runtime/state.h"

#include <gtest/gtest.h>

namespace tare::spec {
namespace {

const State kState{.oci_version = "1.3.0",
                   .id = "a",
                   .status = Status::kPaused,
                   .pid = 7,
                   .bundle = "/b",
                   .annotations = {{"k", "v\n"}},
                   .rootfs = "/b/r",
                   .created = "2025-01-02T03:04:05.000000006Z",
                   .owner = ""};

TEST(WriteState, KeepsTheOrderThatCallersKnow) {
    EXPECT_EQ(write_state(kState),
              R"({"ociVersion":"1.3.0","id":"a","pid":7,"status":"paused","bundle":"/b",)"
              R"("rootfs":"/b/r","created":"2025-01-02T03:04:05.000000006Z",)"
              R"("annotations":{"k":"v\n"},"owner":""})");
}

TEST(WriteState, LeavesOutWhatHooksNeedNotKnow) {
    EXPECT_EQ(write_state({.oci_version = "1.3.0", .id = "a", .bundle = "/b"}, true),
              "{\n  \"ociVersion\": \"1.3.0\",\n  \"id\": \"a\",\n  \"pid\": 0,\n"
              "  \"status\": \"creating\",\n  \"bundle\": \"/b\"\n}");
}

TEST(ReadState, ReadsWhatWasWritten) {
    for (const bool indent : {false, true}) {
        const auto state = read_state(write_state(kState, indent), "state");
        ASSERT_TRUE(state) << state.error().text;
        EXPECT_EQ(*state, kState);
    }
}

TEST(ReadState, NamesTheFieldAtFault) {
    const struct {
        const char* text;
        const char* error;
    } cases[] = {
        {"{]", "s:1:2: expected a member's name in double quotes"},
        {R"({"ociVersion": "1.0.0"})", "s#: 'id' is missing"},
        {R"({"ociVersion": "1.0.0", "id": "a"})", "s#: 'status' is missing"},
        {R"({"ociVersion": "1.0.0", "id": "a", "status": "dead"})",
         "s#/status: must be one of creating, created, running, paused, stopped, not 'dead'"},
        {R"({"ociVersion": "1.0.0", "id": "a", "status": "running", "pid": -1})",
         "s#/pid: must be from 0 to 2147483647"},
        {R"({"ociVersion": "1.0.0", "id": "a", "status": "running"})", "s#: 'bundle' is missing"},
    };
    for (const auto& c : cases) {
        const auto state = read_state(c.text, "s");
        ASSERT_FALSE(state) << c.text;
        EXPECT_EQ(state.error().text, c.error);
    }
}

} // namespace
} // namespace tare::spec
