#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tare::plan {

// Whence a field of the process comes, for notes and errors: "config.json#/process/cwd" at create;
// for exec perhaps "process.json#/user/uid", or "--user".
class ProcessOrigin {
public:
    explicit ProcessOrigin(std::string base = "config.json#/process") : base_(std::move(base)) {}

    // `field` and all below it come from elsewhere: from another document's field (with a '#'), or
    // from an option as a whole. The last word on a field counts.
    void set(std::string field, std::string origin) {
        others_.emplace_back(std::move(field), std::move(origin));
    }

    //   field  below `process`: "user/uid"
    std::string of(std::string_view field) const;

private:
    std::string base_;
    std::vector<std::pair<std::string, std::string>> others_;
};

} // namespace tare::plan
