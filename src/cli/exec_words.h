#pragma once

#include "base/result.h"
#include "cli/args.h"
#include "plan/exec_process.h"

#include <cstdint>
#include <optional>
#include <string>

namespace tare::cli {

// The values of exec's options. Errors name the option: "--user: ...".

struct UserWords {
    std::uint32_t uid = 0;
    std::optional<std::uint32_t> gid;
};

// "UID" or "UID:GID", numbers of 0 to 4294967294 in full: a name, or a number with anything behind
// it, must never become 0 (CVE-2026-30892).
Result<UserWords> read_user(const std::string& text);

// "GID,GID"
Result<std::vector<std::uint32_t>> read_groups(const std::string& text);

// "CAP_CHOWN", "cap_chown" or "chown" as "CAP_CHOWN". Whether it exists is not looked at.
std::string capability_name(const std::string& text);

// What the options say about the process, and the words behind the id.
Result<plan::ExecWishes> read_exec_wishes(const Arguments& arguments);

} // namespace tare::cli
