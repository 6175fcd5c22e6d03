#include "cli/exec_words.h"

#include "base/text.h"

#include <cctype>

namespace tare::cli {

namespace {

// 4294967295 is (uid_t)-1, which system calls take for "leave as it is".
constexpr std::uint64_t kMostId = 4294967294;

Result<std::uint32_t> read_id(std::string_view text, const std::string& option) {
    const auto id = parse_unsigned(text);
    if (!id || *id > kMostId)
        return invalid(option + ": " + quote(text) + " must be a number from 0 to 4294967294");
    return static_cast<std::uint32_t>(*id);
}

// The value is never part of the message: it may be a secret.
Status check_variable(std::string_view variable) {
    const std::size_t equals = variable.find('=');
    if (equals == 0) return invalid("--env: '=...' must be NAME=value: there is no name");
    if (equals != std::string::npos) return {};
    return invalid("--env: " + quote(variable.substr(0, equals)) + " must be NAME=value");
}

} // namespace

Result<UserWords> read_user(const std::string& text) {
    UserWords user;
    const std::size_t colon = text.find(':');
    user.uid = TRY(read_id(std::string_view(text).substr(0, colon), "--user"));
    if (colon != std::string::npos)
        user.gid = TRY(read_id(std::string_view(text).substr(colon + 1), "--user"));
    return user;
}

Result<std::vector<std::uint32_t>> read_groups(const std::string& text) {
    std::vector<std::uint32_t> groups;
    for (const std::string_view part : split(text, ',')) {
        const std::uint32_t group = TRY(read_id(part, "--additional-gids"));
        groups.push_back(group);
    }
    return groups;
}

std::string capability_name(const std::string& text) {
    std::string name;
    for (const char c : text)
        name.push_back(static_cast<char>(std::toupper(static_cast<unsigned char>(c))));
    return name.starts_with("CAP_") ? name : "CAP_" + name;
}

Result<plan::ExecWishes> read_exec_wishes(const Arguments& arguments) {
    plan::ExecWishes wishes;
    wishes.args.assign(arguments.positional.begin() + 1, arguments.positional.end());
    wishes.env = arguments.values("env");
    for (const std::string& variable : wishes.env)
        TRY(check_variable(variable));
    wishes.cwd = arguments.value("cwd");
    if (!wishes.cwd.empty() && wishes.cwd.front() != '/')
        return invalid("--cwd: " + quote(wishes.cwd) + " must be an absolute path");
    if (arguments.has("user")) {
        const UserWords user = TRY(read_user(arguments.value("user")));
        wishes.uid = user.uid;
        wishes.gid = user.gid;
    }
    for (const std::string& text : arguments.values("additional-gids")) {
        const std::vector<std::uint32_t> groups = TRY(read_groups(text));
        wishes.additional_gids.insert(wishes.additional_gids.end(), groups.begin(), groups.end());
    }
    for (const std::string& text : arguments.values("cap"))
        wishes.capabilities.push_back(capability_name(text));
    wishes.apparmor_profile = arguments.value("apparmor");
    wishes.selinux_label = arguments.value("process-label");
    wishes.terminal = arguments.has("tty");
    wishes.no_new_privileges = arguments.has("no-new-privs");
    return wishes;
}

} // namespace tare::cli
