#pragma once

#include "base/fd.h"
#include "base/result.h"

#include <cstdint>
#include <string_view>
#include <sys/types.h>

// namespaces(7), user_namespaces(7), ioctl_ns(2).

namespace tare::sys {

// "pid", "net": the file's name below /proc/PID/ns of one CLONE_NEW*.
std::string_view namespace_name(std::uint64_t type);

// Which CLONE_NEW* the file is; an error where it is no namespace at all.
Result<std::uint64_t> namespace_type(const Fd& file);

// Whether it is the one that we are in.
Result<bool> is_own_namespace(const Fd& file, std::uint64_t type);

Status enter_namespace(const Fd& file, std::uint64_t type);
Status unshare_namespaces(std::uint64_t types);

// The namespace of ours that new children get.
Result<Fd> own_namespace(std::uint64_t type);

// Whether our user namespace is the initial one. A guess would be one about protection: device
// rules are for the initial one only.
Result<bool> in_initial_user_namespace();

} // namespace tare::sys
