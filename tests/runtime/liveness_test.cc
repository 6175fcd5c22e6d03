#include "runtime/liveness.h"

#include "sys/pidfd_info.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace tare::runtime {
namespace {

// A record of a child of ours.
class LivenessTest : public testing::Test {
protected:
    LivenessTest() {
        const pid_t pid = ::fork();
        if (pid == 0)
            for (;;)
                ::pause();
        child_ = {pid, sys::open_pidfd(pid).value()};
        record_.init = identify(child_).value();
        record_.boot_id = boot_id().value();
    }
    ~LivenessTest() override { sys::end_child(child_); }

    bool lives() { return static_cast<bool>(open_init(record_).value()); }
    bool is_numbered() const { return record_.init.number != 0; }

    sys::Child child_;
    Record record_;
};

TEST_F(LivenessTest, OfTheProcessThatIsMeant) {
    EXPECT_TRUE(lives());
    record_.init.start_time += 1; // the number says enough
    EXPECT_EQ(lives(), is_numbered());
}

TEST_F(LivenessTest, NotOfALaterOneWithItsPid) {
    if (!is_numbered()) GTEST_SKIP() << "no pidfs: before Linux 6.9";
    record_.init.number += 1;
    EXPECT_FALSE(lives());
}

TEST_F(LivenessTest, ByTheStartTimeWhereTheRecordHasNoNumber) {
    record_.init.number = 0;
    EXPECT_TRUE(lives());
    record_.init.start_time += 1;
    EXPECT_FALSE(lives());
}

TEST_F(LivenessTest, NotOfAnotherBoot) {
    record_.boot_id = "another";
    EXPECT_FALSE(lives());
}

TEST_F(LivenessTest, NotOfAZombie) {
    (void)sys::send_signal(child_.pidfd, SIGKILL);
    ASSERT_TRUE(sys::wait_for_end(child_.pidfd, 5000).value_or(false));
    EXPECT_FALSE(lives());
    record_.init.number = 0;
    EXPECT_FALSE(lives());
}

TEST_F(LivenessTest, NotOfOneThatIsGone) {
    (void)sys::send_signal(child_.pidfd, SIGKILL);
    (void)sys::reap(child_.pidfd);
    EXPECT_FALSE(lives());
    EXPECT_FALSE(open_init({}).value());
}

} // namespace
} // namespace tare::runtime
