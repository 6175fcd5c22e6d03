#pragma once

#include "spec/runtime/config.h"

#include <gtest/gtest.h>
#include <string>
#include <vector>

namespace tare::spec {

// A part of a config, and what reading it says: the text after "config.json#", or "" when it is
// fine.
struct Case {
    std::string part;
    std::string error;
};

// `before` + part + `after` must be a whole config.
inline void expect_errors(const std::string& before, const std::string& after,
                          const std::vector<Case>& cases) {
    for (const Case& c : cases) {
        const auto config = read_config(before + c.part + after);
        const std::string error = config ? "" : config.error().text;
        EXPECT_EQ(error, c.error.empty() ? "" : "config.json#" + c.error) << c.part;
        EXPECT_EQ(config ? EINVAL : config.error().code, EINVAL) << c.part;
    }
}

inline const std::string kStart = R"({"ociVersion": "1.3.0", "root": {"path": "r"}, )";

} // namespace tare::spec
