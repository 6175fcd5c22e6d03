#include "sys/missing_calls.h"

#include <cerrno>
#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace tare::sys {
namespace {

// Refuses open_tree(2) and openat2(2).
bool refuse_two_calls(unsigned code) {
    sock_filter program[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_open_tree, 1, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat2, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | code),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const sock_fprog filter = {5, program};
    return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
           && ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter) == 0;
}

// What a child behind that filter says of itself.
std::string text_behind_filter(int code) {
    int pipe[2];
    if (::pipe(pipe) < 0) return "pipe";
    const pid_t child = ::fork();
    if (child == 0) {
        const std::string text =
            refuse_two_calls(static_cast<unsigned>(code)) ? missing_calls_text(code) : "no filter";
        (void)!::write(pipe[1], text.data(), text.size());
        ::_exit(0);
    }
    ::close(pipe[1]);
    char text[512];
    const ssize_t size = ::read(pipe[0], text, sizeof text);
    ::close(pipe[0]);
    ::waitpid(child, nullptr, 0);
    return std::string(text, size > 0 ? static_cast<std::size_t>(size) : 0);
}

TEST(MissingCalls, AreNamed) {
    const std::string wanted =
        "; this kernel, or a seccomp filter around tare, lacks open_tree, openat2";
    EXPECT_EQ(text_behind_filter(ENOSYS), wanted);
    EXPECT_EQ(text_behind_filter(EPERM), wanted);
}

TEST(MissingCalls, NothingForOtherErrorsOrWhereAllAreThere) {
    EXPECT_EQ(text_behind_filter(ENOENT), "");
    EXPECT_EQ(missing_calls_text(EPERM), "");
}

} // namespace
} // namespace tare::sys
