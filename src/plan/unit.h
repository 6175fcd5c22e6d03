#pragma once

#include "plan/plan.h"

namespace tare::plan {

constexpr const char* kCgroupsPath = "config.json#/linux/cgroupsPath";

// The container as a unit of systemd, for the systemd cgroup driver: linux.cgroupsPath in the form
// slice:prefix:name becomes the unit prefix-name.scope in that slice; without one it is
// system.slice:tare:ID, for users user.slice:tare:ID. A name that ends in .slice is the unit
// itself. Fills plan.unit, with the limits of plan.writes as properties.
Status plan_unit(const HostFacts& host, const Options& options, CgroupPlan& plan);

// Annotations that set properties of the unit, where that is allowed: else a warning each, because
// an engine may pass on what its own users wrote (CVE-2024-3154). For the end, when plan.unit has
// all its other properties.
Status plan_unit_annotations(const spec::Config& config, const Options& options, CgroupPlan& plan);

constexpr std::uint64_t kIdleWeight = 0; // of CPUWeight: idle, since systemd 252

// Those of `writes` that have a property (systemd.resource-control(5)), the last of one file
// counting. What has none, or a value that only the kernel can judge, is left to the files.
std::vector<BusProperty> unit_limits(const std::vector<CgroupWrite>& writes);

// "/a.slice/a-b.slice" of "a-b.slice": systemd.slice(5). "-.slice" is the root: empty.
Result<std::string> expand_slice(const std::string& slice);

// An annotation org.systemd.property.NAME: its value in GVariant's text format, of which a property
// can need booleans, numbers, strings and arrays of strings. A NAME that ends in Sec is in seconds,
// and becomes NAME...USec in microseconds.
Result<BusProperty> read_unit_annotation(std::string_view name, std::string_view value);

constexpr std::string_view kUnitAnnotation = "org.systemd.property.";

} // namespace tare::plan
