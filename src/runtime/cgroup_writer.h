#pragma once

#include "base/fd.h"
#include "base/result.h"
#include "plan/plan.h"

#include <string>
#include <vector>

// A part of runtime/cgroup.h, for it alone.

namespace tare::runtime {

// Writes a plan's values to the files of a cgroup. Most hosts have the controllers enabled already,
// so that is done only once a file is missing.
class CgroupWriter {
public:
    enum class Memory { kNone, kUndo };

    //   memory  kUndo: each file is read before it is written, for undo()
    CgroupWriter(const Fd& cgroup, const std::string& path, const plan::CgroupPlan& plan,
                 Memory memory = Memory::kNone)
        : cgroup_(cgroup), path_(path), plan_(plan), memory_(memory) {}

    // Reads every file that is there, for where somebody else changes them before write_all().
    void remember_all();

    // Errors name the field, and the controller that is missing.
    Status write_all();

    // Writes what was there before, the last first. What cannot be undone is logged.
    void undo() const;

private:
    struct Done {
        std::string file, before;
    };

    Status write(const plan::CgroupWrite& write);
    Status try_write(const plan::CgroupWrite& write);
    Status put(const std::string& file, const std::string& value);

    const Fd& cgroup_;
    const std::string& path_;
    const plan::CgroupPlan& plan_;
    const Memory memory_;
    std::vector<Done> done_;
    bool remembers_ = false; // done_ has them all already
    bool enabled_ = false;
    std::string tree_;
    std::vector<std::string> missing_;
};

// "No limit" is what a cgroup has without asking.
bool is_limit(const plan::CgroupWrite& write);

// memory.checkBeforeUpdate: a limit below what is in use would start the OOM killer.
Status check_memory_usage(const Fd& cgroup, const plan::CgroupPlan& plan);

} // namespace tare::runtime
