#include "plan/process_origin.h"

#include <algorithm>

namespace tare::plan {

namespace {

bool is_at_or_below(std::string_view field, std::string_view above) {
    return field.starts_with(above) && (field.size() == above.size() || field[above.size()] == '/');
}

} // namespace

std::string ProcessOrigin::of(std::string_view field) const {
    const auto other = std::find_if(others_.rbegin(), others_.rend(), [&](const auto& entry) {
        return is_at_or_below(field, entry.first);
    });
    if (other == others_.rend()) return base_ + "/" + std::string(field);
    const auto& [above, origin] = *other;
    if (origin.find('#') == std::string::npos) return origin;
    return origin + std::string(field.substr(above.size()));
}

} // namespace tare::plan
