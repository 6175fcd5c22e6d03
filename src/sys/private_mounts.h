#pragma once

#include "base/fd.h"
#include "base/result.h"

#include <string>

// mount_namespaces(7).

namespace tare::sys {

// A stay in a mount namespace that nobody else sees, and that is gone, mounts and all, with the
// last process in it. What the host mounts meanwhile shows up there. Children made during the stay
// remain.
class PrivateMounts {
public:
    // From here on we are in it.
    static Result<PrivateMounts> enter();
    PrivateMounts(PrivateMounts&&) noexcept = default;
    PrivateMounts& operator=(PrivateMounts&&) = delete;
    ~PrivateMounts() { (void)leave(); }

    // `source` with everything mounted below it, also at `target`.
    static Status bind(const std::string& source, const std::string& target);

    // A detached mount, at `target`.
    static Status attach(const Fd& mount, const std::string& target);

    // Back to where we were, with our root and current directory.
    Status leave();

private:
    PrivateMounts() = default;
    Fd home_, root_, cwd_;
};

} // namespace tare::sys
