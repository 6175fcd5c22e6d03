// Until the layers below have landed: weak stand-ins, so that the command line links. Each is
// replaced by the real function as soon as there is one; the file goes with the last of them.

#include "runtime/runtime.h"

#define PENDING __attribute__((weak))

namespace tare {

namespace {
Failure pending(const char* what) {
    return Failure({ENOSYS, std::string(what) + ": not built in yet"});
}
} // namespace

namespace runtime {
PENDING Result<plan::Plan> plan_bundle(const Settings&, const CreateRequest&) {
    return pending("plan");
}
PENDING Status create(const Settings&, const CreateRequest&) {
    return pending("create");
}
PENDING Status start(const Settings&, const std::string&) {
    return pending("start");
}
PENDING Result<int> run(const Settings&, const RunRequest&) {
    return pending("run");
}
PENDING Result<spec::State> state(const Settings&, const std::string&) {
    return pending("state");
}
PENDING Result<std::vector<spec::State>> list(const Settings&) {
    return pending("list");
}
PENDING Status kill(const Settings&, const std::string&, int, bool) {
    return pending("kill");
}
PENDING Status remove(const Settings&, const std::string&, bool) {
    return pending("delete");
}
} // namespace runtime

} // namespace tare
