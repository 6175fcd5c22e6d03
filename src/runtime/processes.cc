#include "runtime/cgroup.h"
#include "runtime/liveness.h"
#include "runtime/runtime.h"
#include "runtime/store.h"

#include <algorithm>

namespace tare::runtime {

Result<std::vector<pid_t>> processes(const Settings& settings, const std::string& id) {
    const StateDirectory directory = TRY(StateDirectory::open(settings, id));
    const Record record = TRY(directory.read());
    if (record.cgroup.empty()) {
        const Fd init = TRY(open_init(record));
        if (!init) return std::vector<pid_t>();
        return invalid("container " + id
                       + " has no cgroup of its own, by which its processes would be known");
    }
    std::vector<pid_t> pids = TRY(list_cgroup(record.cgroup));
    std::ranges::sort(pids);
    return pids;
}

} // namespace tare::runtime
