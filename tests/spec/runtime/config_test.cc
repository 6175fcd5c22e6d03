#include "spec/runtime/config.h"

#include <cstdio>
#include <gtest/gtest.h>

namespace tare::spec {
namespace {

std::string error_of(const std::string& text) {
    const auto config = read_config(text);
    return config ? "no error" : config.error().text;
}

// A config with these members besides the required ones.
std::string with(const std::string& members) {
    return R"({"ociVersion": "1.3.0", "root": {"path": "r"}, )" + members + "}";
}

TEST(ReadConfig, ReadsTheSmallestOne) {
    const auto config = read_config(R"({"ociVersion": "1.0.0", "root": {"path": "rootfs"}})");
    ASSERT_TRUE(config) << config.error().text;
    EXPECT_EQ(*config, (Config{.oci_version = "1.0.0", .root = Root{.path = "rootfs"}}));
}

TEST(ReadConfig, TakesNullForAbsentAndIgnoresTheUnknown) {
    EXPECT_EQ(error_of(with(R"("mounts": null, "hooks": null, "linux": null, "process": null,
                               "annotations": null, "hostname": null, "windows": {"a": [1.5]},
                               "vendor/x": {"y": null}, "Hostname": 7)")),
              "no error");
}

TEST(ReadConfig, NamesTheFieldAtFault) {
    const struct {
        std::string text;
        const char* error;
    } cases[] = {
        {"[]", "config.json#: must be an object"},
        {"{}", "config.json#: 'ociVersion' is missing"},
        {R"({"ociVersion": 1})", "config.json#/ociVersion: must be a string"},
        {R"({"ociVersion": "1.0"})",
         "config.json#/ociVersion: must be a version such as 1.3.0, not '1.0'"},
        {R"({"ociVersion": "1.03.0"})",
         "config.json#/ociVersion: must be a version such as 1.3.0, not '1.03.0'"},
        {R"({"ociVersion": "1.0.0-"})",
         "config.json#/ociVersion: must be a version such as 1.3.0, not '1.0.0-'"},
        {R"({"ociVersion": "0.5.0-dev"})", "config.json#/ociVersion: '0.5.0-dev' is not supported: "
                                           "1.0.0 to 1.3.0 and later 1.x are"},
        {R"({"ociVersion": "2.0.0"})", "config.json#/ociVersion: '2.0.0' is not supported: "
                                       "1.0.0 to 1.3.0 and later 1.x are"},
        {R"({"ociVersion": "1.0.0"})", "config.json#: 'root' is missing"},
        {R"({"ociVersion": "1.0.0", "root": []})", "config.json#/root: must be an object"},
        {R"({"ociVersion": "1.0.0", "root": {}})", "config.json#/root: 'path' is missing"},
        {R"({"ociVersion": "1.0.0", "root": {"path": ""}})",
         "config.json#/root/path: must not be empty"},
        {with(R"("root": {})"), "config.json#/root: is there twice"},
        {with(R"("hostname": "h")"),
         "config.json#/hostname: needs a uts namespace in linux.namespaces"},
        {with(R"("domainname": "d", "linux": {"namespaces": [{"type": "pid"}]})"),
         "config.json#/domainname: needs a uts namespace in linux.namespaces"},
        {with(R"("hostname": ")" + std::string(65, 'h') + "\""),
         "config.json#/hostname: must have at most 64 bytes"},
        {with(R"("annotations": {"": "x"})"),
         "config.json#/annotations: a member's name must not be empty"},
        {with(R"("annotations": {"a/b": 1})"), "config.json#/annotations/a~1b: must be a string"},
        {with(R"("mounts": [{"destination": "/a"}, {}])"),
         "config.json#/mounts/1: 'destination' is missing"},
        {with(R"("linux": 1)"), "config.json#/linux: must be an object"},
    };
    for (const auto& c : cases)
        EXPECT_EQ(error_of(c.text), c.error) << c.text;
}

TEST(ReadConfig, TakesVersionsOfTheFirstMajor) {
    for (const char* version : {"1.0.0", "1.0.2-dev", "1.3.0-rc.1+build.5", "1.99.0"})
        EXPECT_TRUE(read_config(R"({"ociVersion": ")" + std::string(version)
                                + R"(", "root": {"path": "r"}})"))
            << version;
}

std::string contents(const char* path) {
    std::string text(1 << 16, '\0');
    FILE* const file = std::fopen(path, "re");
    if (!file) return "";
    text.resize(std::fread(text.data(), 1, text.size(), file));
    std::fclose(file);
    return text;
}

// Every member that there is: also the seed of the fuzzer.
TEST(WriteConfig, WritesEveryMemberThatWasRead) {
    const std::string text = contents("tests/fuzz/corpus/config/full.json");
    if (text.empty()) GTEST_SKIP() << "not started in the checkout's root";
    const auto config = read_config(text);
    ASSERT_TRUE(config) << config.error().text;
    const std::string written = write_config(*config);
    const auto again = read_config(written);
    ASSERT_TRUE(again) << again.error().text;
    EXPECT_EQ(*again, *config);
    EXPECT_EQ(write_config(*again), written);
    // No name is lost on the way: what the seed has, the written text has.
    for (std::size_t at = 0; (at = text.find("\": ", at)) != std::string::npos; ++at) {
        const std::size_t begin = text.rfind('"', at - 1);
        const std::string name = text.substr(begin, at - begin + 1);
        EXPECT_TRUE(written.find(name) != std::string::npos || name.find('\\') != std::string::npos)
            << name;
    }
}

TEST(ReadConfig, RefusesNastyInputsWithoutHarm) {
    EXPECT_EQ(error_of(with("\"annotations\": {\"a\": \"" + std::string(10000000, 'x') + "\"}")),
              "no error");
    EXPECT_EQ(error_of(with("\"x\": " + std::string(100000, '['))),
              "config.json:1:180: nested more than 128 deep");
    std::string mounts;
    for (int i = 0; i < 10000; ++i)
        mounts += R"({"destination": "/m)" + std::to_string(i) + R"(", "options": ["a", "b"]},)";
    EXPECT_EQ(
        error_of(with("\"mounts\": [" + mounts + R"({"destination": "/"}])")),
        "config.json#/mounts/10000/destination: must be below '/': root.path says what '/' is");
    EXPECT_EQ(error_of(with(R"("hostname": "a\u0000")")),
              "config.json#/hostname: must not contain a NUL character");
}

} // namespace
} // namespace tare::spec
