#include "runtime/cgroup.h"
#include "runtime/liveness.h"
#include "runtime/runtime.h"
#include "runtime/store.h"

#include <algorithm>

namespace tare::runtime {

Result<std::vector<pid_t>> processes(const Settings& settings, const std::string& id) {
    const StateDirectory directory = TRY(StateDirectory::open(settings, id));
    const Record record = TRY(directory.read());
    if (record.cgroup.empty() && open_init(record))
        return invalid("container " + id
                       + " has no cgroup of its own, by which its processes would be known");
    if (record.cgroup.empty()) return std::vector<pid_t>();
    std::vector<pid_t> pids = TRY(list_cgroup(record.cgroup));
    std::ranges::sort(pids);
    return pids;
}

} // namespace tare::runtime
