#include "runtime/store.h"

#include "base/text.h"
#include "runtime/runtime.h"
#include "runtime/signal_mask.h"
#include "sys/file.h"
#include "sys/process.h"
#include "sys/retry.h"

#include <algorithm>
#include <climits>
#include <csignal>
#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace tare::runtime {

namespace {

constexpr std::size_t kRecordLimit = 16 << 20;
constexpr unsigned kLockSeconds = 10;

bool is_id_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'
           || c == '+' || c == '.' || c == '-';
}

Failure does_not_exist(const std::string& id) {
    return Failure({ENOENT, "container does not exist: " + id});
}

// mkdir -p, for the root: each part private to us.
Status make_directories(const std::string& path) {
    for (std::size_t slash = path.find('/', 1);; slash = path.find('/', slash + 1)) {
        const std::string part = path.substr(0, slash);
        if (::mkdir(part.c_str(), 0700) < 0 && errno != EEXIST)
            return sys_failure("mkdir " + quote(part));
        if (slash == std::string::npos) return {};
    }
}

int make_state_directory(const std::string& path) {
    return ::mkdir(path.c_str(), 0700) == 0 ? 0 : errno;
}

Status remove_contents(const Fd& dir, std::string_view what, std::string_view except);

Status remove_entry(const Fd& dir, const std::string& name) {
    if (::unlinkat(dir.get(), name.c_str(), 0) == 0 || errno == ENOENT) return {};
    if (errno != EISDIR) return sys_failure("remove " + quote(name));
    const Fd below = TRY(sys::open_at(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
    TRY(remove_contents(below, name, ""));
    if (::unlinkat(dir.get(), name.c_str(), AT_REMOVEDIR) == 0 || errno == ENOENT) return {};
    return sys_failure("remove " + quote(name));
}

// Everything in `dir`, which nobody has read yet, and below it: only ever a few files, and the
// notify directory. One that stays does not keep the others; the error is that of the first.
Status remove_contents(const Fd& dir, std::string_view what, std::string_view except) {
    alignas(dirent) char buffer[4096]; // the kernel's entries are laid out as the C library's
    Status status;
    for (;;) {
        const long size = ::syscall(SYS_getdents64, dir.get(), buffer, sizeof buffer);
        if (size < 0 && errno != ENOENT) return sys_failure("read " + quote(what));
        if (size <= 0) return status; // its end, or it has been removed
        for (long at = 0; at < size;) {
            const auto* entry = reinterpret_cast<const dirent*>(buffer + at);
            at += entry->d_reclen;
            const std::string name = entry->d_name;
            if (name == "." || name == ".." || name == except) continue;
            const Status removed = remove_entry(dir, name);
            if (status) status = removed;
        }
        // Another one would have fitted: that was all.
        if (static_cast<std::size_t>(size) + sizeof(dirent) <= sizeof buffer) return status;
    }
}

// Its records say which hooks to run and what to kill. root goes where it is told to.
Status check_owner(const struct stat& facts, const std::string& path) {
    const uid_t us = sys::effective_uid();
    if (us == 0 || facts.st_uid == us) return {};
    return Failure({EPERM, "the state directory " + quote(path) + " belongs to the user "
                               + std::to_string(facts.st_uid) + ", not to us"});
}

// Who may write to the root of an unprivileged user could put a directory in place of another.
Status check_root(const std::string& path) {
    struct stat facts = {};
    if (sys::effective_uid() == 0) return {};
    if (::stat(path.c_str(), &facts) < 0) return sys_failure("stat " + quote(path));
    if (facts.st_uid != 0) TRY(check_owner(facts, path));
    if ((facts.st_mode & (S_IWGRP | S_IWOTH)) == 0 || (facts.st_mode & S_ISVTX) != 0) return {};
    return Failure({EPERM, "the state directory " + quote(path) + " can be written to by others"});
}

void interrupt(int) {}

// flock(2) has no timeout: a signal ends the wait, also where a foreground holds all signals.
int lock_within(int fd, int operation, unsigned seconds) {
    struct sigaction alarm = {}, before = {};
    alarm.sa_handler = interrupt;
    ::sigaction(SIGALRM, &alarm, &before);
    const SignalMask mask = change_signal_mask(SIG_UNBLOCK, signal_bit(SIGALRM));
    ::alarm(seconds);
    const int result = ::flock(fd, operation) < 0 ? errno : 0;
    ::alarm(0);
    change_signal_mask(SIG_SETMASK, mask);
    ::sigaction(SIGALRM, &before, nullptr);
    return result;
}

} // namespace

Status check_id(const std::string& id) {
    if (id.empty() || id == "." || id == ".." || !std::ranges::all_of(id, is_id_character))
        return invalid("invalid container ID " + quote(id)
                       + ": must be of the characters A-Z a-z 0-9 _ + . -, and not . or ..");
    if (id.size() > NAME_MAX)
        return invalid("invalid container ID: longer than " + std::to_string(NAME_MAX) + " bytes");
    return {};
}

Result<StateDirectory> StateDirectory::claim(const Settings& settings, const std::string& id) {
    TRY(check_id(id));
    const std::string path = settings.root + "/" + id;
    int problem = make_state_directory(path);
    if (problem == ENOENT) {
        TRY(make_directories(settings.root));
        problem = make_state_directory(path);
    }
    if (problem == EEXIST)
        return Failure({EEXIST, "container with given ID already exists: " + id});
    if (problem != 0) return sys_failure("make state directory " + quote(path), problem);

    auto claimed = lock_new(settings.root, id);
    if (!claimed) ::rmdir(path.c_str()); // no use without the lock: give the id back
    return claimed;
}

Result<StateDirectory> StateDirectory::lock_new(const std::string& root, const std::string& id) {
    TRY(check_root(root));
    const std::string path = root + "/" + id;
    Fd dir = TRY(sys::open_directory(path));
    StateDirectory claimed(path, id, std::move(dir));
    TRY(claimed.lock());
    return claimed;
}

Result<StateDirectory> StateDirectory::open(const Settings& settings, const std::string& id) {
    TRY(check_id(id));
    const std::string path = settings.root + "/" + id;
    auto dir = sys::open_directory(path);
    if (!dir && dir.error().code == ENOENT) return does_not_exist(id);
    Fd opened = TRY(std::move(dir));
    return StateDirectory(path, id, std::move(opened));
}

Status StateDirectory::lock() {
    return lock_as(LOCK_EX);
}

Status StateDirectory::lock_shared() {
    return lock_as(LOCK_SH);
}

Result<bool> StateDirectory::try_lock() {
    return try_lock_as(LOCK_EX);
}

Result<bool> StateDirectory::try_lock_as(int operation) {
    const int locked = sys::retry_eintr([&] { return ::flock(dir_.get(), operation | LOCK_NB); });
    if (locked < 0 && errno == EWOULDBLOCK) return false;
    if (locked < 0) return sys_failure("lock " + quote(path_));
    TRY(check_still_ours());
    return true;
}

Status StateDirectory::lock_as(int operation) {
    const bool locked = TRY(try_lock_as(operation));
    if (locked) return {};
    const int problem = lock_within(dir_.get(), operation, kLockSeconds);
    if (problem == EINTR)
        return Failure({EBUSY, "container " + id_ + " is busy: another command works on it"});
    if (problem != 0) return sys_failure("lock " + quote(path_), problem);
    return check_still_ours();
}

Status StateDirectory::unlock() {
    if (::flock(dir_.get(), LOCK_UN) < 0) return sys_failure("unlock " + quote(path_));
    return {};
}

// Between our open and our lock a `delete` may have removed it; the lock is then worth nothing.
Status StateDirectory::check_still_ours() const {
    struct stat facts = {};
    if (::fstat(dir_.get(), &facts) < 0) return sys_failure("stat " + quote(path_));
    if (facts.st_nlink == 0) return does_not_exist(id_);
    return check_owner(facts, path_);
}

Status StateDirectory::write(const Record& record) const {
    return sys::replace_file_at(dir_, kRecordName, write_record(record), 0600)
        .map_error(under("state directory " + quote(path_)));
}

Result<Record> StateDirectory::read() const {
    const std::string text = TRY(sys::read_file_at(dir_, kRecordName, kRecordLimit)
                                     .map_error(under("state directory " + quote(path_))));
    return read_record(text, path_ + "/" + kRecordName);
}

// The record goes last: killed half-way, the next `delete` still finds it.
Status StateDirectory::remove() const {
    TRY(remove_contents(dir_, path_, kRecordName));
    TRY(sys::remove_file_at(dir_, kRecordName));
    if (::rmdir(path_.c_str()) == 0 || errno == ENOENT) return {};
    if (errno != ENOTEMPTY && errno != EEXIST) return sys_failure("rmdir " + quote(path_));
    const Fd again = TRY(sys::open_at(dir_, ".", O_RDONLY | O_DIRECTORY));
    TRY(remove_contents(again, path_, "")); // what came meanwhile
    return sys::remove_directory(path_);
}

bool StateDirectory::remove_empty() const {
    return ::rmdir(path_.c_str()) == 0;
}

Result<std::vector<std::string>> list_ids(const Settings& settings) {
    std::vector<std::string> ids;
    DIR* stream = ::opendir(settings.root.c_str());
    if (stream == nullptr) {
        if (errno == ENOENT && settings.root_is_default) return ids;
        return sys_failure("open " + quote(settings.root));
    }
    while (const dirent* entry = ::readdir(stream))
        if (check_id(entry->d_name)) ids.emplace_back(entry->d_name);
    ::closedir(stream);
    std::ranges::sort(ids);
    return ids;
}

Result<std::string> boot_id() {
    std::string text = TRY(sys::read_small_file("/proc/sys/kernel/random/boot_id"));
    while (!text.empty() && text.back() == '\n')
        text.pop_back();
    return text;
}

} // namespace tare::runtime
