#include "spec/runtime/features.h"

#include <gtest/gtest.h>

namespace tare::spec {
namespace {

TEST(WriteFeatures, WritesEachUnderItsName) {
    Features features{
        .oci_version_min = "1.0.0", .oci_version_max = "1.3.0", .hooks = {"poststop"}};
    features.linux_ = LinuxFeatures{.namespaces = {"pid"},
                                    .cgroup = CgroupFeatures{.v2 = true},
                                    .apparmor = true,
                                    .intel_rdt = false,
                                    .mount_idmap = true,
                                    .memory_policy_modes = {"MPOL_BIND"}};
    const std::string text = write_features(features);
    EXPECT_EQ(text, R"({
  "ociVersionMin": "1.0.0",
  "ociVersionMax": "1.3.0",
  "hooks": [
    "poststop"
  ],
  "linux": {
    "namespaces": [
      "pid"
    ],
    "cgroup": {
      "v1": false,
      "v2": true,
      "systemd": false,
      "systemdUser": false,
      "rdma": false
    },
    "apparmor": {
      "enabled": true
    },
    "intelRdt": {
      "enabled": false
    },
    "memoryPolicy": {
      "modes": [
        "MPOL_BIND"
      ]
    },
    "mountExtensions": {
      "idmap": {
        "enabled": true
      }
    }
  }
}
)");
    EXPECT_EQ(read_features(text, "f"), features);
}

TEST(ReadFeatures, NamesTheFieldAtFault) {
    const struct {
        const char* text;
        const char* error;
    } cases[] = {
        {R"({"ociVersionMin": "1.1.0"})", "f#: 'ociVersionMax' is missing"},
        {R"({"ociVersionMin": "1", "ociVersionMax": "1", "linux": {"selinux": true}})",
         "f#/linux/selinux: must be an object"},
        {R"({"ociVersionMin": "1", "ociVersionMax": "1", "linux": {"cgroup": {"v1": 1}}})",
         "f#/linux/cgroup/v1: must be true or false"},
        {R"({"ociVersionMin": "1", "ociVersionMax": "1",
             "linux": {"mountExtensions": {"idmap": {"enabled": "x"}}}})",
         "f#/linux/mountExtensions/idmap/enabled: must be true or false"},
    };
    for (const auto& c : cases) {
        const auto features = read_features(c.text, "f");
        ASSERT_FALSE(features) << c.text;
        EXPECT_EQ(features.error().text, c.error);
    }
}

} // namespace
} // namespace tare::spec
