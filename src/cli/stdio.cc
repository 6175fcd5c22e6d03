#include "cli/stdio.h"

#include "spec/json/document.h"
#include "sys/file.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

namespace tare::cli {

void fill_closed_stdio() {
    pollfd fds[] = {{.fd = 0}, {.fd = 1}, {.fd = 2}};
    if (::poll(fds, 3, 0) <= 0) return;
    for (const pollfd& entry : fds) // in order: open(2) takes the lowest free number
        if ((entry.revents & POLLNVAL) != 0) ::open("/dev/null", O_RDWR);
}

Result<InputFile> read_input(const std::string& path, const std::string& what) {
    if (path != "-") {
        std::string text = TRY(sys::read_file(path, json::kMaxBytes).map_error(under(what)));
        return InputFile{path, std::move(text)};
    }
    Fd input(STDIN_FILENO);
    auto text = sys::read_all(input, json::kMaxBytes, what + ": standard input");
    input.release(); // it was never ours
    return InputFile{"(standard input)", TRY(std::move(text))};
}

} // namespace tare::cli
