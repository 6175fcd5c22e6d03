#include "plan/devices.h"

#include "base/text.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <linux/bpf.h>
#include <map>
#include <set>

namespace tare::plan {

namespace {

constexpr std::int64_t kAny = -1;
constexpr std::int64_t kMaxMajor = 0xfff; // the kernel's dev_t: 12 and 20 bits
constexpr std::int64_t kMaxMinor = 0xfffff;

using Mask = std::uint32_t; // BPF_DEVCG_ACC_*
constexpr Mask kAllAccess = BPF_DEVCG_ACC_MKNOD | BPF_DEVCG_ACC_READ | BPF_DEVCG_ACC_WRITE;

// A rule in the kernel's terms.
struct Rule {
    bool allow = false;
    bool block = false; // else character
    std::int64_t major = kAny, minor = kAny;
    Mask access = kAllAccess;
};

struct Policy {
    Mask otherwise = 0;      // without any rule: nothing
    std::vector<Rule> rules; // behind the last "a" rule
};

Result<Mask> plan_access(const std::string& access, const std::string& origin) {
    if (access.empty()) return kAllAccess;
    Mask mask = 0;
    for (const char c : access)
        if (c == 'r')
            mask |= BPF_DEVCG_ACC_READ;
        else if (c == 'w')
            mask |= BPF_DEVCG_ACC_WRITE;
        else if (c == 'm')
            mask |= BPF_DEVCG_ACC_MKNOD;
        else
            return invalid(origin + "/access: must be made of r, w and m, got " + quote(access));
    return mask;
}

Result<std::int64_t> plan_number(const std::optional<std::int64_t>& number,
                                 const std::string& origin) {
    if (number.value_or(kAny) < kAny)
        return invalid(origin + ": must be -1 for all, or a device number, got "
                       + std::to_string(*number));
    return number.value_or(kAny);
}

Result<Rule> plan_rule(const spec::DeviceRule& rule, const std::string& origin) {
    if (rule.type != "b" && rule.type != "c")
        return invalid(origin + "/type: must be a, b or c, got " + quote(rule.type));
    const std::int64_t major = TRY(plan_number(rule.major, origin + "/major"));
    const std::int64_t minor = TRY(plan_number(rule.minor, origin + "/minor"));
    const Mask access = TRY(plan_access(rule.access, origin));
    return Rule{rule.allow, rule.type == "b", major, minor, access};
}

Result<Policy> plan_policy(const std::vector<spec::DeviceRule>& rules, const std::string& origin) {
    Policy policy;
    for (std::size_t i = 0; i < rules.size(); ++i) {
        if (rules[i].type.empty() || rules[i].type == "a") {
            policy = {rules[i].allow ? kAllAccess : 0, {}};
            continue;
        }
        const Rule rule = TRY(plan_rule(rules[i], origin + "/" + std::to_string(i)));
        if (rule.major <= kMaxMajor && rule.minor <= kMaxMinor) policy.rules.push_back(rule);
    }
    return policy;
}

// ---- What the rules come to, without their order

// Masks of one type of device. The first of these tables with an entry decides.
struct Table {
    std::map<std::pair<std::int64_t, std::int64_t>, Mask> devices; // by major and minor
    std::map<std::int64_t, Mask> majors;
    std::map<std::int64_t, Mask> minors;
    Mask otherwise = 0;
};

// kAny as a number stands for one that no rule names.
Mask mask_of(const Policy& policy, bool block, std::int64_t major, std::int64_t minor) {
    Mask mask = policy.otherwise;
    for (const Rule& rule : policy.rules) {
        if (rule.block != block || (rule.major != kAny && rule.major != major)
            || (rule.minor != kAny && rule.minor != minor))
            continue;
        mask = rule.allow ? mask | rule.access : mask & ~rule.access;
    }
    return mask;
}

Table make_table(const Policy& policy, bool block) {
    Table table{.otherwise = mask_of(policy, block, kAny, kAny)};
    std::set<std::int64_t> majors, minors;
    for (const Rule& rule : policy.rules) {
        if (rule.block != block) continue;
        majors.insert(rule.major);
        minors.insert(rule.minor);
        table.devices[{rule.major, rule.minor}] = 0;
        if (rule.major == kAny) table.minors[rule.minor] = 0;
    }
    for (const std::int64_t major : majors) // rules for a minor of every major cut through these
        for (const auto& [minor, mask] : table.minors)
            table.devices[{major, minor}] = 0;
    table.minors.erase(kAny);
    majors.erase(kAny);
    std::erase_if(table.devices, [](const auto& entry) {
        return entry.first.first == kAny || entry.first.second == kAny;
    });

    for (const std::int64_t major : majors)
        table.majors[major] = mask_of(policy, block, major, kAny);
    for (auto& [minor, mask] : table.minors)
        mask = mask_of(policy, block, kAny, minor);
    for (auto& [device, mask] : table.devices)
        mask = mask_of(policy, block, device.first, device.second);
    return table;
}

// Takes out what the tables behind say as well.
void prune(Table& table) {
    std::erase_if(table.minors, [&](const auto& entry) { return entry.second == table.otherwise; });
    std::erase_if(table.devices, [&](const auto& entry) {
        return entry.second == table.majors[entry.first.first];
    });
    if (table.minors.empty()) // else an entry may be there to shadow one of those
        std::erase_if(table.majors,
                      [&](const auto& entry) { return entry.second == table.otherwise; });
}

// ---- The program

constexpr std::uint8_t kResult = BPF_REG_0, kContext = BPF_REG_1, kType = BPF_REG_2,
                       kMajor = BPF_REG_3, kMinor = BPF_REG_4, kAccess = BPF_REG_5,
                       kDevice = BPF_REG_6;

// Makes
//     r0 = 1; load everything; if it is no character device: go to the table of blocks
//     (a table) if the number is this one: go to the verdict with its mask; ...
//     (a verdict) access &= ~mask; go to the end
//     (the end) if access == 0: exit; r0 = 0; exit
// Jumps forward only, each verdict once.
class Program {
public:
    std::vector<std::uint64_t> make(const Table& characters, const Table& blocks) {
        prologue();
        const std::size_t to_blocks = jump(BPF_JNE, kType, BPF_DEVCG_DEV_CHAR);
        add_table(characters);
        land(to_blocks);
        add_table(blocks);
        add_verdicts();
        return words();
    }

private:
    void add(int code, std::uint8_t to, std::uint8_t from = 0, std::int32_t imm = 0,
             std::int16_t off = 0) {
        bpf_insn insn = {};
        insn.code = static_cast<std::uint8_t>(code);
        insn.dst_reg = to & 0xf;
        insn.src_reg = from & 0xf;
        insn.off = off;
        insn.imm = imm;
        program_.push_back(insn);
    }
    void set(int operation, std::uint8_t to, std::int32_t imm) {
        add(BPF_ALU64 | BPF_K | operation, to, 0, imm);
    }
    void load(std::uint8_t to, std::size_t offset) {
        add(BPF_LDX | BPF_MEM | BPF_W, to, kContext, 0, static_cast<std::int16_t>(offset));
    }

    // Numbers from 2^31 on would be sign-extended: those need the comparison of 32 bits
    // (Linux 5.1).
    std::size_t jump(int comparison, std::uint8_t what, std::uint32_t value) {
        const int width = value > 0x7fffffff ? BPF_JMP32 : BPF_JMP;
        add(width | BPF_K | comparison, what, 0, static_cast<std::int32_t>(value));
        return program_.size() - 1;
    }
    std::size_t jump() {
        add(BPF_JMP | BPF_JA, 0);
        return program_.size() - 1;
    }
    void land(std::size_t jump_at) {
        program_[jump_at].off = static_cast<std::int16_t>(program_.size() - jump_at - 1);
    }

    void prologue() {
        load(kType, offsetof(bpf_cgroup_dev_ctx, access_type)); // access << 16 | type
        load(kMajor, offsetof(bpf_cgroup_dev_ctx, major));
        load(kMinor, offsetof(bpf_cgroup_dev_ctx, minor));
        set(BPF_MOV, kResult, 1);
        add(BPF_ALU64 | BPF_X | BPF_MOV, kAccess, kType);
        set(BPF_RSH, kAccess, 16);
        set(BPF_AND, kType, 0xffff);
    }

    void add_table(const Table& table) {
        if (!table.devices.empty()) {
            add(BPF_ALU64 | BPF_X | BPF_MOV, kDevice, kMajor);
            set(BPF_LSH, kDevice, 20);
            add(BPF_ALU64 | BPF_X | BPF_OR, kDevice, kMinor);
        }
        for (const auto& [device, mask] : table.devices)
            verdicts_[mask].push_back(jump(
                BPF_JEQ, kDevice, static_cast<std::uint32_t>(device.first << 20 | device.second)));
        for (const auto& [major, mask] : table.majors)
            verdicts_[mask].push_back(jump(BPF_JEQ, kMajor, static_cast<std::uint32_t>(major)));
        for (const auto& [minor, mask] : table.minors)
            verdicts_[mask].push_back(jump(BPF_JEQ, kMinor, static_cast<std::uint32_t>(minor)));
        verdicts_[table.otherwise].push_back(jump());
    }

    void add_verdicts() {
        std::vector<std::size_t> to_end, to_exit;
        for (const auto& [mask, jumps] : verdicts_) {
            if (mask == 0 || mask == kAllAccess) continue;
            for (const std::size_t at : jumps)
                land(at);
            set(BPF_AND, kAccess, static_cast<std::int32_t>(kAllAccess & ~mask));
            to_end.push_back(jump());
        }
        for (const std::size_t at : to_end)
            land(at);
        if (!to_end.empty()) to_exit.push_back(jump(BPF_JEQ, kAccess, 0));
        for (const std::size_t at : verdicts_[0])
            land(at);
        set(BPF_MOV, kResult, 0);
        for (const std::size_t at : verdicts_[kAllAccess])
            land(at);
        for (const std::size_t at : to_exit)
            land(at);
        add(BPF_JMP | BPF_EXIT, 0);
    }

    // Without the jumps that lead to the next instruction anyway.
    std::vector<std::uint64_t> words() {
        for (std::size_t i = program_.size(); i-- > 0;)
            if (program_[i].code == (BPF_JMP | BPF_JA) && program_[i].off == 0) remove(i);
        std::vector<std::uint64_t> words(program_.size());
        static_assert(sizeof(bpf_insn) == sizeof words[0]);
        std::memcpy(words.data(), program_.data(), words.size() * sizeof words[0]);
        return words;
    }

    void remove(std::size_t index) {
        for (std::size_t i = 0; i < index; ++i)
            if (i + 1 + static_cast<std::size_t>(program_[i].off) > index && is_jump(program_[i]))
                --program_[i].off;
        program_.erase(program_.begin() + static_cast<std::ptrdiff_t>(index));
    }

    static bool is_jump(const bpf_insn& insn) {
        const int kind = insn.code & 0x07;
        return kind == BPF_JMP || kind == BPF_JMP32;
    }

    std::vector<bpf_insn> program_;
    std::map<Mask, std::vector<std::size_t>> verdicts_; // the jumps that lead to each
};

constexpr std::size_t kMaxEntries = 16000; // keeps every jump within 16 bits

// How many entries make_table() may make: a rule for a minor of every major adds one to each major.
std::size_t count_entries(const Policy& policy) {
    std::set<std::int64_t> majors;
    std::size_t minors = 0;
    for (const Rule& rule : policy.rules) {
        majors.insert(rule.major);
        if (rule.major == kAny) ++minors;
    }
    return policy.rules.size() + majors.size() * (minors + 1);
}

bool allows_everything(const Table& table) {
    return table.devices.empty() && table.majors.empty() && table.minors.empty()
           && table.otherwise == kAllAccess;
}

struct Tables {
    Table characters, blocks;
    bool allow_everything() const {
        return allows_everything(characters) && allows_everything(blocks);
    }
};

Result<Tables> make_tables(const std::vector<spec::DeviceRule>& rules, const std::string& origin) {
    const Policy policy = TRY(plan_policy(rules, origin));
    if (count_entries(policy) > kMaxEntries)
        return invalid(origin + ": " + std::to_string(policy.rules.size())
                       + " rules are too many for one device program");
    Tables tables{make_table(policy, false), make_table(policy, true)};
    prune(tables.characters);
    prune(tables.blocks);
    return tables;
}

// ---- For systemd

using DeviceAllow = std::vector<std::pair<std::string, std::string>>; // what, access

void add_allow(DeviceAllow& list, std::string what, Mask mask) {
    std::string access;
    if ((mask & BPF_DEVCG_ACC_READ) != 0) access += 'r';
    if ((mask & BPF_DEVCG_ACC_WRITE) != 0) access += 'w';
    if ((mask & BPF_DEVCG_ACC_MKNOD) != 0) access += 'm';
    if (!access.empty()) list.emplace_back(std::move(what), std::move(access));
}

// There is no entry for one minor of every major: that becomes all of them.
void add_allows(DeviceAllow& list, const Table& table, const std::string& type) {
    const std::string group = type == "char" ? "char-" : "block-";
    Mask otherwise = table.otherwise;
    for (const auto& [minor, mask] : table.minors)
        otherwise |= mask;
    add_allow(list, group + "*", otherwise);
    for (const auto& [major, mask] : table.majors)
        add_allow(list, group + std::to_string(major), mask);
    for (const auto& [device, mask] : table.devices)
        add_allow(list,
                  "/dev/" + type + "/" + std::to_string(device.first) + ":"
                      + std::to_string(device.second),
                  mask);
}

} // namespace

const std::vector<spec::DeviceRule>& default_device_rules() {
    static const std::vector<spec::DeviceRule> rules = {
        {.allow = true, .type = "c", .access = "m"}, // making a node gives no access
        {.allow = true, .type = "b", .access = "m"},
        {.allow = true, .type = "c", .major = 1, .minor = 3, .access = "rwm"},    // null
        {.allow = true, .type = "c", .major = 1, .minor = 5, .access = "rwm"},    // zero
        {.allow = true, .type = "c", .major = 1, .minor = 7, .access = "rwm"},    // full
        {.allow = true, .type = "c", .major = 1, .minor = 8, .access = "rwm"},    // random
        {.allow = true, .type = "c", .major = 1, .minor = 9, .access = "rwm"},    // urandom
        {.allow = true, .type = "c", .major = 5, .minor = 0, .access = "rwm"},    // tty
        {.allow = true, .type = "c", .major = 5, .minor = 1, .access = "rwm"},    // console
        {.allow = true, .type = "c", .major = 5, .minor = 2, .access = "rwm"},    // ptmx
        {.allow = true, .type = "c", .major = 136, .access = "rwm"},              // pts/*
        {.allow = true, .type = "c", .major = 10, .minor = 200, .access = "rwm"}, // net/tun
    };
    return rules;
}

Result<std::vector<std::uint64_t>> compile_devices(const std::vector<spec::DeviceRule>& rules,
                                                   const std::string& origin) {
    const Tables tables = TRY(make_tables(rules, origin));
    if (tables.allow_everything()) return std::vector<std::uint64_t>{};
    return Program().make(tables.characters, tables.blocks);
}

Result<std::vector<BusProperty>> device_properties(const std::vector<spec::DeviceRule>& rules,
                                                   const std::string& origin) {
    const Tables tables = TRY(make_tables(rules, origin));
    std::vector<BusProperty> properties;
    if (tables.allow_everything()) return properties;
    DeviceAllow list;
    add_allows(list, tables.characters, "char");
    add_allows(list, tables.blocks, "block");
    properties.push_back({"DeviceAllow", std::move(list)});
    properties.push_back({"DevicePolicy", std::string("strict")});
    return properties;
}

} // namespace tare::plan
