#include "plan/devices.h"
#include "tests/fuzz/bytes.h"
#include "tests/plan/device_bpf.h"
#include "tests/plan/device_model.h"

#include <cstdlib>

// Any list of rules becomes a program that the kernel's verifier could take and that decides as the
// rules say, or an error.

namespace tare::plan {
namespace {

constexpr std::int64_t kNumbers[] = {-1, 0, 1, 2, 7, 4095, 4096, 1048575, 1048576};

spec::DeviceRule next_rule(Bytes& bytes) {
    constexpr const char* kTypes[] = {"b", "c", "c", "b", "c", "b", "a", "", "u"};
    constexpr const char* kAccess[] = {"", "r", "w", "m", "rw", "wm", "rm", "rwm", "x"};
    spec::DeviceRule rule{
        .allow = bytes.next() % 2 == 0, .type = bytes.pick(kTypes), .access = bytes.pick(kAccess)};
    if (bytes.next() % 4 != 0) rule.major = bytes.pick(kNumbers);
    if (bytes.next() % 4 != 0) rule.minor = bytes.pick(kNumbers);
    return rule;
}

void check(const std::vector<spec::DeviceRule>& rules, const std::vector<std::uint64_t>& program,
           const DeviceQuestion& question) {
    std::uint32_t access = 0;
    for (const char c : question.access)
        access |=
            c == 'r' ? BPF_DEVCG_ACC_READ : (c == 'w' ? BPF_DEVCG_ACC_WRITE : BPF_DEVCG_ACC_MKNOD);
    const std::uint32_t type = question.type == 'c' ? BPF_DEVCG_DEV_CHAR : BPF_DEVCG_DEV_BLOCK;
    const auto verdict =
        program.empty()
            ? 1
            : run_device_program(program, {access << 16 | type, question.major, question.minor});
    if (verdict != (model_allows(rules, question) ? 1u : 0u)) std::abort();
}

} // namespace
} // namespace tare::plan

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace tare::plan;
    tare::Bytes bytes(data, size);
    std::vector<tare::spec::DeviceRule> rules;
    while (!bytes.empty())
        rules.push_back(next_rule(bytes));
    const auto program = compile_devices(rules, "o");
    if (!program) return 0;
    for (const char type : {'b', 'c'})
        for (const std::uint32_t major : {0u, 1u, 2u, 3u, 4095u})
            for (const std::uint32_t minor : {0u, 1u, 2u, 7u, 1048575u})
                for (const char* access : {"r", "w", "m", "rwm"})
                    check(rules, *program, {type, major, minor, access});
    return 0;
}
