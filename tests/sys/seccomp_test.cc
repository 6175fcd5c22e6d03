#include "sys/seccomp.h"

#include "sys/process.h"

#include <csignal>
#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace tare::sys {
namespace {

// A process under a filter that allows everything; it tells its listener's number.
class Filtered {
public:
    Filtered() {
        int ends[2];
        EXPECT_EQ(::pipe(ends), 0);
        pid_ = ::fork();
        if (pid_ == 0) {
            ::prctl(PR_SET_PDEATHSIG, SIGKILL);
            ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
            sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
            const sock_fprog program = {.len = 1, .filter = &allow};
            const int fd = static_cast<int>(::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
                                                      SECCOMP_FILTER_FLAG_NEW_LISTENER, &program));
            (void)!::write(ends[1], &fd, sizeof fd);
            for (;;)
                ::pause();
        }
        EXPECT_EQ(::read(ends[0], &listener, sizeof listener), ssize_t{sizeof listener});
        ::close(ends[0]);
        ::close(ends[1]);
        pidfd = *open_pidfd(pid_);
    }
    ~Filtered() {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }
    Filtered(const Filtered&) = delete;

    int listener = -1;
    Fd pidfd;

private:
    pid_t pid_ = -1;
};

TEST(FetchSeccompListener, TakesItFromAnotherProcessAndNothingElse) {
    const Filtered process;
    if (process.listener < 0) GTEST_SKIP() << "no listeners here";
    const auto fetched = fetch_seccomp_listener(process.pidfd, process.listener);
    if (!fetched && fetched.error().code == EPERM) GTEST_SKIP() << fetched.error().text;
    ASSERT_TRUE(fetched) << fetched.error().text;
    EXPECT_NE(fetched->get(), -1);

    const auto other = fetch_seccomp_listener(process.pidfd, 0);
    ASSERT_FALSE(other);
    EXPECT_EQ(other.error().text, "fetch the seccomp listener from the container's process: its "
                                  "descriptor 0 is something else");
    const auto none = fetch_seccomp_listener(process.pidfd, 1000);
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().text,
              "fetch the seccomp listener from the container's process: bad file descriptor");
}

} // namespace
} // namespace tare::sys
