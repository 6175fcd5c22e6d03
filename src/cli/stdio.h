#pragma once

#include "base/result.h"

#include <string>

namespace tare::cli {

// A JSON file that the command line names; "-" is standard input.
struct InputFile {
    std::string name; // for error texts
    std::string text;
};
//   what  the option or argument that named it, for errors
Result<InputFile> read_input(const std::string& path, const std::string& what);

// Opens /dev/null where a descriptor from 0 to 2 is closed: the next file that we open would take
// its place, and a message or the container's output would land in it. One system call where all
// are open.
void fill_closed_stdio();

} // namespace tare::cli
