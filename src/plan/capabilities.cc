#include "plan/capabilities.h"

#include "base/text.h"

#include <cap-ng.h>
#include <cctype>

namespace tare::plan {

namespace {

constexpr std::string_view kPrefix = "CAP_";

std::string config_name(unsigned capability) {
    std::string name(kPrefix);
    for (const char* c = ::capng_capability_to_name(capability); *c != '\0'; ++c)
        name.push_back(static_cast<char>(std::toupper(static_cast<unsigned char>(*c))));
    return name;
}

// The library also takes other spellings; the spec has one, "valid values are defined in
// capabilities(7)".
int number_of(const std::string& name) {
    if (!name.starts_with(kPrefix)) return -1;
    const int number = ::capng_name_to_capability(name.c_str() + kPrefix.size());
    return number >= 0 && config_name(static_cast<unsigned>(number)) == name ? number : -1;
}

// One of the five lists on its way to a set.
struct List {
    const std::vector<std::string>& names;
    std::string origin;
    std::vector<std::string>& warnings;

    // `limit` holds what may be in the set, `why` says what is wrong with the rest.
    std::uint64_t within(std::uint64_t limit, std::string_view why) const {
        std::uint64_t set = 0;
        for (std::size_t i = 0; i < names.size(); ++i) {
            const int number = number_of(names[i]);
            const std::uint64_t bit = number < 0 ? 0 : std::uint64_t{1} << number;
            if (number < 0)
                warn(i, "is no capability that this build knows");
            else if ((bit & limit) == 0)
                warn(i, why);
            set |= bit & limit;
        }
        return set;
    }

    void warn(std::size_t index, std::string_view why) const {
        warnings.push_back(origin + "/" + std::to_string(index) + ": " + quote(names[index]) + " "
                           + std::string(why) + ": left out");
    }
};

} // namespace

// The later sets are limited by the earlier ones as the kernel limits them, capset(2) and
// PR_CAP_AMBIENT_RAISE in prctl(2): it would refuse the whole call for one capability too many.
CapabilitySets plan_capabilities(const spec::Capabilities& wanted, std::uint64_t available,
                                 const std::string& origin) {
    CapabilitySets sets;
    const auto list = [&](const std::vector<std::string>& names, const char* field) {
        return List{names, origin + "/" + field, sets.warnings};
    };
    constexpr const char* kUnavailable = "is not available here";
    sets.bounding = list(wanted.bounding, "bounding").within(available, kUnavailable);
    sets.permitted = list(wanted.permitted, "permitted").within(available, kUnavailable);
    sets.inheritable = list(wanted.inheritable, "inheritable")
                           .within(sets.bounding, "is not in the bounding set too");
    sets.effective = list(wanted.effective, "effective")
                         .within(sets.permitted, "is not in the permitted set too");
    sets.ambient = list(wanted.ambient, "ambient")
                       .within(sets.permitted & sets.inheritable,
                               "is not in both the permitted and the inheritable set");
    return sets;
}

std::vector<std::string> capability_names() {
    std::vector<std::string> names;
    for (unsigned number = 0; ::capng_capability_to_name(number) != nullptr; ++number)
        names.push_back(config_name(number));
    return names;
}

} // namespace tare::plan
