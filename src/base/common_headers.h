#pragma once

// What nearly every source includes. Read once for the builds of the tests; nothing includes it,
// and the build of `tare` itself does without.

#include "base/result.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>
