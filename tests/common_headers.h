#pragma once

#include "base/common_headers.h"

#include <gtest/gtest.h>
