#include "cli/update_request.h"

#include <gtest/gtest.h>

namespace tare::cli {
namespace {

Result<runtime::UpdateRequest> request_of(std::vector<std::string> words) {
    const Command& command = *find_command("update");
    std::vector<char*> pointers;
    for (std::string& word : words)
        pointers.push_back(word.data());
    Arguments arguments;
    TRY(read_arguments(command, pointers, arguments));
    return read_update_request(command, arguments);
}

std::string error_of(std::vector<std::string> words) {
    const auto request = request_of(std::move(words));
    return request ? "(none)" : request.error().text;
}

TEST(ReadUpdateRequest, KeepsSchemataApart) {
    const auto request =
        request_of({"--l3-cache-schema", "L3:0=f", "--mem-bw-schema=MB:0=20", "c1"});
    ASSERT_TRUE(request) << request.error().text;
    EXPECT_EQ(request->l3_cache_schema, "L3:0=f");
    EXPECT_EQ(request->mem_bw_schema, "MB:0=20");
    EXPECT_EQ(request->resources, spec::Resources());
}

TEST(ReadUpdateRequest, TakesEveryOption) {
    const auto request = request_of({"--memory",
                                     "512M",
                                     "--memory-reservation=1k",
                                     "--memory-swap",
                                     "-1",
                                     "--cpu-period",
                                     "100000",
                                     "--cpu-quota",
                                     "-1",
                                     "--cpu-burst",
                                     "5",
                                     "--cpu-share",
                                     "512",
                                     "--cpu-rt-period",
                                     "7",
                                     "--cpu-rt-runtime",
                                     "8",
                                     "--cpu-idle",
                                     "1",
                                     "--cpuset-cpus",
                                     "0-1",
                                     "--cpuset-mems",
                                     "0",
                                     "--pids-limit",
                                     "-1",
                                     "--blkio-weight",
                                     "100",
                                     "c1"});
    ASSERT_TRUE(request) << request.error().text;
    const spec::Resources expected = {
        .memory = {{.limit = 512 << 20, .reservation = 1024, .swap = -1}},
        .cpu = {{.shares = 512,
                 .quota = -1,
                 .burst = 5,
                 .period = 100'000,
                 .realtime_runtime = 8,
                 .realtime_period = 7,
                 .cpus = "0-1",
                 .mems = "0",
                 .idle = 1}},
        .pids_limit = -1,
        .block_io = {{.weight = 100}}};
    EXPECT_EQ(request->resources, expected);
    EXPECT_EQ(request->id, "c1");
}

TEST(ReadUpdateRequest, IgnoresWhatIsObsolete) {
    const auto request =
        request_of({"--kernel-memory", "1M", "--kernel-memory-tcp=5", "--pids-limit=7", "c1"});
    ASSERT_TRUE(request) << request.error().text;
    EXPECT_EQ(request->resources, spec::Resources{.pids_limit = 7});
}

TEST(ReadUpdateRequest, NamesTheOptionThatIsWrong) {
    EXPECT_EQ(error_of({"--memory", "lots", "c1"}),
              "update: option --memory needs a size such as 512M or 2G, or -1 for no limit, not "
              "\"lots\"; see `tare update --help`");
    EXPECT_EQ(error_of({"--pids-limit", "1k", "c1"}),
              "update: option --pids-limit needs a number, not \"1k\"; see `tare update --help`");
    EXPECT_EQ(error_of({"--blkio-weight", "5", "c1"}),
              "--blkio-weight: must be from 10 to 1000, or 0 for unset");
    EXPECT_EQ(error_of({"--cpu-idle", "2", "c1"}).substr(0, 12), "--cpu-idle: ");
    EXPECT_EQ(error_of({"--cpuset-cpus", "x", "c1"}).substr(0, 15), "--cpuset-cpus: ");
    EXPECT_EQ(error_of({"-r", "/no/such/file", "c1"}),
              "--resources: open '/no/such/file': no such file or directory");
}

TEST(NameOptions, ReplacesThePointer) {
    EXPECT_EQ(name_options({1, "update#/memory/limit: write: no"}).text, "--memory: write: no");
    EXPECT_EQ(name_options({1, "file#/memory/limit: no"}).text, "file#/memory/limit: no");
}

} // namespace
} // namespace tare::cli
