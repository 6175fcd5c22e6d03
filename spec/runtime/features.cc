#include "spec/runtime/read.h"
#include "spec/runtime/write.h"

namespace tare::spec {

namespace {

// Several features are an object with only this in it.
Status read_enabled(const json::Cursor& at, std::string_view name, std::optional<bool>& out) {
    const auto feature = at.find(name);
    if (!feature) return {};
    TRY(feature->object());
    return member(*feature, "enabled", out);
}

void put_enabled(json::Writer& out, std::string_view name, std::optional<bool> enabled) {
    if (!enabled) return;
    out.name(name);
    out.begin_object();
    put(out, "enabled", enabled);
    out.end_object();
}

} // namespace

static Status read(const json::Cursor& at, CgroupFeatures& cgroup) {
    TRY(at.object());
    TRY(member(at, "v1", cgroup.v1));
    TRY(member(at, "v2", cgroup.v2));
    TRY(member(at, "systemd", cgroup.systemd));
    TRY(member(at, "systemdUser", cgroup.systemd_user));
    return member(at, "rdma", cgroup.rdma);
}

static Status read(const json::Cursor& at, SeccompFeatures& seccomp) {
    TRY(at.object());
    TRY(member(at, "enabled", seccomp.enabled));
    TRY(member(at, "actions", seccomp.actions));
    TRY(member(at, "operators", seccomp.operators));
    TRY(member(at, "archs", seccomp.archs));
    TRY(member(at, "knownFlags", seccomp.known_flags));
    return member(at, "supportedFlags", seccomp.supported_flags);
}

static Status read_intel_rdt(const json::Cursor& at, LinuxFeatures& features) {
    TRY(read_enabled(at, "intelRdt", features.intel_rdt));
    const auto rdt = at.find("intelRdt");
    if (!rdt) return {};
    TRY(member(*rdt, "schemata", features.intel_rdt_schemata));
    return member(*rdt, "monitoring", features.intel_rdt_monitoring);
}

static Status read_memory_policy(const json::Cursor& at, LinuxFeatures& features) {
    const auto policy = at.find("memoryPolicy");
    if (!policy) return {};
    TRY(policy->object());
    TRY(member(*policy, "modes", features.memory_policy_modes));
    return member(*policy, "flags", features.memory_policy_flags);
}

static Status read(const json::Cursor& at, LinuxFeatures& features) {
    TRY(at.object());
    TRY(member(at, "namespaces", features.namespaces));
    TRY(member(at, "capabilities", features.capabilities));
    TRY(member(at, "cgroup", features.cgroup));
    TRY(member(at, "seccomp", features.seccomp));
    TRY(read_enabled(at, "apparmor", features.apparmor));
    TRY(read_enabled(at, "selinux", features.selinux));
    TRY(read_intel_rdt(at, features));
    TRY(read_memory_policy(at, features));
    if (const auto extensions = at.find("mountExtensions")) {
        TRY(extensions->object());
        TRY(read_enabled(*extensions, "idmap", features.mount_idmap));
    }
    return read_enabled(at, "netDevices", features.net_devices);
}

Result<Features> read_features(std::string_view text, std::string_view file_name) {
    const auto document = TRY(json::parse(text, file_name));
    const json::Cursor at = document.root();
    Features features;
    TRY(required(at, "ociVersionMin", features.oci_version_min));
    TRY(required(at, "ociVersionMax", features.oci_version_max));
    TRY(member(at, "hooks", features.hooks));
    TRY(member(at, "mountOptions", features.mount_options));
    TRY(member(at, "linux", features.linux_));
    TRY(member(at, "annotations", features.annotations));
    TRY(member(at, "potentiallyUnsafeConfigAnnotations",
               features.potentially_unsafe_config_annotations));
    return features;
}

// A bool of these two objects is always written: false says "no", absence says "unknown".
static void write(json::Writer& out, const CgroupFeatures& cgroup) {
    out.begin_object();
    put_always(out, "v1", cgroup.v1);
    put_always(out, "v2", cgroup.v2);
    put_always(out, "systemd", cgroup.systemd);
    put_always(out, "systemdUser", cgroup.systemd_user);
    put_always(out, "rdma", cgroup.rdma);
    out.end_object();
}

static void write(json::Writer& out, const SeccompFeatures& seccomp) {
    out.begin_object();
    put_always(out, "enabled", seccomp.enabled);
    put(out, "actions", seccomp.actions);
    put(out, "operators", seccomp.operators);
    put(out, "archs", seccomp.archs);
    put(out, "knownFlags", seccomp.known_flags);
    put(out, "supportedFlags", seccomp.supported_flags);
    out.end_object();
}

static void put_intel_rdt(json::Writer& out, const LinuxFeatures& features) {
    if (!features.intel_rdt && !features.intel_rdt_schemata && !features.intel_rdt_monitoring)
        return;
    out.name("intelRdt");
    out.begin_object();
    put(out, "enabled", features.intel_rdt);
    put(out, "schemata", features.intel_rdt_schemata);
    put(out, "monitoring", features.intel_rdt_monitoring);
    out.end_object();
}

static void put_memory_policy(json::Writer& out, const LinuxFeatures& features) {
    if (features.memory_policy_modes.empty() && features.memory_policy_flags.empty()) return;
    out.name("memoryPolicy");
    out.begin_object();
    put(out, "modes", features.memory_policy_modes);
    put(out, "flags", features.memory_policy_flags);
    out.end_object();
}

static void write(json::Writer& out, const LinuxFeatures& features) {
    out.begin_object();
    put(out, "namespaces", features.namespaces);
    put(out, "capabilities", features.capabilities);
    put(out, "cgroup", features.cgroup);
    put(out, "seccomp", features.seccomp);
    put_enabled(out, "apparmor", features.apparmor);
    put_enabled(out, "selinux", features.selinux);
    put_intel_rdt(out, features);
    put_memory_policy(out, features);
    if (features.mount_idmap) {
        out.name("mountExtensions");
        out.begin_object();
        put_enabled(out, "idmap", features.mount_idmap);
        out.end_object();
    }
    put_enabled(out, "netDevices", features.net_devices);
    out.end_object();
}

std::string write_features(const Features& features) {
    json::Writer out(true);
    out.begin_object();
    put_always(out, "ociVersionMin", features.oci_version_min);
    put_always(out, "ociVersionMax", features.oci_version_max);
    put(out, "hooks", features.hooks);
    put(out, "mountOptions", features.mount_options);
    put(out, "linux", features.linux_);
    put(out, "annotations", features.annotations);
    put(out, "potentiallyUnsafeConfigAnnotations", features.potentially_unsafe_config_annotations);
    out.end_object();
    return out.take() + "\n";
}

} // namespace tare::spec
