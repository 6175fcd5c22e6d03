#include "base/text.h"
#include "spec/runtime/read.h"
#include "spec/runtime/version.h"
#include "spec/runtime/write.h"

#include <algorithm>

namespace tare::spec {

namespace {

constexpr std::size_t kHostNameBytes = 64; // sethostname(2)

// semver.org: numbers without leading zeros.
bool is_version_number(std::string_view text) {
    return parse_unsigned(text) && (text.size() == 1 || text.front() != '0');
}

// Dot-separated identifiers of a pre-release or build.
bool are_identifiers(std::string_view text) {
    constexpr std::string_view kAllowed = "0123456789-.ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                          "abcdefghijklmnopqrstuvwxyz";
    const auto parts = split(text, '.');
    return text.find_first_not_of(kAllowed) == std::string_view::npos
           && std::none_of(parts.begin(), parts.end(),
                           [](std::string_view part) { return part.empty(); });
}

bool is_semantic_version(std::string_view text) {
    const std::size_t end = text.find_first_of("-+");
    const auto numbers = split(text.substr(0, end), '.');
    if (numbers.size() != 3 || !std::all_of(numbers.begin(), numbers.end(), is_version_number))
        return false;
    if (end == std::string_view::npos) return true;
    std::string_view rest = text.substr(end);
    const std::size_t plus = rest.find('+');
    if (plus != std::string_view::npos && !are_identifiers(rest.substr(plus + 1))) return false;
    rest = rest.substr(0, plus);
    return rest.empty() || are_identifiers(rest.substr(1));
}

// "The OCI spec follows semantic versioning": whoever reads one 1.x reads them all.
Status check_version(const json::Cursor& at, std::string_view version) {
    if (!is_semantic_version(version))
        return at.error("ociVersion", "must be a version such as 1.3.0, not " + quote(version));
    if (!version.starts_with("1."))
        return at.error("ociVersion", quote(version) + " is not supported: 1.0.0 to "
                                          + std::string(kVersion) + " and later 1.x are");
    return {};
}

Status read_name(const json::Cursor& at, std::string_view field, std::string& out) {
    TRY(member(at, field, out));
    if (out.size() <= kHostNameBytes) return {};
    return at.error(field, "must have at most 64 bytes");
}

bool has_uts_namespace(const Config& config) {
    if (!config.linux_) return false;
    const auto& entries = config.linux_->namespaces;
    return std::any_of(entries.begin(), entries.end(),
                       [](const Namespace& entry) { return entry.type == NamespaceType::kUts; });
}

Status check_names(const json::Cursor& at, const Config& config) {
    if (has_uts_namespace(config)) return {};
    if (!config.hostname.empty())
        return at.error("hostname", "needs a uts namespace in linux.namespaces");
    if (!config.domainname.empty())
        return at.error("domainname", "needs a uts namespace in linux.namespaces");
    return {};
}

Status read(const json::Cursor& at, Config& config) {
    TRY(required(at, "ociVersion", config.oci_version));
    TRY(check_version(at, config.oci_version));
    TRY(at.require("root"));
    TRY(member(at, "root", config.root));
    TRY(member(at, "mounts", config.mounts));
    TRY(member(at, "process", config.process));
    TRY(read_name(at, "hostname", config.hostname));
    TRY(read_name(at, "domainname", config.domainname));
    TRY(member(at, "hooks", config.hooks));
    TRY(member(at, "annotations", config.annotations));
    TRY(member(at, "linux", config.linux_));
    return check_names(at, config);
}

} // namespace

Status read(const json::Cursor& at, Root& root) {
    TRY(required(at, "path", root.path));
    if (root.path.empty()) return at.error("path", "must not be empty");
    return member(at, "readonly", root.readonly);
}

static Result<Config> config_of(const json::Document& document) {
    Config config;
    TRY(read(document.root(), config));
    return config;
}

Result<Config> read_config(std::string_view text, std::string_view file_name) {
    return config_of(TRY(json::parse(text, file_name)));
}

// What is hidden has none.
static bool has_escapes(std::string_view text, const json::Hidden& hidden) {
    const auto behind = text.substr(hidden.begin + hidden.value.size());
    return text.substr(0, hidden.begin).find('\\') != std::string_view::npos
           || behind.find('\\') != std::string_view::npos;
}

Result<Config> read_config(std::string& text, std::string_view file_name,
                           const json::Hidden& hidden) {
    if (has_escapes(text, hidden)) { // it could not be given back
        std::string copy = text;
        if (const auto document = json::parse_in_place(copy, file_name, hidden))
            return config_of(*document);
        return read_config(std::string_view(text), file_name); // which knows the error's place
    }
    auto document = TRY(json::parse_in_place(text, file_name, hidden));
    Config config = TRY(config_of(document));
    document.give_back(text, hidden);
    return config;
}

Result<Seccomp> read_seccomp(std::string text, const json::Hidden& hidden) {
    const auto document = TRY(json::parse_in_place(text, "seccomp", hidden));
    Seccomp seccomp;
    TRY(read(document.root(), seccomp));
    return seccomp;
}

Result<MountList> read_mounts(std::string_view text, std::string_view file_name) {
    const auto document = TRY(json::parse(text, file_name));
    const json::Cursor root = document.root();
    const json::Cursor at = root.object() ? TRY(root.require("mounts")) : root;
    MountList list{at.pointer(), {}};
    TRY(read(at, list.mounts));
    return list;
}

void write(json::Writer& out, const Root& root) {
    out.begin_object();
    put_always(out, "path", root.path);
    put(out, "readonly", root.readonly);
    out.end_object();
}

std::string write_config(const Config& config, Layout layout) {
    json::Writer out(layout == Layout::kIndented);
    out.begin_object();
    put_always(out, "ociVersion", config.oci_version);
    put(out, "root", config.root);
    put(out, "mounts", config.mounts);
    put(out, "process", config.process);
    put(out, "hostname", config.hostname);
    put(out, "domainname", config.domainname);
    put(out, "hooks", config.hooks);
    put(out, "annotations", config.annotations);
    put(out, "linux", config.linux_);
    out.end_object();
    return out.take() + "\n";
}

} // namespace tare::spec
