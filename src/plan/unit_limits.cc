#include "plan/unit.h"

#include "base/bit_list.h"
#include "base/text.h"

#include <algorithm>
#include <map>

// systemd.resource-control(5) and org.freedesktop.systemd1(5): the types on the bus.

namespace tare::plan {

namespace {

constexpr std::uint64_t kInfinity = UINT64_MAX;

using DeviceLimits = std::vector<std::pair<std::string, std::uint64_t>>; // path, limit

// Files whose content is one number or "max", which are the property's value.
constexpr struct {
    std::string_view file, property;
} kNumbers[] = {
    {"memory.max", "MemoryMax"},          {"memory.high", "MemoryHigh"},
    {"memory.low", "MemoryLow"},          {"memory.min", "MemoryMin"},
    {"memory.swap.max", "MemorySwapMax"}, {"pids.max", "TasksMax"},
    {"cpu.weight", "CPUWeight"},          {"io.weight", "IOWeight"},
};

std::optional<std::uint64_t> limit_of(std::string_view text) {
    return text == "max" ? kInfinity : parse_unsigned(text);
}

// "0-3,7" as systemd wants it: a bit for each, the lowest first, in as many bytes as it takes.
std::optional<std::vector<std::uint8_t>> bits_of(std::string_view list) {
    const auto words = parse_bit_list(list);
    if (!words || words->empty()) return std::nullopt;
    std::vector<std::uint8_t> bytes;
    for (const std::uint64_t word : *words)
        for (unsigned shift = 0; shift < 64; shift += 8)
            bytes.push_back(static_cast<std::uint8_t>(word >> shift));
    while (bytes.size() > 1 && bytes.back() == 0)
        bytes.pop_back();
    return bytes;
}

class Limits {
public:
    void add(const CgroupWrite& write) {
        for (const auto& [file, property] : kNumbers)
            if (write.file == file) return set(property, limit_of(write.value));
        if (write.file == "cpu.max")
            add_quota(write.value);
        else if (write.file == "cpuset.cpus")
            set("AllowedCPUs", bits_of(write.value));
        else if (write.file == "cpuset.mems")
            set("AllowedMemoryNodes", bits_of(write.value));
        else if (write.file == "cpu.idle")
            idle_ = parse_unsigned(write.value);
        else if (write.file == "io.bfq.weight")
            add_weight(write.else_value);
        else if (write.file == "io.max")
            add_throttle(write.value);
    }

    std::vector<BusProperty> take() {
        if (idle_) add_idle();
        std::vector<BusProperty> list;
        for (auto& [name, value] : properties_)
            list.push_back({name, std::move(value)});
        return list;
    }

private:
    template <class T>
    void set(std::string_view property, const std::optional<T>& value) {
        if (value) properties_[std::string(property)] = *value;
    }

    void set_device(const std::string& property, std::string_view device,
                    const std::optional<std::uint64_t>& value) {
        if (!value) return;
        BusValue& list = properties_.try_emplace(property, DeviceLimits()).first->second;
        std::get<DeviceLimits>(list).emplace_back("/dev/block/" + std::string(device), *value);
    }

    // Since systemd 252 the weight 0 means idle, which every other weight takes back, so that one
    // has to be there: the default, "not set", if need be.
    void add_idle() {
        if (*idle_ != 0)
            set("CPUWeight", std::optional(kIdleWeight));
        else if (!properties_.contains("CPUWeight"))
            set("CPUWeight", std::optional(kInfinity));
    }

    // systemd keeps whole percents of a processor: rounded up to them, because the file, which is
    // written afterwards, has the exact value.
    void add_quota(std::string_view text) {
        const std::size_t blank = text.find(' ');
        const auto quota = limit_of(text.substr(0, blank));
        const auto period =
            blank == text.npos ? std::nullopt : parse_unsigned(text.substr(blank + 1));
        if (!quota || !period || *period == 0) return;
        constexpr std::uint64_t kSecond = 1'000'000, kPercent = kSecond / 100;
        std::uint64_t per_second = kInfinity;
        if (*quota <= (kInfinity - kPercent) / kSecond) {
            per_second = *quota * kSecond / *period;
            per_second = (per_second + kPercent - 1) / kPercent * kPercent;
        }
        set("CPUQuotaPerSecUSec", std::optional(per_second));
        set("CPUQuotaPeriodUSec", period);
    }

    // "500" or "8:0 500".
    void add_weight(std::string_view text) {
        const std::size_t blank = text.find(' ');
        if (blank == text.npos)
            set("IOWeight", parse_unsigned(text));
        else
            set_device("IODeviceWeight", text.substr(0, blank),
                       parse_unsigned(text.substr(blank + 1)));
    }

    // "8:0 rbps=1048576"
    void add_throttle(std::string_view text) {
        static const std::map<std::string_view, std::string> kProperties = {
            {"rbps", "IOReadBandwidthMax"},
            {"wbps", "IOWriteBandwidthMax"},
            {"riops", "IOReadIOPSMax"},
            {"wiops", "IOWriteIOPSMax"}};
        const std::vector<std::string_view> words = split(text, ' ');
        for (std::size_t i = 1; i < words.size(); ++i) {
            const std::size_t equals = std::min(words[i].find('='), words[i].size());
            const auto property = kProperties.find(words[i].substr(0, equals));
            if (property != kProperties.end() && equals < words[i].size())
                set_device(property->second, words[0], limit_of(words[i].substr(equals + 1)));
        }
    }

    std::map<std::string, BusValue> properties_;
    std::optional<std::uint64_t> idle_;
};

} // namespace

std::vector<BusProperty> unit_limits(const std::vector<CgroupWrite>& writes) {
    Limits limits;
    for (const CgroupWrite& write : writes)
        limits.add(write);
    return limits.take();
}

} // namespace tare::plan
