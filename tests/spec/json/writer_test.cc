#include "spec/json/writer.h"

#include <gtest/gtest.h>

namespace tare::json {
namespace {

std::string written(bool indent) {
    Writer out(indent);
    out.begin_object();
    out.name("a\"");
    out.begin_array();
    out.integer(-1);
    out.unsigned_integer(UINT64_MAX);
    out.boolean(true);
    out.begin_object();
    out.end_object();
    out.begin_array();
    out.end_array();
    out.end_array();
    out.name("b");
    out.string("x\n\x01\xff/");
    out.end_object();
    return out.take();
}

TEST(Writer, WritesOneLine) {
    EXPECT_EQ(written(false), "{\"a\\\"\":[-1,18446744073709551615,true,{},[]],"
                              "\"b\":\"x\\n\\u0001\xef\xbf\xbd/\"}");
}

TEST(Writer, WritesIndented) {
    EXPECT_EQ(written(true), "{\n  \"a\\\"\": [\n    -1,\n    18446744073709551615,\n    true,\n"
                             "    {},\n    []\n  ],\n  \"b\": \"x\\n\\u0001\xef\xbf\xbd/\"\n}");
}

} // namespace
} // namespace tare::json
