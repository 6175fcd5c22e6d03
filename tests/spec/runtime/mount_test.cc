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

} // namespace
} // namespace tare::spec
