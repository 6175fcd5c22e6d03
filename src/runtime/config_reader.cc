#include "runtime/config_reader.h"

#include "base/text.h"
#include "runtime/seccomp_cache.h"

namespace tare::runtime {

namespace {

constexpr std::string_view kSection = "\"seccomp\"", kRules = "\"syscalls\"";

// By so much of its beginning a profile is looked for, and a shorter one is not worth it. Engines
// write several that begin alike: with more of them than there are places some are read each time.
constexpr std::size_t kBeginning = 128;
constexpr unsigned kPlaces = 4;

// A part of a text.
struct Extent {
    std::size_t begin = 0, size = 0; // bytes
};

std::string write_extent(const Extent& extent) {
    return std::to_string(extent.begin) + " " + std::to_string(extent.size);
}

std::optional<Extent> read_extent(std::string_view text) {
    const std::size_t space = text.find(' ');
    if (space == std::string_view::npos) return std::nullopt;
    const auto begin = parse_unsigned(text.substr(0, space));
    const auto size = parse_unsigned(text.substr(space + 1));
    if (!begin || !size) return std::nullopt;
    return Extent{*begin, *size};
}

// A profile in a text, or what looks like one.
struct Profile {
    std::string_view text;
    Extent rules; // in it
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

// Where a profile seems to begin. A guess: whether it is one is known where its text was seen
// before, and otherwise tried out. npos: nowhere.
std::size_t find_profile(std::string_view text) {
    const std::size_t name = text.find(kSection);
    if (name == std::string_view::npos) return name;
    const std::size_t begin = skip_to_value(text, name + kSection.size());
    const bool is_object = begin != std::string_view::npos && text[begin] == '{';
    return is_object ? begin : std::string_view::npos;
}

std::optional<Profile> cut_out(std::string_view text) {
    const std::size_t begin = find_profile(text);
    if (begin == std::string_view::npos) return std::nullopt;
    const std::size_t list = text.find(kRules, begin);
    if (list == std::string_view::npos) return std::nullopt;
    const std::size_t rules = skip_to_value(text, list + kRules.size());
    if (rules == std::string_view::npos || text[rules] != '[') return std::nullopt;
    const std::size_t end = end_of_value(text, begin), rules_end = end_of_value(text, rules);
    if (end == std::string_view::npos || rules_end > end) return std::nullopt;
    return Profile{text.substr(begin, end - begin), {rules - begin, rules_end - rules}};
}

//   text  from the profile on
std::string name_of(std::string_view text, unsigned place) {
    return plan::seccomp_generator() + "-" + std::to_string(fingerprint(text.substr(0, kBeginning)))
           + "." + std::to_string(place);
}

// The key of its file: "BEGIN SIZE\n" of the rules, and the profile.
std::string key_of(const Profile& profile) {
    std::string key = write_extent(profile.rules) + "\n";
    key += profile.text;
    return key;
}

std::optional<Profile> profile_of(std::string_view key) {
    const std::size_t line = key.find('\n');
    if (line == std::string_view::npos) return std::nullopt;
    const auto rules = read_extent(key.substr(0, line));
    if (!rules) return std::nullopt;
    return Profile{key.substr(line + 1), *rules};
}

bool is_the_text_of(const Profile& profile, const spec::Seccomp& seccomp) {
    const std::string text(profile.text);
    const Extent& rules = profile.rules;
    const auto whole = spec::read_seccomp(text, {});
    auto rest =
        spec::read_seccomp(text, {rules.begin, profile.text.substr(rules.begin, rules.size)});
    if (!whole || !rest || *whole != seccomp || !rest->knows_syscalls) return false;
    rest->knows_syscalls = false;
    rest->syscalls = seccomp.syscalls;
    return *rest == seccomp;
}

// The first free place, or a taken one that this profile always takes.
//   text  from the profile on
unsigned choose_place(const Settings& settings, std::string_view text, const Profile& profile) {
    for (unsigned place = 0; place < kPlaces; ++place) {
        const auto file = read_cached(settings, name_of(text, place));
        if (!file || !plan::read_seccomp_cache(*file)) return place;
    }
    return static_cast<unsigned>(fingerprint(profile.text) % kPlaces);
}

void remember(const Settings& settings, std::string_view text, const spec::Seccomp& seccomp,
              const plan::SeccompProgram& program) {
    const auto profile = cut_out(text);
    if (!profile || profile->text.size() < kBeginning
        || profile->text.find('\\') != std::string_view::npos || !is_the_text_of(*profile, seccomp))
        return;
    const std::string_view from = text.substr(find_profile(text));
    put_cached(settings, name_of(from, choose_place(settings, from, *profile)),
               plan::write_seccomp_cache(key_of(*profile), program));
}

struct Known {
    std::string file;
    Extent rules;
    std::string_view rules_text; // in the file
    plan::SeccompProgram program;
};

// What begins with a whole profile goes on behind it: an object ends with its own bracket.
std::optional<Known> recognise(const Settings& settings, std::string_view text) {
    const std::size_t begin = find_profile(text);
    if (begin == std::string_view::npos) return std::nullopt;
    text.remove_prefix(begin);
    for (unsigned place = 0; place < kPlaces; ++place) {
        auto file = read_cached(settings, name_of(text, place));
        if (!file) continue;
        auto cache = plan::read_seccomp_cache(*file);
        const auto profile = cache ? profile_of(cache->key) : std::nullopt;
        if (!profile || !text.starts_with(profile->text)) continue;
        const Extent& rules = profile->rules;
        return Known{*std::move(file),
                     {begin + rules.begin, rules.size},
                     profile->text.substr(rules.begin, rules.size),
                     std::move(cache->program)};
    }
    return std::nullopt;
}

} // namespace

Result<ConfigAndFilter> read_config(const Settings& settings, std::string& text,
                                    std::string_view file_name) {
    auto known = recognise(settings, text);
    const json::Hidden hidden =
        known ? json::Hidden{known->rules.begin, known->rules_text} : json::Hidden{};
    ConfigAndFilter read;
    read.config = TRY(spec::read_config(text, file_name, hidden));
    if (!known) return read;
    const auto& linux_ = read.config.linux_;
    if (linux_ && linux_->seccomp && linux_->seccomp->knows_syscalls) {
        read.filter = std::move(known->program);
    } else { // what was hidden is something else
        read.config = TRY(spec::read_config(std::string_view(text), file_name));
    }
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
