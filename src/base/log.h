#pragma once

#include <string>
#include <string_view>

namespace tare::log {

enum class Level { kError, kWarning, kInfo, kDebug };
enum class Format { kText, kJson };

struct Settings {
    Level level = Level::kWarning;
    Format format = Format::kText;
    int fd = -1; // of --log FILE; -1: standard error only
};

// Set once by main before anything is logged. The descriptor stays open until exit.
void configure(const Settings& settings);

// One line, one write(2): callers decode the log file as a stream of JSON objects, and a torn line
// would lose the message. Errors also go to standard error as text. Control characters are escaped.
void error(std::string_view message);
void warning(std::string_view message);
void info(std::string_view message);
void debug(std::string_view message);

} // namespace tare::log
