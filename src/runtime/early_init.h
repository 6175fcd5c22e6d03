#pragma once

#include "base/fd.h"
#include "base/result.h"
#include "plan/wire.h"
#include "sys/child_signal.h"
#include "sys/process.h"

#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace tare::runtime {

// Init, executed before there is a plan: by the time that the config is read and compiled, it waits
// for it on another CPU. It then makes the container's process itself, as a child of ours.
//
// What fails here is no error: launch() can do without, and reports whatever is wrong. But for what
// leaves it unknown whether the process is there.
class EarlyInit {
public:
    // At most one at a time, and no other child that has not executed yet. None without privileges:
    // in a user namespace of its own a container's process starts in other ways. An error is only
    // that our descriptors cannot be made close-on-exec, which they are from then on.
    //   keep_fds  behind the standard ones, which init inherits
    static Result<EarlyInit> start(unsigned keep_fds);

    EarlyInit() = default;
    EarlyInit(EarlyInit&&) = default;
    EarlyInit& operator=(EarlyInit&&) = delete;
    ~EarlyInit() { end(); }

    explicit operator bool() const { return static_cast<bool>(socket_); }

    // New namespaces that the process is going to be in: they are made while we do other things.
    void unshare(std::uint64_t namespaces);

    // Once. Nothing: the process was not made. An error: that cannot be told.
    //   launch       all its namespaces, also those that are there already
    //   descriptors  to which the places in `launch` lead, kMostDescriptors at most
    Result<std::optional<sys::Child>> fork(wire::Launch launch,
                                           const std::vector<int>& descriptors);

    // Ends and reaps it; what it has forked goes on.
    void end();

    // The one that was foreseen, if any, ends, unless this command is going to ask for it.
    static void expect(std::string_view command);

private:
    EarlyInit(sys::Child process, Fd socket)
        : process_(std::move(process)), socket_(std::move(socket)),
          ignored_(sys::ignored_signals()) {
        sys::keep_ended_children(ignored_);
    }

    sys::Child process_;
    Fd socket_;
    std::uint64_t ignored_ = 0; // signals, when it began
    std::uint64_t made_ = 0;    // CLONE_NEW*
    bool ends_ = false;         // by itself: it has forked
};

// One that is started before anything else, where the command's words say that it will be asked
// for; start() returns it. As long as this lives, and ended with it if nobody has asked.
class ForeseenInit {
public:
    explicit ForeseenInit(std::span<char* const> words);
    ~ForeseenInit();
    ForeseenInit(const ForeseenInit&) = delete;
    ForeseenInit& operator=(const ForeseenInit&) = delete;

private:
    std::optional<EarlyInit> init_;
};

} // namespace tare::runtime
