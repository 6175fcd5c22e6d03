#pragma once

#include "base/fd.h"
#include "base/result.h"

#include <termios.h>

namespace tare::runtime {

// Gives the pty behind `master` the size of the caller's terminal, which is looked for on standard
// error, output and input, then /dev/tty. Nothing happens where there is none.
void copy_window_size(const Fd& master);

// "\n" stays what it is on the way through the pty behind `master`: termios(3), ONLCR. For a relay
// of our own. Who receives the master by a console socket gets the kernel's modes, as from runc.
Status keep_line_ends(const Fd& master);

// Raw mode for the terminal on `fd`, put back at the end. Only input is raw: the container's pty
// does not turn "\n" into "\r\n", so the caller's terminal has to.
class RawMode {
public:
    explicit RawMode(int fd);
    ~RawMode();
    RawMode(const RawMode&) = delete;
    RawMode& operator=(const RawMode&) = delete;

    // Whether keys go to us: a terminal whose foreground job is another one must be left alone.
    bool in_foreground() const;

    // Again after SIGCONT: a shell puts its own modes back when it stops a job. Waits for the
    // foreground.
    void enter();

private:
    int fd_ = -1; // -1: not a terminal
    bool entered_ = false;
    termios before_ = {};
};

} // namespace tare::runtime
