#pragma once

#include "spec/runtime/resources.h"

#include <cstdint>
#include <string>
#include <vector>

namespace tare::plan {

// What device rules mean, said as plainly as possible: for each letter of `access` the last rule
// that speaks of it decides.
struct DeviceQuestion {
    char type; // 'b' or 'c'
    std::uint32_t major, minor;
    std::string access;
};

inline bool model_allows(const std::vector<spec::DeviceRule>& rules, const DeviceQuestion& question,
                         char access) {
    for (auto rule = rules.rbegin(); rule != rules.rend(); ++rule) {
        if (rule->type.empty() || rule->type == "a") return rule->allow;
        const bool device = rule->type[0] == question.type
                            && (rule->major.value_or(-1) == -1 || *rule->major == question.major)
                            && (rule->minor.value_or(-1) == -1 || *rule->minor == question.minor);
        if (device && (rule->access.empty() || rule->access.find(access) != std::string::npos))
            return rule->allow;
    }
    return false;
}

inline bool model_allows(const std::vector<spec::DeviceRule>& rules,
                         const DeviceQuestion& question) {
    for (const char access : question.access)
        if (!model_allows(rules, question, access)) return false;
    return true;
}

} // namespace tare::plan
