#include "base/log.h"

#include "base/text.h"

#include <cstdio>
#include <ctime>
#include <unistd.h>

namespace tare::log {

namespace {

Settings settings;

constexpr const char* kNames[] = {"error", "warning", "info", "debug"};

std::string now() {
    timespec time = {};
    ::clock_gettime(CLOCK_REALTIME, &time);
    tm utc = {};
    ::gmtime_r(&time.tv_sec, &utc);
    char text[64];
    const std::size_t n = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &utc);
    std::snprintf(text + n, sizeof text - n, ".%09ldZ", time.tv_nsec);
    return text;
}

std::string json_line(Level level, std::string_view message) {
    return std::string("{\"level\":\"") + kNames[static_cast<int>(level)] + "\",\"msg\":\""
           + json_escaped(message) + "\",\"time\":\"" + now() + "\"}\n";
}

std::string text_line(Level level, std::string_view message) {
    std::string line = "tare: ";
    if (level != Level::kError) line += std::string(kNames[static_cast<int>(level)]) + ": ";
    for (const char c : message) // several lines are fine (a hook's output), the rest is not
        line +=
            (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') || c == 0x7f ? '?' : c;
    return line + "\n";
}

void put(int fd, const std::string& line) {
    (void)!::write(fd, line.data(), line.size()); // a full log must not stop a container
}

void write_entry(Level level, std::string_view message) {
    if (level > settings.level) return;
    const bool json = settings.format == Format::kJson;
    if (settings.fd >= 0)
        put(settings.fd, json ? json_line(level, message) : text_line(level, message));
    if (settings.fd < 0 && json)
        put(STDERR_FILENO, json_line(level, message));
    else if (settings.fd < 0 || level == Level::kError)
        put(STDERR_FILENO, text_line(level, message));
}

} // namespace

void configure(const Settings& wanted) {
    settings = wanted;
}

void error(std::string_view message) {
    write_entry(Level::kError, message);
}
void warning(std::string_view message) {
    write_entry(Level::kWarning, message);
}
void info(std::string_view message) {
    write_entry(Level::kInfo, message);
}
void debug(std::string_view message) {
    write_entry(Level::kDebug, message);
}

} // namespace tare::log
