#pragma once

#include <string>
#include <vector>

// What is known of each system call (x86-64), for injecting its failures.

namespace sweep {

std::string name_of(long number);
long number_of(const std::string& name); // -1: unknown

// It can wait for another process.
bool may_block(long number);

// What this call can give, by its man page. None: it cannot fail, or nobody would ask.
std::vector<int> errors_of(long number);

// The kernel has done its work when it reports the failure: close(2).
bool fails_afterwards(long number);

// "There is no such thing" is no failure but an answer, which no caller can tell from the truth.
bool is_answer(long number, int error);

std::string error_name(int error);

} // namespace sweep
