#include "cli/list_format.h"

#include <gtest/gtest.h>

namespace tare::cli {
namespace {

spec::State state(std::string id, std::string bundle) {
    spec::State state;
    state.oci_version = "1.3.0";
    state.id = std::move(id);
    state.status = spec::Status::kRunning;
    state.pid = 4711;
    state.bundle = std::move(bundle);
    state.created = "2026-01-02T03:04:05.000000006Z";
    state.owner = "root";
    return state;
}

TEST(ListTable, ColumnsAreWideEnough) {
    EXPECT_EQ(list_table({}),
              "ID          PID         STATUS      BUNDLE      CREATED     OWNER\n");
    EXPECT_EQ(
        list_table({state("a", "/b"), state("a-longer-name", "/x\ny")}),
        "ID              PID         STATUS      BUNDLE      CREATED                          "
        "OWNER\n"
        "a               4711        running     /b          2026-01-02T03:04:05.000000006Z   "
        "root\n"
        "a-longer-name   4711        running     /x?y        2026-01-02T03:04:05.000000006Z   "
        "root\n");
}

TEST(ListJson, IsAnArrayOnOneLine) {
    EXPECT_EQ(list_json({}), "[]\n");
    const std::string one = spec::write_state(state("a", "/b"));
    EXPECT_EQ(one.find('\n'), one.npos);
    EXPECT_EQ(list_json({state("a", "/b"), state("a", "/b")}), "[" + one + "," + one + "]\n");
}

TEST(ListIds, AreALineEach) {
    EXPECT_EQ(list_ids({}), "");
    EXPECT_EQ(list_ids({state("a", ""), state("b", "")}), "a\nb\n");
}

} // namespace
} // namespace tare::cli
