#include "plan/criu.h"

#include "base/protobuf.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <initializer_list>

namespace tare::plan {
namespace {

// "2{1=5 13='/r'}": embedded messages of the request are told by their field.
std::string shown(std::string_view message, std::initializer_list<std::uint32_t> embedded = {}) {
    protobuf::Reader reader(message);
    std::string out;
    for (;;) {
        const auto field = reader.next();
        if (!field) return field.error().text;
        if (!*field) return out;
        const protobuf::Field& f = **field;
        out += (out.empty() ? "" : " ") + std::to_string(f.number);
        if (!f.is_text)
            out += "=" + std::to_string(static_cast<std::int64_t>(f.integer));
        else if (std::find(embedded.begin(), embedded.end(), f.number) != embedded.end())
            out += "{" + shown(f.text) + "}";
        else
            out += "='" + std::string(f.text) + "'";
    }
}
std::string options_of(const std::string& call) {
    protobuf::Reader reader(call);
    (void)reader.next();
    const auto options = reader.next();
    return shown((*options)->text, {11, 25, 27, 39});
}

TEST(Criu, SendsOnlyWhatIsAsked) {
    CriuOptions options;
    options.images_fd = 5;
    options.log_file = "dump.log";
    EXPECT_EQ(shown(encode_criu_call(CriuCall::kDump, options)).substr(0, 3), "1=1");
    EXPECT_EQ(options_of(encode_criu_call(CriuCall::kDump, options)),
              "1=5 9=4 10='dump.log' 12=1 50=1 24=1 34=3");
}

TEST(Criu, SendsEverything) {
    CriuOptions options;
    options.images_fd = 5;
    options.work_fd = 6;
    options.log_file = "l";
    options.config_file = "/c";
    options.pid = 77;
    options.root = "/r";
    options.parent_images = "../p";
    options.page_server = CriuPageServer{"::1", 27};
    options.freeze_cgroup = "/cg";
    options.cgroup_yard = "/y";
    options.leave_running = options.track_memory = options.ext_unix_sockets = true;
    options.tcp_established = options.tcp_skip_in_flight = options.shell_job = true;
    options.file_locks = options.link_remap = options.lazy_pages = options.auto_dedup = true;
    options.evasive_devices = options.as_sibling = true;
    options.cgroups = CriuCgroups::kIgnore;
    options.network_lock = CriuNetworkLock::kNftables;
    options.empty_namespaces = 0x40000000;
    options.mounts = {{"/data", "d"}};
    options.external = {"net[4]:k"};
    options.joins = {{"ipc", "/i"}};
    options.inherited = {{"pipe:[9]", 1}};
    options.cgroup_roots = {{"", "/x"}};
    options.lsm_profile = "apparmor:a";
    options.lsm_mount_context = "m";
    EXPECT_EQ(options_of(encode_criu_call(CriuCall::kRestore, options)),
              "1=5 17=6 2=77 9=4 10='l' 51='/c' 13='/r' 14='../p' 11{1='::1' 2=27} 44='/cg' "
              "60='/y' 3=1 4=1 "
              "5=1 6=1 7=1 8=1 15=1 16=1 18=1 26=1 46=1 48=1 12=1 50=1 24=1 34=0 64=2 "
              "38=1073741824 25{1='' 2='/x'} 27{1='pipe:[9]' 2=1} 37='mnt[/data]:d' 37='net[4]:k' "
              "39{1='ipc' 2='/i'} 53='apparmor:a' 63='m'");
}

TEST(Criu, SendsQuestionsAndAnswers) {
    EXPECT_EQ(shown(encode_criu_feature_check(), {5}), "1=9 5{1=1 2=1}");
    EXPECT_EQ(shown(encode_criu_version_check()), "1=10");
    EXPECT_EQ(shown(encode_criu_notify_answer(true)), "1=6 3=1");
    EXPECT_EQ(shown(encode_criu_notify_answer(false)), "1=6 3=0");
}

std::string answer(std::initializer_list<std::pair<std::uint32_t, std::uint64_t>> numbers,
                   std::initializer_list<std::pair<std::uint32_t, std::string>> texts) {
    protobuf::Writer out;
    for (const auto& [field, value] : numbers)
        out.unsigned_integer(field, value);
    for (const auto& [field, text] : texts)
        out.text(field, text);
    return out.take();
}

TEST(Criu, ReadsAnswers) {
    const auto notified = decode_criu_answer(
        answer({{1, 6}, {2, 1}}, {{5, answer({{2, 4711}}, {{1, "post-restore"}})}}));
    ASSERT_TRUE(notified);
    EXPECT_EQ(notified->call, 6u);
    EXPECT_TRUE(notified->success);
    EXPECT_EQ(notified->notification, "post-restore");
    EXPECT_EQ(notified->pid, 4711);

    const auto failed = decode_criu_answer(answer({{1, 1}, {2, 0}, {7, 2}}, {{9, "Error: x"}}));
    ASSERT_TRUE(failed);
    EXPECT_FALSE(failed->success);
    EXPECT_EQ(failed->code, 2);
    EXPECT_EQ(failed->text, "Error: x");

    const auto restored = decode_criu_answer(answer({{1, 2}, {2, 1}}, {{4, answer({{1, 9}}, {})}}));
    ASSERT_TRUE(restored);
    EXPECT_EQ(restored->pid, 9);
}

TEST(Criu, ReadsFeaturesAndVersions) {
    const auto features =
        decode_criu_answer(answer({{1, 9}, {2, 1}}, {{8, answer({{1, 0}, {2, 1}}, {})}}));
    ASSERT_TRUE(features);
    EXPECT_FALSE(features->features.memory_tracking);
    EXPECT_TRUE(features->features.lazy_pages);
    const auto version =
        decode_criu_answer(answer({{1, 10}, {2, 1}}, {{10, answer({{1, 4}, {2, 2}, {4, 1}}, {})}}));
    ASSERT_TRUE(version);
    EXPECT_EQ(version->version, 40'201u);
}

TEST(Criu, RefusesAnswersThatAreNone) {
    EXPECT_EQ(decode_criu_answer("\x08").error().text,
              "criu's answer: protobuf message: ends within a number");
    EXPECT_EQ(decode_criu_answer(answer({{1, 6}}, {{5, "\x12\x7f"}})).error().text,
              "criu's answer: protobuf message: ends within a field");
}

} // namespace
} // namespace tare::plan
