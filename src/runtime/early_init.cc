#include "runtime/early_init.h"

#include "runtime/init_program.h"
#include "sys/file.h"
#include "sys/socket.h"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <string_view>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

namespace tare::runtime {

namespace {

EarlyInit* foreseen = nullptr;

bool asks_for_one(std::string_view command) {
    return command == "create" || command == "run";
}

// Whether it is such a command, without descriptors to keep. To be wrong costs no more than an
// init that is not needed, or that comes later.
bool will_ask(std::span<char* const> words) {
    bool found = false, may_be_value = false;
    for (const std::string_view word : words) {
        if (word.starts_with("--preserve-fds") || word.starts_with("-preserve-fds")) return false;
        if (found) continue;
        found = asks_for_one(word);
        if (!found && !word.starts_with('-') && !std::exchange(may_be_value, false)) return false;
        may_be_value = may_be_value || word.starts_with('-');
    }
    return found && ::getenv("LISTEN_FDS") == nullptr;
}

// Whose answer it is; 0: nobody's, all who could give it have ended. Where that is not known, a
// process may be there, and nothing may take its place.
Result<pid_t> receive_answer(const Fd& socket, wire::Message& answer) {
    auto pid = sys::receive_from(socket, &answer, sizeof answer);
    // They ended with something unread, which is told once, before the end of the file.
    if (!pid && pid.error().code == ECONNRESET)
        pid = sys::receive_from(socket, &answer, sizeof answer);
    return std::move(pid).map_error(under("make the container's process"));
}

} // namespace

Result<EarlyInit> EarlyInit::start(unsigned keep_fds) {
    EarlyInit* const there = std::exchange(foreseen, nullptr);
    if (there != nullptr && keep_fds == 0) return std::move(*there);
    if (there != nullptr) there->end();
    TRY(sys::close_on_exec_from(3 + keep_fds));
    if (sys::effective_uid() != 0) return EarlyInit();
    auto sockets = sys::socket_pair(SOCK_SEQPACKET);
    if (!sockets || !sys::ask_for_senders(sockets->ours)) return EarlyInit();
    auto process = spawn_init({.mode = "early", .socket = sockets->theirs});
    if (!process) return EarlyInit();
    return EarlyInit(*std::move(process), std::move(sockets->ours));
}

ForeseenInit::ForeseenInit(std::span<char* const> words) {
    if (!will_ask(words)) return;
    auto init = EarlyInit::start(0);
    if (!init) return; // it is told when it is asked for
    init_.emplace(*std::move(init));
    foreseen = &*init_;
}

ForeseenInit::~ForeseenInit() {
    foreseen = nullptr;
}

void EarlyInit::unshare(std::uint64_t namespaces) {
    if (!socket_ || namespaces == 0) return;
    const wire::Unshare ahead = {namespaces};
    if (::send(socket_.get(), &ahead, sizeof ahead, MSG_NOSIGNAL) == sizeof ahead)
        made_ = namespaces;
}

Result<std::optional<sys::Child>> EarlyInit::fork(wire::Launch launch,
                                                  const std::vector<int>& descriptors) {
    if ((made_ & ~launch.namespaces) != 0) return std::nullopt; // it is in what is not wanted
    launch.namespaces &= ~made_;
    launch.ignored = ignored_;
    const std::string_view bytes(reinterpret_cast<const char*>(&launch), sizeof launch);
    if (!sys::send_with_fds(socket_, bytes, descriptors)) return std::nullopt;
    wire::Message answer;
    const pid_t pid = TRY(receive_answer(socket_, answer));
    if (pid <= 0 || answer.kind != wire::kForked) return std::nullopt;
    auto pidfd = sys::open_pidfd(pid);
    if (pidfd) {
        ends_ = true;
        return sys::Child{pid, *std::move(pidfd)};
    }
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    return std::nullopt;
}

void EarlyInit::end() {
    if (!socket_) return;
    socket_ = Fd();
    if (!ends_) (void)sys::send_signal(process_.pidfd, SIGKILL);
    (void)sys::reap(process_.pidfd);
}

void EarlyInit::expect(std::string_view command) {
    if (asks_for_one(command)) return;
    if (EarlyInit* const there = std::exchange(foreseen, nullptr)) there->end();
}

} // namespace tare::runtime
