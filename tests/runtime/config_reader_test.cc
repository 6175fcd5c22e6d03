#include "runtime/config_reader.h"

#include "runtime/seccomp_cache.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>

namespace tare::runtime {
namespace {

constexpr const char* kProfile =
    R"({"defaultAction": "SCMP_ACT_ERRNO", "architectures": ["SCMP_ARCH_X86_64"],
       "syscalls": [{"names": ["read", "write", "openat2"], "action": "SCMP_ACT_ALLOW"}], "flags": []})";

std::string config_with(const std::string& linux_, const std::string& more = "") {
    return R"({"ociVersion": "1.3.0", "root": {"path": "rootfs"})" + more + R"(, "linux": )"
           + linux_ + "}";
}

class ConfigReaderTest : public testing::Test {
protected:
    ConfigReaderTest() {
        char name[] = "/tmp/tare-config-XXXXXX";
        base_ = ::mkdtemp(name);
        settings_.root = base_ + "/root";
    }
    ~ConfigReaderTest() override { std::filesystem::remove_all(base_); }

    ConfigAndFilter read(const std::string& text) {
        std::string copy = text;
        auto read = read_config(settings_, copy, "config.json");
        EXPECT_TRUE(read) << read.error().text;
        EXPECT_EQ(copy, text);
        return *std::move(read);
    }
    // As create does.
    std::optional<plan::SeccompProgram> filter_of(const std::string& text) {
        const auto filter = make_filter(settings_, read(text), text);
        EXPECT_TRUE(filter) << filter.error().text;
        return *filter;
    }
    bool knows(const std::string& text) { return read(text).filter.has_value(); }

    std::string base_;
    Settings settings_;
};

TEST_F(ConfigReaderTest, KnowsAProfileThatItHasSeen) {
    const std::string text = config_with(R"({"seccomp": )" + std::string(kProfile) + "}");
    const ConfigAndFilter first = read(text);
    EXPECT_FALSE(first.filter);
    EXPECT_EQ(first.config.linux_->seccomp->syscalls.size(), 1u);
    const auto filter = filter_of(text);
    ASSERT_TRUE(filter);

    const ConfigAndFilter second = read(text);
    ASSERT_TRUE(second.filter);
    EXPECT_EQ(second.filter->filter, filter->filter);
    EXPECT_TRUE(second.config.linux_->seccomp->knows_syscalls);
    EXPECT_TRUE(second.config.linux_->seccomp->syscalls.empty());
    EXPECT_EQ(second.config.linux_->seccomp->architectures.size(), 1u);
    EXPECT_EQ(filter_of(text)->filter, filter->filter);
    EXPECT_TRUE(knows(config_with(R"({"seccomp": )" + std::string(kProfile) + "}",
                                  R"(, "hostname": "", "annotations": {"x": "y"})")));
}

TEST_F(ConfigReaderTest, AnyOtherByteIsAnotherProfile) {
    const std::string text = config_with(R"({"seccomp": )" + std::string(kProfile) + "}");
    const auto filter = filter_of(text);
    for (const auto& [from, to] :
         {std::pair{"SCMP_ACT_ERRNO", "SCMP_ACT_KILL"}, std::pair{"write", "close"},
          std::pair{"\"flags\": []", "\"flags\": [\"SECCOMP_FILTER_FLAG_LOG\"]"}}) {
        std::string other = text;
        other.replace(other.find(from), std::string_view(from).size(), to);
        EXPECT_FALSE(knows(other)) << other;
        const auto made = filter_of(other);
        EXPECT_TRUE(made->filter != filter->filter || made->flags != filter->flags) << other;
    }
}

// By their beginnings alone they could not be told apart; there is place for four.
TEST_F(ConfigReaderTest, ProfilesThatBeginAlikeAreToldApart) {
    const auto config_of = [](const std::string& call) {
        std::string profile = kProfile;
        profile.insert(profile.find("], \"flags\""),
                       R"(, {"names": [")" + call + R"("], "action": "SCMP_ACT_LOG"})");
        return config_with(R"({"seccomp": )" + profile + "}");
    };
    const std::string calls[] = {"open", "close", "pipe2", "dup3", "mmap", "brk"};
    std::vector<std::vector<std::uint64_t>> filters;
    for (const std::string& call : calls)
        filters.push_back(filter_of(config_of(call))->filter);
    unsigned known = 0;
    for (std::size_t i = 0; i < std::size(calls); ++i) {
        const ConfigAndFilter again = read(config_of(calls[i]));
        if (!again.filter) continue;
        EXPECT_EQ(again.filter->filter, filters[i]) << calls[i];
        ++known;
    }
    EXPECT_EQ(known, 4u);
    EXPECT_TRUE(knows(config_of("brk"))); // the last one took another's place
    EXPECT_FALSE(knows(config_of("openat")));
}

// The first that looks like a profile is none: it is never taken for one.
TEST_F(ConfigReaderTest, AProfileElsewhereIsNotTheContainers) {
    const std::string profile = kProfile;
    std::string weaker = profile;
    weaker.replace(weaker.find("SCMP_ACT_ERRNO"), 14, "SCMP_ACT_ALLOW");
    ASSERT_TRUE(filter_of(config_with(R"({"seccomp": )" + weaker + "}")));
    ASSERT_TRUE(knows(config_with(R"({"seccomp": )" + weaker + "}")));

    const std::string text = config_with(R"({"seccomp": )" + profile + "}",
                                         R"(, "vendor": {"seccomp": )" + weaker + "}");
    EXPECT_FALSE(knows(text));
    EXPECT_EQ(read(text).config.linux_->seccomp->syscalls.size(), 1u);
    const auto filter = filter_of(text);
    EXPECT_NE(filter->filter, filter_of(config_with(R"({"seccomp": )" + weaker + "}"))->filter);
    EXPECT_FALSE(knows(text)); // nor is it remembered
    EXPECT_FALSE(knows(config_with(R"({"seccomp": )" + profile + "}")));
}

TEST_F(ConfigReaderTest, EscapesElsewhereDoNotMatter) {
    const std::string text = config_with(R"({"seccomp": )" + std::string(kProfile) + "}",
                                         R"(, "annotations": {"a": "\"b\""})");
    EXPECT_TRUE(filter_of(text));
    EXPECT_TRUE(knows(text));
    EXPECT_EQ(read(text).config.annotations.at("a"), "\"b\"");
    std::string broken = text + "}";
    const auto refused = read_config(settings_, broken, "config.json");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().text, "config.json:2:105: something follows the JSON value");
}

TEST_F(ConfigReaderTest, ErrorsAreThoseOfAnUnknownProfile) {
    const std::string text = config_with(R"({"seccomp": )" + std::string(kProfile) + "}");
    ASSERT_TRUE(filter_of(text));
    std::string wrong = text;
    wrong.replace(wrong.find("1.3.0"), 5, "2.0.0");
    auto refused = read_config(settings_, wrong, "config.json");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().text, "config.json#/ociVersion: '2.0.0' is not supported: 1.0.0 to "
                                    "1.3.0 and later 1.x are");
    std::string broken = text + "}";
    refused = read_config(settings_, broken, "config.json");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().text, "config.json:2:105: something follows the JSON value");
}

TEST_F(ConfigReaderTest, WithoutAProfileThereIsNoFilter) {
    EXPECT_FALSE(filter_of(config_with("{}")));
    EXPECT_FALSE(filter_of(config_with(R"({"seccomp": null})")));
    EXPECT_TRUE(filter_of(config_with(R"({"seccomp": {"defaultAction": "SCMP_ACT_ALLOW"}})")));
}

} // namespace
} // namespace tare::runtime
