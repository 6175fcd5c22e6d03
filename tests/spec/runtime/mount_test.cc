#include "tests/spec/runtime/cases.h"

namespace tare::spec {
namespace {

TEST(ReadMount, NamesTheFieldAtFault) {
    expect_errors(
        kStart + R"("mounts": [{"destination": "/ok"}, )", "]}",
        {
            {R"({"destination": "/dev", "type": "tmpfs", "source": "none", "options": ["a"]})", ""},
            {R"({"destination": "/a", "options": null, "type": null})", ""},
            {"[]", "/mounts/1: must be an object"},
            {"{}", "/mounts/1: 'destination' is missing"},
            {R"({"destination": 7})", "/mounts/1/destination: must be a string"},
            {R"({"destination": ""})", "/mounts/1/destination: must not be empty"},
            {R"({"destination": "/"})",
             "/mounts/1/destination: must be below '/': root.path says what '/' is"},
            {R"({"destination": "a/.././/"})",
             "/mounts/1/destination: must be below '/': root.path says what '/' is"},
            {R"({"destination": "/a\u0000b"})",
             "/mounts/1/destination: must not contain a NUL character"},
            {R"({"destination": "/a", "options": ["ro", null]})",
             "/mounts/1/options/1: must be a string"},
            {R"({"destination": "/a", "options": "ro"})", "/mounts/1/options: must be an array"},
            {R"({"destination": "/a", "uidMappings": [{"containerID": 0, "hostID": 0, "size": 1}]})",
             "/mounts/1: uidMappings needs gidMappings beside it"},
            {R"({"destination": "/a", "gidMappings": [{"containerID": 0, "hostID": 0, "size": 1}]})",
             "/mounts/1: gidMappings needs uidMappings beside it"},
        });
}

TEST(ReadMount, CountsARelativeDestinationFromTheRoot) {
    const auto config = read_config(kStart + R"("mounts": [{"destination": "a/b"}]})");
    ASSERT_TRUE(config) << config.error().text;
    EXPECT_EQ(config->mounts.at(0), Mount{.destination = "/a/b"});
}

TEST(ReadMounts, TakesAnArrayOrAnObjectWithOne) {
    const std::vector<Mount> expected = {{.destination = "/a", .type = "tmpfs"}};
    const std::string array = R"([{"destination": "a", "type": "tmpfs"}])";
    const auto alone = read_mounts(array, "more.json");
    ASSERT_TRUE(alone) << alone.error().text;
    EXPECT_EQ(alone->mounts, expected);
    EXPECT_EQ(alone->origin, "more.json#");
    const auto member = read_mounts(R"({"mounts": )" + array + "}", "more.json");
    ASSERT_TRUE(member) << member.error().text;
    EXPECT_EQ(member->mounts, expected);
    EXPECT_EQ(member->origin, "more.json#/mounts");
}

TEST(ReadMounts, NamesTheFieldAtFault) {
    const struct {
        const char *text, *error;
    } cases[] = {
        {"7", "m#: must be an array"},
        {"{}", "m#: 'mounts' is missing"},
        {R"({"mounts": {}})", "m#/mounts: must be an array"},
        {R"([{"destination": ""}])", "m#/0/destination: must not be empty"},
        {R"({"mounts": [{}]})", "m#/mounts/0: 'destination' is missing"},
    };
    for (const auto& c : cases)
        EXPECT_EQ(read_mounts(c.text, "m").error().text, c.error);
}

} // namespace
} // namespace tare::spec
