#include "runtime/creation.h"
#include "runtime/runtime.h"

namespace tare::runtime {

Status create(const Settings& settings, const CreateRequest& request) {
    TRY(make_container(settings, request, {.has_gate = true}));
    return {};
}

} // namespace tare::runtime
