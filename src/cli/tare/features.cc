#include "cli/tare/commands.h"

namespace tare::cli {

Result<int> run_features(const Invocation&) {
    TRY(print(spec::write_features(runtime::features())));
    return 0;
}

} // namespace tare::cli
