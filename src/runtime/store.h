#pragma once

#include "base/fd.h"
#include "base/result.h"
#include "runtime/record.h"

#include <string>
#include <vector>

// Where containers are remembered: ROOT/ID/, a directory each with mode 0700. Making the directory
// claims the id; flock(2) on it keeps commands from working on one container at once, and ends with
// its holder however that ends.

namespace tare::runtime {

struct Settings;

// [A-Za-z0-9_+.-]+, and neither "." nor "..": so an id is always one file name.
Status check_id(const std::string& id);

class StateDirectory {
public:
    // Makes the directory and locks it; the root too when it is missing. Of several callers with
    // one id exactly one succeeds: "container with given ID already exists: ID". EPERM: the root of
    // an unprivileged user is another's, or others may write to it.
    static Result<StateDirectory> claim(const Settings& settings, const std::string& id);

    // "container does not exist: ID"
    static Result<StateDirectory> open(const Settings& settings, const std::string& id);

    // Waits for whoever holds it, at most ten seconds. Gone meanwhile: "container does not exist".
    // EPERM: it is another user's, and we are not root.
    Status lock();
    // False: somebody holds it.
    Result<bool> try_lock();
    // The same with others who only look: it keeps out whoever changes the container.
    Status lock_shared();
    Status unlock();

    const Fd& fd() const { return dir_; }
    const std::string& path() const { return path_; }
    const std::string& id() const { return id_; }

    // Written beside and renamed: killed at any instant, the old one or the new one is there.
    Status write(const Record& record) const;

    // ENOENT: there is none, its creator was killed before it could write it.
    Result<Record> read() const;

    // Removes it with all it holds.
    Status remove() const;
    // False: it holds something.
    bool remove_empty() const;

private:
    StateDirectory(std::string path, std::string id, Fd dir)
        : path_(std::move(path)), id_(std::move(id)), dir_(std::move(dir)) {}

    Status lock_as(int operation);
    Result<bool> try_lock_as(int operation);
    static Result<StateDirectory> lock_new(const std::string& root, const std::string& id);
    Status check_still_ours() const;

    std::string path_, id_;
    Fd dir_;
};

// The ids below the root, sorted. A missing root is empty when it is the default one.
Result<std::vector<std::string>> list_ids(const Settings& settings);

// This boot, as the kernel names it.
Result<std::string> boot_id();

} // namespace tare::runtime
