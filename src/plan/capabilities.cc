#include "plan/capabilities.h"

#include "base/text.h"

#include <algorithm>
#include <cap-ng.h>
#include <cctype>

namespace tare::plan {

namespace {

constexpr std::string_view kPrefix = "CAP_";

std::string config_name(std::string_view lower_case) {
    std::string name(kPrefix);
    name += lower_case;
    for (char& c : name)
        c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return name;
}

// "Valid values are defined in capabilities(7)": the library would also take other spellings.
int number_of(const std::string& name) {
    const std::vector<std::string>& all = capability_names();
    const auto at = std::ranges::find(all, name);
    return at == all.end() ? -1 : static_cast<int>(at - all.begin());
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

const std::vector<std::string>& capability_names() {
    static const std::vector<std::string> all = [] {
        std::vector<std::string> names;
        names.reserve(64); // bits
        for (;;) {         // one that only the kernel knows is "cap_NUMBER", or none
            const char* name = ::capng_capability_to_name(static_cast<unsigned>(names.size()));
            if (name == nullptr || std::string_view(name).starts_with("cap_")) break;
            names.push_back(config_name(name));
        }
        return names;
    }();
    return all;
}

} // namespace tare::plan
