#include "runtime/stats.h"

#include "base/bit_list.h"
#include "base/text.h"
#include "sys/directory.h"
#include "sys/file.h"

#include <algorithm>
#include <cerrno>
#include <dirent.h>
#include <fcntl.h>
#include <limits>

// The formats: the kernel's admin-guide/cgroup-v2.rst, "Format" and the controllers' sections.

namespace tare::runtime {

namespace {

constexpr std::size_t kMostOfAFile = 4 << 20; // io.stat of very many devices
constexpr std::uint64_t kNoLimit = std::numeric_limits<std::uint64_t>::max();

using Values = std::map<std::string, std::uint64_t>;

std::uint64_t sum(std::uint64_t a, std::uint64_t b) {
    return a > kNoLimit - b ? kNoLimit : a + b;
}

std::vector<std::string_view> words_of(std::string_view line) {
    std::vector<std::string_view> words = split(line, ' ');
    std::erase(words, std::string_view());
    return words;
}

// "98.79" is 9879.
std::optional<std::uint32_t> parse_average(std::string_view text) {
    const std::size_t point = text.find('.');
    if (point == text.npos || text.size() != point + 3) return std::nullopt;
    const auto whole = parse_unsigned(text.substr(0, point));
    const auto part = parse_unsigned(text.substr(point + 1));
    if (!whole || !part || *whole > 100) return std::nullopt;
    return static_cast<std::uint32_t>(*whole * 100 + *part);
}

// "some avg10=0.00 avg60=0.00 avg300=0.00 total=0"
bool parse_line(const std::vector<std::string_view>& words, spec::PressureLine& line) {
    for (std::size_t i = 1; i < words.size(); ++i) {
        const std::size_t equals = words[i].find('=');
        if (equals == words[i].npos) return false;
        const std::string_view name = words[i].substr(0, equals),
                               value = words[i].substr(equals + 1);
        if (name == "total") {
            const auto total = parse_unsigned(value);
            if (!total) return false;
            line.total = *total;
            continue;
        }
        const auto average = parse_average(value);
        if (!average) return false;
        if (name == "avg10") line.avg10 = *average;
        if (name == "avg60") line.avg60 = *average;
        if (name == "avg300") line.avg300 = *average;
    }
    return true;
}

class Reader {
public:
    explicit Reader(const Fd& cgroup) : cgroup_(cgroup) {}

    spec::Stats read() const {
        spec::Stats stats;
        read_cpu(stats.cpu);
        stats.cpuset = {list("cpuset.cpus.effective"), list("cpuset.mems.effective")};
        read_memory(stats.memory);
        stats.pids = {number("pids.current"), number("pids.max")};
        if (stats.pids.limit == kNoLimit) stats.pids.limit = 0;
        read_block_io(stats.block_io);
        read_hugetlb(stats.hugetlb);
        stats.rdma_current = rdma("rdma.current");
        stats.rdma_limit = rdma("rdma.max");
        return stats;
    }

private:
    std::string text(const std::string& file) const {
        auto text = sys::read_file_at(cgroup_, file, kMostOfAFile);
        return text ? *std::move(text) : std::string();
    }

    // "max" is no limit.
    std::uint64_t number(const std::string& file) const {
        std::string_view value;
        const std::string all = text(file);
        value = all;
        while (value.ends_with('\n'))
            value.remove_suffix(1);
        return value == "max" ? kNoLimit : parse_unsigned(value).value_or(0);
    }

    // "name 12" in each line
    Values values(const std::string& file) const {
        Values result;
        const std::string all = text(file);
        for (const std::string_view line : split(all, '\n')) {
            const std::size_t blank = line.find(' ');
            if (blank == line.npos) continue;
            if (const auto value = parse_unsigned(line.substr(blank + 1)))
                result.emplace(line.substr(0, blank), *value);
        }
        return result;
    }

    std::vector<std::uint32_t> list(const std::string& file) const {
        const auto bits = parse_bit_list(text(file));
        return bits ? numbers_of(*bits) : std::vector<std::uint32_t>();
    }

    std::optional<spec::Pressure> pressure(const std::string& file) const {
        return parse_pressure(text(file));
    }

    void read_cpu(spec::CpuStats& cpu) const {
        Values values = this->values("cpu.stat");
        cpu.total = values["usage_usec"] * 1000;
        cpu.user = values["user_usec"] * 1000;
        cpu.kernel = values["system_usec"] * 1000;
        cpu.periods = values["nr_periods"];
        cpu.throttled_periods = values["nr_throttled"];
        cpu.throttled_time = values["throttled_usec"] * 1000;
        cpu.pressure = pressure("cpu.pressure");
    }

    void read_memory(spec::MemoryStats& memory) const {
        memory.raw = values("memory.stat");
        memory.events = values("memory.events");
        const auto raw = [&](const char* name) {
            const auto value = memory.raw.find(name);
            return value == memory.raw.end() ? 0 : value->second;
        };
        const auto hits = memory.events.find("max");
        memory.cache = raw("file");
        memory.usage = {number("memory.max"), number("memory.current"), number("memory.peak"),
                        hits == memory.events.end() ? 0 : hits->second};
        memory.swap = {sum(memory.usage.limit, number("memory.swap.max")),
                       sum(memory.usage.usage, number("memory.swap.current")), 0,
                       memory.usage.failcnt};
        memory.kernel.usage = raw("kernel");
        memory.kernel_tcp.usage = raw("sock");
        memory.pressure = pressure("memory.pressure");
    }

    // "8:0 rbytes=4096 wbytes=0 rios=1 wios=0 dbytes=0 dios=0"
    void read_block_io(spec::BlockIoStats& io) const {
        const std::string all = text("io.stat");
        for (const std::string_view line : split(all, '\n')) {
            const std::vector<std::string_view> words = words_of(line);
            if (words.size() < 2) continue;
            const std::size_t colon = words[0].find(':');
            if (colon == line.npos) continue;
            const auto major = parse_unsigned(words[0].substr(0, colon));
            const auto minor = parse_unsigned(words[0].substr(colon + 1));
            if (!major || !minor) continue;
            for (std::size_t i = 1; i < words.size(); ++i)
                add_entry(io, *major, *minor, words[i]);
        }
        io.pressure = pressure("io.pressure");
    }

    static void add_entry(spec::BlockIoStats& io, std::uint64_t major, std::uint64_t minor,
                          std::string_view word) {
        const std::size_t equals = word.find('=');
        const std::string_view name = word.substr(0, equals);
        if (equals == word.npos || name.empty()) return;
        const char* op = name[0] == 'r'   ? "Read"
                         : name[0] == 'w' ? "Write"
                         : name[0] == 'd' ? "Discard"
                                          : nullptr;
        const auto value = parse_unsigned(word.substr(equals + 1));
        if (op == nullptr || !value) return;
        if (name.substr(1) == "bytes") io.bytes.push_back({major, minor, op, *value});
        if (name.substr(1) == "ios") io.operations.push_back({major, minor, op, *value});
    }

    // hugetlb.2MB.current for each size
    void read_hugetlb(std::map<std::string, spec::HugetlbStats>& sizes) const {
        constexpr std::string_view kPrefix = "hugetlb.", kSuffix = ".current";
        for (const std::string& file : files()) {
            std::string_view size = file;
            if (!size.starts_with(kPrefix) || !size.ends_with(kSuffix)) continue;
            size.remove_prefix(kPrefix.size());
            size.remove_suffix(kSuffix.size());
            if (size.find('.') != size.npos) continue; // hugetlb.2MB.rsvd.current
            Values events = values("hugetlb." + std::string(size) + ".events");
            sizes[std::string(size)] = {number(file), events["max"]};
        }
    }

    std::vector<std::string> files() const {
        std::vector<std::string> names;
        auto again = sys::open_at(cgroup_, ".", O_RDONLY | O_DIRECTORY);
        DIR* stream = again ? ::fdopendir(again->get()) : nullptr;
        if (stream == nullptr) return names;
        again->release();
        while (const dirent* entry =
                   ::readdir(stream)) // a directory is a cgroup of the container's
            if (entry->d_type != DT_DIR) names.emplace_back(entry->d_name);
        ::closedir(stream);
        return names;
    }

    // "mlx4_0 hca_handle=2 hca_object=2000"
    std::map<std::string, spec::RdmaStats> rdma(const std::string& file) const {
        std::map<std::string, spec::RdmaStats> devices;
        const std::string all = text(file);
        for (const std::string_view line : split(all, '\n')) {
            const std::vector<std::string_view> words = words_of(line);
            if (words.empty()) continue;
            spec::RdmaStats& stats = devices[std::string(words[0])];
            for (std::size_t i = 1; i < words.size(); ++i) {
                const std::size_t equals = std::min(words[i].find('='), words[i].size() - 1);
                const std::string_view value = words[i].substr(equals + 1);
                const std::uint64_t count =
                    value == "max" ? kNoLimit : parse_unsigned(value).value_or(0);
                if (words[i].starts_with("hca_handle=")) stats.hca_handles = count;
                if (words[i].starts_with("hca_object=")) stats.hca_objects = count;
            }
        }
        return devices;
    }

    const Fd& cgroup_;
};

} // namespace

std::optional<spec::Pressure> parse_pressure(std::string_view text) {
    spec::Pressure pressure;
    bool found = false;
    for (const std::string_view line : split(text, '\n')) {
        const std::vector<std::string_view> words = words_of(line);
        if (words.empty()) continue;
        if (words[0] == "some" && parse_line(words, pressure.some))
            found = true;
        else if (words[0] != "full" || !parse_line(words, pressure.full))
            return std::nullopt;
    }
    return found ? std::optional(pressure) : std::nullopt;
}

std::vector<spec::NetworkInterface> parse_interfaces(std::string_view text) {
    std::vector<spec::NetworkInterface> interfaces;
    for (const std::string_view line : split(text, '\n')) {
        const std::size_t colon = line.rfind(':'); // an alias has one in its name
        const std::size_t begin = line.find_first_not_of(' ');
        if (colon == line.npos || begin >= colon) continue;
        std::vector<std::uint64_t> counts;
        for (const std::string_view word : words_of(line.substr(colon + 1)))
            counts.push_back(parse_unsigned(word).value_or(0));
        if (counts.size() < 12) continue;
        interfaces.push_back({std::string(line.substr(begin, colon - begin)), counts[0], counts[1],
                              counts[2], counts[3], counts[8], counts[9], counts[10], counts[11]});
    }
    return interfaces;
}

Result<spec::Stats> read_stats(const std::string& path) {
    const Fd cgroup = TRY(sys::open_file(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
    return Reader(cgroup).read();
}

} // namespace tare::runtime
