#pragma once

#include <string>

namespace tare {

// The text of an errno as Go programs print it: "no such file or directory", in lower case.
// Managers search our messages for these substrings, and strerror(3) differs between the C
// libraries that we build with. Unknown numbers become "errno 4711".
std::string errno_text(int code);

} // namespace tare
