// resctrl DIR: mounts a file system there that behaves as the kernel's resctrl does, by FUSE, for
// machines without such a processor; until it is unmounted. Two L3 domains, masks of up to 11 bits,
// four classes of service. Documentation/filesystems/resctrl.rst of Linux is what it follows.

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <linux/fuse.h>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

namespace {

using Id = std::uint64_t;

struct Node {
    Id parent = 0;
    std::string name;
    bool directory = false;
    std::string text;
};

std::map<Id, Node> nodes;
Id last_id = 0;

Id add(Id parent, const std::string& name, bool directory, const std::string& text = "") {
    nodes[++last_id] = {parent, name, directory, text};
    return last_id;
}

Id find(Id parent, const std::string& name) {
    for (const auto& [id, node] : nodes)
        if (node.parent == parent && node.name == name) return id;
    return 0;
}

std::string& text_of(Id directory, const std::string& name) {
    return nodes.at(find(directory, name)).text;
}

void remove_tree(Id id) {
    for (Id child = 1; child <= last_id; ++child)
        if (nodes.count(child) != 0 && nodes.at(child).parent == id) remove_tree(child);
    nodes.erase(id);
}

constexpr const char* kSchemata = "    L3:0=7ff;1=7ff\n    MB:0=100;1=100\n";

void fill(Id group, bool is_class) {
    add(group, "tasks", false);
    const Id data = add(group, "mon_data", true);
    for (const char* name : {"mon_L3_00", "mon_L3_01"}) {
        const Id domain = add(data, name, true);
        add(domain, "llc_occupancy", false, "49152\n");
        add(domain, "mbm_total_bytes", false, name[8] == '0' ? "4096\n" : "Unavailable\n");
        add(domain, "mbm_local_bytes", false, "2048\n");
    }
    if (!is_class) return;
    add(group, "schemata", false, kSchemata);
    add(group, "mon_groups", true);
}

void populate() {
    const Id root = add(0, "", true);
    fill(root, true);
    const Id info = add(root, "info", true);
    add(info, "last_cmd_status", false, "ok\n");
    const Id l3 = add(info, "L3", true);
    add(l3, "cbm_mask", false, "7ff\n");
    add(l3, "min_cbm_bits", false, "1\n");
    add(l3, "num_closids", false, "4\n");
    const Id mb = add(info, "MB", true);
    add(mb, "bandwidth_gran", false, "10\n");
    add(mb, "delay_linear", false, "1\n");
    add(mb, "min_bandwidth", false, "10\n");
    add(mb, "num_closids", false, "4\n");
}

int refuse(int code, const std::string& words) {
    text_of(find(FUSE_ROOT_ID, "info"), "last_cmd_status") = words + "\n";
    return -code;
}

bool is_class(Id id) {
    return nodes.at(id).directory && find(id, "schemata") != 0;
}

int make(Id parent, const std::string& name) {
    if (find(parent, name) != 0) return -EEXIST;
    if (parent == FUSE_ROOT_ID) {
        int classes = 0;
        for (const auto& [id, node] : nodes)
            classes += is_class(id) ? 1 : 0;
        if (classes >= 4) return refuse(ENOSPC, "Out of CLOSIDs");
        fill(add(parent, name, true), true);
        return 0;
    }
    if (nodes.at(parent).name != "mon_groups") return -EPERM;
    fill(add(parent, name, true), false);
    return 0;
}

int remove(Id parent, const std::string& name) {
    const Id id = find(parent, name);
    if (id == 0) return -ENOENT;
    if (find(id, "tasks") == 0) return -EPERM;
    if (is_class(id)) text_of(FUSE_ROOT_ID, "tasks") += text_of(id, "tasks");
    remove_tree(id);
    return 0;
}

bool has_line(const std::string& text, const std::string& line) {
    return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

// A task is in one class, and in one group of it.
int join(Id file, const std::string& pid) {
    if (::kill(std::atoi(pid.c_str()), 0) < 0) return refuse(ESRCH, "Can't find task " + pid);
    const Id group = nodes.at(file).parent;
    if (!is_class(group)
        && !has_line(text_of(nodes.at(nodes.at(group).parent).parent, "tasks"), pid))
        return refuse(EINVAL, "Can't move task to different control group");
    for (auto& [id, node] : nodes)
        if (node.name == "tasks" && is_class(node.parent) == is_class(group))
            if (const auto at = ("\n" + node.text).find("\n" + pid + "\n"); at != std::string::npos)
                node.text.erase(at, pid.size() + 1);
    nodes.at(file).text += pid + "\n";
    return 0;
}

// One line "L3:0=f;1=3" into the present text.
int write_schema(std::string& text, const std::string& line) {
    const auto colon = line.find(':');
    const std::string resource = line.substr(0, colon);
    if (colon == std::string::npos) return refuse(EINVAL, "Missing ':'");
    if (resource != "L3" && resource != "MB")
        return refuse(EINVAL, "Unknown or unsupported resource name '" + resource + "'");
    std::istringstream parts(line.substr(colon + 1));
    for (std::string part; std::getline(parts, part, ';');) {
        const auto equals = part.find('=');
        if (equals == std::string::npos) return refuse(EINVAL, "Missing '=' or non-numeric domain");
        const std::string value = part.substr(equals + 1);
        const long number = std::strtol(value.c_str(), nullptr, resource == "L3" ? 16 : 10);
        if (number <= 0 || number > (resource == "L3" ? 0x7ff : 100))
            return refuse(EINVAL, "Mask or bandwidth out of range: " + value);
        const auto start = text.find(resource + ":");
        const auto domain = text.find(part.substr(0, equals + 1), start);
        if (domain == std::string::npos) return refuse(EINVAL, "Domain not found");
        const auto from = domain + equals + 1;
        text.replace(from, text.find_first_of(";\n", from) - from, value);
    }
    return 0;
}

int write_schemata(std::string& text, const std::string& written) {
    if (written.empty() || written.back() != '\n') return refuse(EINVAL, "Incomplete line");
    std::string changed = text;
    std::istringstream lines(written);
    for (std::string line; std::getline(lines, line);)
        if (const int code = write_schema(changed, line); code < 0) return code;
    text = changed;
    return 0;
}

int write(Id id, std::string text) {
    text_of(find(FUSE_ROOT_ID, "info"), "last_cmd_status") = "ok\n";
    Node& node = nodes.at(id);
    if (node.name == "schemata") return write_schemata(node.text, text);
    while (!text.empty() && text.back() == '\n')
        text.pop_back();
    return node.name == "tasks" ? join(id, text) : -EPERM;
}

// ---- FUSE

int device = -1;

void reply(std::uint64_t unique, int error, const void* data = nullptr, std::size_t size = 0) {
    std::string out(sizeof(fuse_out_header), '\0');
    const fuse_out_header header = {static_cast<std::uint32_t>(sizeof header + size), error,
                                    unique};
    std::memcpy(out.data(), &header, sizeof header);
    if (size > 0) out.append(static_cast<const char*>(data), size);
    (void)!::write(device, out.data(), out.size());
}

fuse_attr attributes(Id id) {
    fuse_attr attr = {};
    attr.ino = id;
    attr.mode = nodes.at(id).directory ? S_IFDIR | 0755 : S_IFREG | 0644;
    attr.nlink = 1;
    return attr;
}

void reply_entry(std::uint64_t unique, Id id) {
    if (id == 0) return reply(unique, -ENOENT);
    fuse_entry_out out = {};
    out.nodeid = id;
    out.attr = attributes(id);
    reply(unique, 0, &out, sizeof out);
}

void reply_listing(std::uint64_t unique, Id id, std::uint64_t offset, std::size_t most) {
    std::string out;
    std::uint64_t index = 0;
    for (const auto& [child, node] : nodes) {
        if (node.parent != id || index++ < offset) continue;
        fuse_dirent entry = {};
        entry.ino = child;
        entry.off = index;
        entry.namelen = static_cast<std::uint32_t>(node.name.size());
        entry.type = node.directory ? 4 : 8; // DT_DIR, DT_REG
        std::string bytes(reinterpret_cast<const char*>(&entry), FUSE_NAME_OFFSET);
        bytes += node.name;
        bytes.resize(FUSE_DIRENT_ALIGN(bytes.size()));
        if (out.size() + bytes.size() > most) break;
        out += bytes;
    }
    reply(unique, 0, out.data(), out.size());
}

void reply_read(std::uint64_t unique, Id id, const fuse_read_in& in) {
    const std::string& text = nodes.at(id).text;
    const std::size_t from = std::min<std::size_t>(in.offset, text.size());
    const std::string part = text.substr(from, in.size);
    reply(unique, 0, part.data(), part.size());
}

template <class T>
T argument(const char* bytes) {
    T value;
    std::memcpy(&value, bytes, sizeof value);
    return value;
}

void answer(const fuse_in_header& in, const char* body) {
    const auto unique = in.unique;
    if (in.opcode == FUSE_FORGET || in.opcode == FUSE_BATCH_FORGET) return;
    if (in.opcode == FUSE_INIT) {
        fuse_init_out out = {};
        out.major = FUSE_KERNEL_VERSION;
        out.minor = 31;
        out.max_write = 65536;
        return reply(unique, 0, &out, sizeof out);
    }
    if (nodes.count(in.nodeid) == 0) return reply(unique, -ENOENT);
    switch (in.opcode) {
    case FUSE_LOOKUP:
        return reply_entry(unique, find(in.nodeid, body));
    case FUSE_GETATTR:
    case FUSE_SETATTR: {
        fuse_attr_out out = {};
        out.attr = attributes(in.nodeid);
        return reply(unique, 0, &out, sizeof out);
    }
    case FUSE_OPEN:
    case FUSE_OPENDIR: {
        fuse_open_out out = {};
        out.open_flags = FOPEN_DIRECT_IO;
        return reply(unique, 0, &out, sizeof out);
    }
    case FUSE_READDIR: {
        const auto read = argument<fuse_read_in>(body);
        return reply_listing(unique, in.nodeid, read.offset, read.size);
    }
    case FUSE_READ:
        return reply_read(unique, in.nodeid, argument<fuse_read_in>(body));
    case FUSE_WRITE: {
        const auto data = argument<fuse_write_in>(body);
        const int code = write(in.nodeid, {body + sizeof data, data.size});
        if (code < 0) return reply(unique, code);
        const fuse_write_out out = {data.size, 0};
        return reply(unique, 0, &out, sizeof out);
    }
    case FUSE_MKDIR: {
        const char* name = body + sizeof(fuse_mkdir_in);
        const int code = make(in.nodeid, name);
        return code < 0 ? reply(unique, code) : reply_entry(unique, find(in.nodeid, name));
    }
    case FUSE_RMDIR:
        return reply(unique, remove(in.nodeid, body));
    case FUSE_FLUSH:
    case FUSE_RELEASE:
    case FUSE_RELEASEDIR:
    case FUSE_ACCESS:
        return reply(unique, 0);
    default:
        return reply(unique, -ENOSYS);
    }
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 2) return 2;
    populate();
    device = ::open("/dev/fuse", O_RDWR | O_CLOEXEC);
    const std::string options =
        "fd=" + std::to_string(device) + ",rootmode=40000,user_id=0,group_id=0,allow_other";
    if (device < 0
        || ::mount("resctrl", argv[1], "fuse", MS_NOSUID | MS_NODEV, options.c_str()) < 0) {
        std::perror(argv[1]);
        return 1;
    }
    static char buffer[256 * 1024];
    for (;;) {
        const ssize_t size = ::read(device, buffer, sizeof buffer - 1);
        if (size < 0 && (errno == EINTR || errno == ENOENT)) continue;
        if (size < static_cast<ssize_t>(sizeof(fuse_in_header))) return 0; // unmounted
        buffer[size] = 0;
        answer(argument<fuse_in_header>(buffer), buffer + sizeof(fuse_in_header));
    }
}
