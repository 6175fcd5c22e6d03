// export_seccomp OUT: reads lines `NAME ACTION ERRNO [INDEX OP VALUE [VALUE_TWO]]...` (see
// bench.mk) and writes the compiled program, laid out as a tree. For the kernel floor, which reads
// no JSON.

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <seccomp.h>
#include <sstream>
#include <string>
#include <unistd.h>

namespace {

scmp_compare comparison(const std::string& name) {
    if (name == "SCMP_CMP_NE") return SCMP_CMP_NE;
    if (name == "SCMP_CMP_LT") return SCMP_CMP_LT;
    if (name == "SCMP_CMP_LE") return SCMP_CMP_LE;
    if (name == "SCMP_CMP_GE") return SCMP_CMP_GE;
    if (name == "SCMP_CMP_GT") return SCMP_CMP_GT;
    if (name == "SCMP_CMP_MASKED_EQ") return SCMP_CMP_MASKED_EQ;
    return SCMP_CMP_EQ;
}

void add_rule(scmp_filter_ctx context, const std::string& line) {
    std::istringstream words(line);
    std::string name, action;
    unsigned error = 0;
    words >> name >> action >> error;
    const int number = seccomp_syscall_resolve_name(name.c_str());
    if (number == __NR_SCMP_ERROR) return; // newer than the library
    scmp_arg_cmp arguments[6];
    unsigned count = 0;
    unsigned index = 0;
    for (std::string op; count < 6 && words >> index >> op;) {
        scmp_datum_t one = 0, two = 0;
        words >> one >> two;
        arguments[count++] = {index, comparison(op), one, two};
    }
    const auto result =
        action == "SCMP_ACT_ALLOW" ? SCMP_ACT_ALLOW : SCMP_ACT_ERRNO(error ? error : 1);
    seccomp_rule_add_array(context, result, number, count, arguments);
}

} // namespace

int main(int argc, char** argv) {
    if (argc < 2) return 2;
    const scmp_filter_ctx context = seccomp_init(SCMP_ACT_ERRNO(1));
    seccomp_arch_add(context, SCMP_ARCH_X86);
    seccomp_arch_add(context, SCMP_ARCH_X32);
    seccomp_attr_set(context, SCMP_FLTATR_CTL_OPTIMIZE, 2);
    char line[512];
    while (std::fgets(line, sizeof line, stdin))
        add_rule(context, line);
    const int out = ::open(argv[1], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    return out < 0 || seccomp_export_bpf(context, out) != 0;
}
