#include "runtime/criu_images.h"

#include "base/text.h"
#include "plan/checkpoint.h"
#include "runtime/cgroup_tree.h"
#include "spec/json/cursor.h"
#include "spec/json/document.h"
#include "spec/json/writer.h"
#include "sys/directory.h"
#include "sys/file.h"
#include "sys/private_mounts.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tare::runtime {

namespace {

constexpr const char* kDescriptors = "descriptors.json";
constexpr std::size_t kMostDescriptors = 1 << 20;

Status make_path(const std::string& path) {
    for (std::size_t slash = path.find('/', 1);; slash = path.find('/', slash + 1)) {
        TRY(sys::make_directory_once(path.substr(0, slash), 0700));
        if (slash == std::string::npos) return {};
    }
}

Result<std::string> opened(const std::string& path, std::string_view option, Fd& directory) {
    auto fd = sys::open_directory(path);
    directory = TRY(std::move(fd).map_error(under(option)));
    return sys::resolved(path).map_error(under(option));
}

Status open_work(const std::string& work, CriuDirectories& directories) {
    directories.work_path = directories.images_path;
    if (work.empty()) return {};
    TRY(make_path(work).map_error(under("--work-path")));
    directories.work_path = TRY(opened(work, "--work-path", directories.work));
    return {};
}

} // namespace

Result<CriuDirectories> make_criu_directories(const std::string& images, const std::string& work) {
    TRY(make_path(images).map_error(under("--image-path")));
    return open_criu_directories(images, work);
}

Result<CriuDirectories> open_criu_directories(const std::string& images, const std::string& work) {
    CriuDirectories directories;
    directories.images_path = TRY(opened(images, "--image-path", directories.images));
    TRY(open_work(work, directories));
    return directories;
}

Status check_parent_path(const CriuDirectories& directories, const std::string& parent) {
    if (parent.empty()) return {};
    if (parent.starts_with('/'))
        return invalid("--parent-path " + quote(parent) + " must be relative to --image-path");
    const auto there = sys::open_at(directories.images, parent, O_PATH | O_DIRECTORY);
    if (!there)
        return Failure({there.error().code, "--parent-path: " + there.error().text + ", from "
                                                + quote(directories.images_path)});
    return {};
}

Status write_descriptors(const Fd& images, const std::vector<std::string>& stdio) {
    json::Writer out;
    out.begin_array();
    for (std::size_t fd = 0; fd < 3; ++fd)
        out.string(fd < stdio.size() ? stdio[fd] : "");
    out.end_array();
    return sys::replace_file_at(images, kDescriptors, out.take(), 0600)
        .map_error(under("--image-path"));
}

Result<std::vector<std::string>> read_descriptors(const Fd& images) {
    const std::string text =
        TRY(sys::read_file_at(images, kDescriptors, kMostDescriptors)
                .map_error(under("--image-path is no checkpoint of a container")));
    const json::Document document = TRY(json::parse(text, kDescriptors));
    const json::Items items = TRY(document.root().array());
    std::vector<std::string> stdio;
    for (const json::Cursor item : items) {
        const std::string_view stream = TRY(item.text());
        stdio.emplace_back(stream);
    }
    return stdio;
}

Result<std::string> make_cgroup_yard(const StateDirectory& directory, bool mounts) {
    const std::string text = TRY(sys::read_small_file("/proc/self/cgroup"));
    for (const std::string_view line : split(text, '\n'))
        if (!line.empty() && !line.starts_with("0::")) return std::string();
    const std::string tree = TRY(find_cgroup_tree());
    const std::string path = directory.path() + (mounts ? "/cgroup-mounts" : "/cgroup-links");
    const std::string unified = path + "/unified";
    TRY(sys::make_directory_once(path, 0700));
    if (!mounts) {
        TRY(sys::make_symlink(tree, unified));
        return path;
    }
    TRY(sys::make_directory_once(unified, 0700));
    TRY(sys::PrivateMounts::bind(tree, unified));
    return path;
}

std::string criu_config_file(const spec::Config& config) {
    if (const auto wanted = plan::criu_config_of(config)) return *wanted;
    for (const char* file : {"/etc/criu/tare.conf", "/etc/criu/runc.conf"})
        if (::access(file, R_OK) == 0) return file;
    return "";
}

} // namespace tare::runtime
