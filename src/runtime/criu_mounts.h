#pragma once

#include "base/result.h"
#include "plan/checkpoint.h"

#include <map>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace tare::runtime {

// Which of the candidates are mounts in the container of `init`, and where in its mount table.
Result<std::vector<plan::CriuMount>>
find_external_mounts(pid_t init, const std::vector<plan::ExternalMount>& candidates);

// Makes what CRIU finds missing when the root of the image is not the one that was used before:
// the mount points, in the root and in the sources of bind mounts. CRIU brings the content of a
// tmpfs itself.
Status make_mount_points(const spec::Config& config, const std::string& rootfs,
                         const std::string& bundle);

// Mount point by mount id, of the text of /proc/PID/mountinfo: proc(5).
std::map<std::uint64_t, std::string> mount_points(std::string_view mountinfo);

} // namespace tare::runtime
