#pragma once

#include "base/result.h"
#include "spec/json/document.h"
#include "spec/runtime/hooks.h"
#include "spec/runtime/linux.h"
#include "spec/runtime/mount.h"
#include "spec/runtime/process.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tare::spec {

struct Root {
    std::string path; // relative ones count from the bundle
    bool readonly = false;
    bool operator==(const Root&) const = default;
};

// config.json: runtime-spec 1.3.0, config.md. Blocks of other platforms are not kept.
struct Config {
    std::string oci_version;
    std::optional<Root> root;
    std::vector<Mount> mounts;
    std::optional<Process> process; // may be absent at create; `start` then fails
    std::string hostname;
    std::string domainname;
    Hooks hooks;
    std::map<std::string, std::string> annotations;
    std::optional<Linux> linux_; // `linux` is a macro under gnu++20
    bool operator==(const Config&) const = default;
};

// Reads a config and checks whatever can be checked without asking a kernel: types, ranges, known
// values, and the rules that tie fields together (mappings need a user namespace, ...). Every error
// names the field: "config.json#/mounts/3/destination: must be a string".
//   text       the file's bytes; at most 16 MiB, nested at most 128 deep, UTF-8, no duplicate keys
//   file_name  stands in front of the '#' of every pointer
// Unknown members are ignored: config.md, "Extensibility".
Result<Config> read_config(std::string_view text, std::string_view file_name = "config.json");

// The same from a text that may be worked in meanwhile; after a failure it is unspecified. What is
// hidden should be /linux/seccomp/syscalls, which then is not read but noted (knows_syscalls): only
// who knows the whole section by its text can do without its checks. Hidden anywhere else, it is
// checked nowhere.
Result<Config> read_config(std::string& text, std::string_view file_name,
                           const json::Hidden& hidden);
// A section `linux.seccomp` alone.
Result<Seccomp> read_seccomp(std::string text, const json::Hidden& hidden);

// A process alone, as `exec --process FILE` gets it.
Result<Process> read_process(std::string_view text, std::string_view file_name);

// An array of mounts, or an object with one as its `mounts`, as `mounts add ID FILE` gets it.
struct MountList {
    std::string origin; // "more.json#/mounts"
    std::vector<Mount> mounts;
};
Result<MountList> read_mounts(std::string_view text, std::string_view file_name);

// A resources object alone, as `update --resources FILE` gets it.
Result<Resources> read_resources(std::string_view text, std::string_view file_name);

// The config as JSON, members in the spec's order, absent ones left out. `spec` prints this.
enum class Layout : bool { kCompact, kIndented };
std::string write_config(const Config& config, Layout layout = Layout::kIndented);

} // namespace tare::spec
