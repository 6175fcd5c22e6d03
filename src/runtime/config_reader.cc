#include "runtime/config_reader.h"

#include "base/text.h"
#include "runtime/seccomp_cache.h"

namespace tare::runtime {

namespace {

constexpr std::string_view kSection = "\"seccomp\"", kRules = "\"syscalls\"";

// Where a profile seems to stand in a text, and its list of rules in it.
struct Place {
    std::size_t begin = 0;
    std::string_view profile, rules;
};

std::size_t skip_to_value(std::string_view text, std::size_t at) {
    at = text.find_first_not_of(" \t\r\n", at);
    if (at == std::string_view::npos || text[at] != ':') return std::string_view::npos;
    return text.find_first_not_of(" \t\r\n", at + 1);
}

// The end of the object or list that begins at `at`, by its brackets alone. npos: none.
std::size_t end_of_value(std::string_view text, std::size_t at) {
    for (std::size_t depth = 0; at < text.size(); ++at) {
        if (text[at] == '"') {
            at = text.find('"', at + 1);
            if (at == std::string_view::npos) return at;
        } else if (text[at] == '{' || text[at] == '[') {
            ++depth;
        } else if ((text[at] == '}' || text[at] == ']') && --depth == 0) {
            return at + 1;
        }
    }
    return std::string_view::npos;
}

// A guess: whether it is one is known where its text was seen before, and otherwise tried out.
std::optional<Place> find_profile(std::string_view text) {
    const std::size_t name = text.find(kSection);
    if (name == std::string_view::npos) return std::nullopt;
    const std::size_t begin = skip_to_value(text, name + kSection.size());
    if (begin == std::string_view::npos || text[begin] != '{') return std::nullopt;
    const std::size_t list = text.find(kRules, begin);
    if (list == std::string_view::npos) return std::nullopt;
    const std::size_t rules = skip_to_value(text, list + kRules.size());
    if (rules == std::string_view::npos || text[rules] != '[') return std::nullopt;
    const std::size_t end = end_of_value(text, begin), rules_end = end_of_value(text, rules);
    if (end == std::string_view::npos || rules_end > end) return std::nullopt;
    return Place{.begin = begin,
                 .profile = text.substr(begin, end - begin),
                 .rules = text.substr(rules, rules_end - rules)};
}

std::string name_of(std::string_view profile) {
    return plan::seccomp_generator() + "-" + std::to_string(fingerprint(profile));
}

bool is_the_text_of(const Place& place, const spec::Seccomp& seccomp) {
    const std::string text(place.profile);
    const auto at = static_cast<std::size_t>(place.rules.data() - place.profile.data());
    const auto whole = spec::read_seccomp(text, {});
    auto rest = spec::read_seccomp(text, {at, place.rules});
    if (!whole || !rest || *whole != seccomp || !rest->knows_syscalls) return false;
    rest->knows_syscalls = false;
    rest->syscalls = seccomp.syscalls;
    return *rest == seccomp;
}

void remember(const Settings& settings, std::string_view text, const spec::Seccomp& seccomp,
              const plan::SeccompProgram& program) {
    const auto place = find_profile(text);
    if (!place || place->profile.find('\\') != std::string_view::npos
        || !is_the_text_of(*place, seccomp))
        return;
    put_cached(settings, name_of(place->profile),
               plan::write_seccomp_cache(place->profile, program));
}

struct Known {
    std::string file;
    json::Hidden rules; // pointing into it
    plan::SeccompProgram program;
};

std::optional<Known> recognise(const Settings& settings, std::string_view text) {
    const auto place = find_profile(text);
    if (!place) return std::nullopt;
    auto file = read_cached(settings, name_of(place->profile));
    if (!file) return std::nullopt;
    auto program = plan::read_seccomp_cache(place->profile, *file);
    if (!program) return std::nullopt;
    Known known{*std::move(file), {}, *std::move(program)};
    const auto within = static_cast<std::size_t>(place->rules.data() - place->profile.data());
    known.rules = {place->begin + within,
                   std::string_view(known.file)
                       .substr(plan::kSeccompCacheKeyAt + within, place->rules.size())};
    return known;
}

} // namespace

Result<ConfigAndFilter> read_config(const Settings& settings, std::string& text,
                                    std::string_view file_name) {
    auto known = recognise(settings, text);
    ConfigAndFilter read;
    read.config = TRY(spec::read_config(text, file_name, known ? known->rules : json::Hidden{}));
    if (!known) return read;
    const auto& linux_ = read.config.linux_;
    if (linux_ && linux_->seccomp && linux_->seccomp->knows_syscalls)
        read.filter = std::move(known->program);
    else // what was hidden is something else
        read.config = TRY(spec::read_config(std::string_view(text), file_name));
    return read;
}

Result<std::optional<plan::SeccompProgram>>
make_filter(const Settings& settings, const ConfigAndFilter& read, std::string_view text) {
    if (read.filter || !read.config.linux_ || !read.config.linux_->seccomp) return read.filter;
    const spec::Seccomp& seccomp = *read.config.linux_->seccomp;
    plan::SeccompProgram program = TRY(load_seccomp(settings, seccomp));
    remember(settings, text, seccomp, program);
    return program;
}

} // namespace tare::runtime
