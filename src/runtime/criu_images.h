#pragma once

#include "base/fd.h"
#include "base/result.h"
#include "runtime/store.h"
#include "spec/runtime/config.h"

#include <string>
#include <vector>

namespace tare::runtime {

// The two directories of a checkpoint, opened. criu reaches them through our /proc/PID/fd.
struct CriuDirectories {
    std::string images_path, work_path; // absolute; the same where no other was wanted
    Fd images, work;
    int work_number() const { return work ? work.get() : -1; }
};

// Makes what is missing (0700), with its parents.
Result<CriuDirectories> make_criu_directories(const std::string& images, const std::string& work);
// The images must be there.
Result<CriuDirectories> open_criu_directories(const std::string& images, const std::string& work);

// --parent-path: relative to the images, and there.
Status check_parent_path(const CriuDirectories& directories, const std::string& parent);

// descriptors.json beside the images, as runc writes it: what 0, 1 and 2 were.
Status write_descriptors(const Fd& images, const std::vector<std::string>& stdio);
Result<std::vector<std::string>> read_descriptors(const Fd& images);

// Where criu finds the cgroups: a directory in the container's own, in which "unified" is the tree
// of version 2. Without it criu mounts cgroup2 anew, without options, and by that takes nsdelegate
// and memory_recursiveprot from the whole host: they are those of the last mount, cgroup-v2.rst,
// "Mounting". Empty where there are hierarchies of version 1 too, which criu would miss there.
//   mounts  the restore: processes look into it from the container's root, where no link leads, so
//           it is a mount of ours (sys::PrivateMounts must have been entered); else a link
Result<std::string> make_cgroup_yard(const StateDirectory& directory, bool mounts);

// criu's own settings file for this container: what the annotation says, else tare's or runc's in
// /etc/criu where there is one, else empty.
std::string criu_config_file(const spec::Config& config);

// In the state directory, once a checkpoint has stopped the container: its id may be restored.
constexpr const char* kCheckpointed = "checkpointed";

} // namespace tare::runtime
