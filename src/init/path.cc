#include "init/path.h"

#include "init/syscall.h"

#include <cstring>

namespace tare::init {

namespace {

constexpr int kLookOnly = O_PATH | O_NOFOLLOW;
constexpr unsigned kMostSymlinks = 40; // as the kernel's own

bool is(const char* name, const char* other) {
    return std::strcmp(name, other) == 0;
}

// Puts `link` and what is left of the path in front of each other: "link/rest".
bool splice(char* todo, const char* rest, const char* link, std::size_t link_size) {
    const std::size_t rest_size = std::strlen(rest);
    if (link_size + 1 + rest_size + 1 > kPathMax) return false;
    std::memmove(todo + link_size + 1, rest, rest_size + 1);
    std::memcpy(todo, link, link_size);
    todo[link_size] = '/';
    return true;
}

// The components that were really walked. ".." goes back by walking them again from the root: an
// attacker who moves directories about meanwhile finds no ".." of ours to be led outside by.
class Trail {
public:
    bool push(const char* name) {
        const std::size_t size = std::strlen(name) + 1;
        if (used_ + size > sizeof names_) return false;
        std::memcpy(names_ + used_, name, size);
        used_ += size;
        return true;
    }
    void pop() {
        if (used_ == 0) return;
        --used_;
        while (used_ != 0 && names_[used_ - 1] != '\0')
            --used_;
    }
    void clear() { used_ = 0; }

    int reopen(int root) const {
        int dir = open_at(root, ".", O_PATH | O_DIRECTORY);
        for (std::size_t at = 0; at < used_ && dir >= 0; at += std::strlen(names_ + at) + 1) {
            const int next = open_at(dir, names_ + at, kLookOnly | O_DIRECTORY);
            close_now(dir);
            dir = next;
        }
        return dir;
    }

private:
    char names_[kPathMax];
    std::size_t used_ = 0;
};

// Cuts the first component off `todo`: null at the end of the path.
char* next_component(char*& todo) {
    while (*todo == '/')
        ++todo;
    if (*todo == '\0') return nullptr;
    char* name = todo;
    while (*todo != '\0' && *todo != '/')
        ++todo;
    if (*todo == '/') *todo++ = '\0';
    return name;
}

int make(int dir, const char* name, bool file) {
    const long made =
        file ? sys(__NR_mknodat, dir, name, S_IFREG | 0644, 0) : sys(__NR_mkdirat, dir, name, 0755);
    // EEXIST: another container on the same root file system was quicker.
    return made < 0 && made != -EEXIST ? static_cast<int>(made) : 0;
}

class Walk {
public:
    Walk(int root, Symlinks symlinks, Missing missing)
        : root_(root), symlinks_(symlinks), missing_(missing) {}

    int run(const char* path) {
        if (!splice(todo_, path, "", 0)) return -ENAMETOOLONG;
        dir_ = trail_.reopen(root_);
        char* rest = todo_;
        while (dir_ >= 0) {
            char* name = next_component(rest);
            if (name == nullptr) return dir_;
            const int failed = step(name, rest);
            if (failed < 0) {
                close_now(dir_);
                return failed;
            }
        }
        return dir_;
    }

private:
    int step(const char* name, char*& rest) {
        if (is(name, ".")) return 0;
        if (is(name, "..")) {
            trail_.pop();
            return go(trail_.reopen(root_));
        }
        int fd = open_at(dir_, name, kLookOnly);
        if (fd == -ENOENT && missing_ != Missing::kRefuse) {
            const bool last = rest[std::strspn(rest, "/")] == '\0';
            const int failed = make(dir_, name, last && missing_ == Missing::kMakeFile);
            if (failed < 0) return failed;
            fd = open_at(dir_, name, kLookOnly);
        }
        if (fd < 0) return fd;

        char link[kPathMax];
        const long size = sys(__NR_readlinkat, fd, "", link, sizeof link);
        if (size >= 0) {
            close_now(fd);
            return follow(link, static_cast<std::size_t>(size), rest);
        }
        if (!trail_.push(name)) {
            close_now(fd);
            return -ENAMETOOLONG;
        }
        return go(fd);
    }

    int follow(const char* link, std::size_t size, char*& rest) {
        if (symlinks_ == Symlinks::kRefuse || ++followed_ > kMostSymlinks) return -ELOOP;
        if (size == 0) return -ENOENT;
        if (!splice(todo_, rest, link, size)) return -ENAMETOOLONG;
        rest = todo_;
        if (link[0] != '/') return 0;
        trail_.clear();
        return go(trail_.reopen(root_));
    }

    int go(int dir) {
        if (dir < 0) return dir;
        close_now(dir_);
        dir_ = dir;
        return 0;
    }

    int root_;
    Symlinks symlinks_;
    Missing missing_;
    int dir_ = -1;
    unsigned followed_ = 0;
    Trail trail_;
    char todo_[kPathMax];
};

} // namespace

int walk_in_root(int root, const char* path, Symlinks symlinks, Missing missing) {
    return Walk(root, symlinks, missing).run(path);
}

int open_in_root(int root, const char* path, Symlinks symlinks, int flags) {
    struct open_how how = {};
    how.flags = static_cast<std::uint64_t>(O_PATH | O_CLOEXEC | flags);
    how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
    if (symlinks == Symlinks::kRefuse) how.resolve |= RESOLVE_NO_SYMLINKS;
    long fd = -EAGAIN;
    // EAGAIN: something was renamed during "..", and the kernel could not be sure.
    for (int tries = 0; fd == -EAGAIN && tries < 32; ++tries)
        fd = sys(__NR_openat2, root, path, &how, sizeof how);
    if (!is_missing(fd)) return static_cast<int>(fd);

    const int walked = walk_in_root(root, path, symlinks, Missing::kRefuse);
    if (walked < 0 || (flags & O_DIRECTORY) == 0) return walked;
    const int dir = open_at(walked, ".", O_PATH | O_DIRECTORY);
    close_now(walked);
    return dir;
}

int make_in_root(int root, const char* path, Missing missing) {
    const int fd = open_in_root(root, path);
    if (fd != -ENOENT) return fd;
    return walk_in_root(root, path, Symlinks::kFollow, missing);
}

std::size_t last_component(const char* path) {
    const char* slash = std::strrchr(path, '/');
    return slash == nullptr ? 0 : static_cast<std::size_t>(slash - path) + 1;
}

} // namespace tare::init
