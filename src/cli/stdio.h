#pragma once

namespace tare::cli {

// Opens /dev/null where a descriptor from 0 to 2 is closed: the next file that we open would take
// its place, and a message or the container's output would land in it. One system call where all
// are open.
void fill_closed_stdio();

} // namespace tare::cli
