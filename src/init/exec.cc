#include "init/mount.h"
#include "init/passwd.h"
#include "init/report.h"
#include "init/steps.h"
#include "init/syscall.h"

#include <cstring>
#include <sys/mman.h>

namespace tare::init {

namespace {

using wire::Detail;
using wire::Op;

constexpr std::size_t kFewPointers = 256;
char* few_pointers[kFewPointers];
char program_path[kPathMax];
char home_variable[5 + 256];

const wire::Exec* find_exec_step(const Plan& plan) {
    for (std::uint32_t i = plan.count(); i-- > 0;)
        if (plan.step(i).op == Op::kExec) return &plan.body<wire::Exec>(plan.step(i));
    return nullptr;
}

char** fill(const Plan& plan, const wire::TextList& list, char** to) {
    for (std::uint32_t i = 0, count = plan.count(list); i < count; ++i)
        *to++ = const_cast<char*>(plan.text(list, i));
    return to;
}

// HOME as the container's /etc/passwd has it, in place of an empty one or behind the others, where
// prepare_exec() left room.
void set_home(Context& context, std::uint32_t uid) {
    std::memcpy(home_variable, "HOME=", 5);
    if (!find_home(uid, home_variable + 5, sizeof home_variable - 5))
        std::memcpy(home_variable + 5, "/", 2);
    char** variable = context.env;
    while (*variable != nullptr && std::strncmp(*variable, "HOME=", 5) != 0)
        ++variable;
    *variable = home_variable;
}

// What execve(2) would say of it. EACCES for what is no regular file or not executable.
long check_program(const char* path) {
    struct stat what;
    const long found = sys(__NR_newfstatat, AT_FDCWD, path, &what, 0);
    if (found < 0) return found;
    if (!S_ISREG(what.st_mode)) return -EACCES;
    // With the effective ids, as execve(2) does; faccessat(2) without flags takes the real ones,
    // which are the same here.
    return sys(__NR_faccessat, AT_FDCWD, path, 1 /* X_OK */);
}

// "dir/name" in program_path; false when it does not fit.
bool join_path(const char* dir, std::size_t size, const char* name) {
    const std::size_t rest = std::strlen(name);
    if (size + 1 + rest + 1 > sizeof program_path) return false;
    std::memcpy(program_path, dir, size);
    // An empty entry of PATH is the working directory.
    if (size != 0) program_path[size++] = '/';
    std::memcpy(program_path + size, name, rest + 1);
    return true;
}

Status search(const char* name, const char* path) {
    long worst = -ENOENT;
    if (path[0] == '\0') return {ENOENT, Detail::kNotFound}; // none at all is not "."
    for (;; ++path) {
        const std::size_t size = std::strcspn(path, ":");
        const long checked = join_path(path, size, name) ? check_program(program_path) : -ENOENT;
        if (checked == 0) return {};
        // As execvp(3): a file that may not be executed is worth mentioning, if none better comes.
        if (checked == -EACCES) worst = checked;
        path += size;
        if (*path == '\0') break;
    }
    return {static_cast<std::int32_t>(-worst),
            worst == -ENOENT ? Detail::kNotFound : Detail::kNone};
}

} // namespace

bool comes_again(const Context& context, Op op) {
    for (std::uint32_t i = context.step + 1; i < context.plan.count(); ++i)
        if (context.plan.step(i).op == op) return true;
    return false;
}

Status prepare_exec(Context& context) {
    const wire::Exec* step = find_exec_step(context.plan);
    if (step == nullptr) return {};
    const std::size_t count = std::size_t{context.plan.count(step->args)}
                              + context.plan.count(step->env) + 3; // HOME, and two ends
    char** pointers = few_pointers;
    if (count > kFewPointers) {
        const long mapped = sys(__NR_mmap, nullptr, count * sizeof(char*), PROT_READ | PROT_WRITE,
                                MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        REQUIRE(outcome(mapped));
        pointers = reinterpret_cast<char**>(mapped);
    }
    context.args = pointers;
    context.env = fill(context.plan, step->args, pointers) + 1;
    fill(context.plan, step->env, context.env);
    return {};
}

Status change_directory(Context& context, const wire::Chdir& body) {
    if (context.entered) return {};
    const char* path = context.plan.text(body.path);
    long done = sys(__NR_chdir, path);
    if (done == -ENOENT && body.create != 0) { // as other runtimes do: an image need not have it
        const int root = open_at(AT_FDCWD, "/", O_PATH | O_DIRECTORY);
        const int made = make_in_root(root, path, Missing::kMakeDirectory);
        if (made >= 0) done = sys(__NR_fchdir, made);
        close_now(made);
        close_now(root);
    }
    // Root of a user namespace, or of a file server that does not trust it, may be let in less far
    // than the user.
    if ((done == -EACCES || done == -EPERM) && comes_again(context, Op::kChdir)) return {};
    REQUIRE(outcome(done));
    // The raw call tells what libc's getcwd() hides: a directory that is not below our root
    // (CVE-2024-21626) begins with "(unreachable)".
    char where[kPathMax];
    REQUIRE(outcome(sys(__NR_getcwd, where, sizeof where)));
    if (where[0] != '/') return {ENOENT, Detail::kOutside};
    context.entered = true;
    return {};
}

Status find_exec(Context& context, const wire::FindExec& body) {
    const wire::Exec* step = find_exec_step(context.plan);
    if (step != nullptr && step->fill_home != 0) set_home(context, step->home_of_uid);
    const char* name = context.plan.text(body.name);
    if (name[0] == '\0') return {ENOENT};
    if (std::strchr(name, '/') != nullptr) {
        context.program = name;
        return outcome(check_program(name));
    }
    REQUIRE(search(name, context.plan.text(body.path)));
    context.program = program_path;
    return {};
}

Status exec(Context& context) {
    settle(context);
    if (context.program == nullptr && context.args != nullptr) context.program = context.args[0];
    if (context.program == nullptr) return {EINVAL};
    REQUIRE(outcome(send(context, {wire::kExecuting, context.step, 0, 0})));
    return outcome(sys(__NR_execve, context.program, context.args, context.env));
}

} // namespace tare::init
