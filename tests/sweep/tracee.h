#pragma once

#include <sys/types.h>

namespace sweep {

struct Tracee {
    pid_t pid = 0; // of the thread
    pid_t process = 0;
    unsigned age = 0;    // the order of birth
    int stat = -1;       // its /proc/PID/stat
    bool stopped = true; // and waits for us; else it runs, or sleeps in a call
    bool inside = false; // between the entry and the exit of a call
    bool vforking = false;
    unsigned yields = 0; // how often it has let others go first
    long number = -1;
    int signal = 0;  // to be delivered when it goes on
    int failing = 0; // the errno that its call is to give
};

// Of /proc/PID/stat, kept open for as long as the thread lives.
int open_stat(pid_t thread);

// R, S, D, Z ... as proc(5) has it; X: gone.
char state_of(const Tracee& tracee);

// The process that a thread is of.
pid_t process_of(pid_t thread);

} // namespace sweep
