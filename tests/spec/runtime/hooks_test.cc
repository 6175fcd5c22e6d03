#include "tests/spec/runtime/cases.h"

namespace tare::spec {
namespace {

TEST(ReadHooks, NamesTheFieldAtFault) {
    expect_errors(kStart + R"("hooks": )", "}",
                  {
                      {R"({"prestart": [], "poststop": null})", ""},
                      {"[]", "/hooks: must be an object"},
                      {R"({"prestart": {}})", "/hooks/prestart: must be an array"},
                      {R"({"createRuntime": [{}]})", "/hooks/createRuntime/0: 'path' is missing"},
                      {R"({"createContainer": [{"path": "a"}]})",
                       "/hooks/createContainer/0/path: must be an absolute path, not 'a'"},
                      {R"({"startContainer": [{"path": "/a", "args": [1]}]})",
                       "/hooks/startContainer/0/args/0: must be a string"},
                      {R"({"poststart": [{"path": "/a", "env": "A=b"}]})",
                       "/hooks/poststart/0/env: must be an array"},
                      {R"({"poststop": [{"path": "/a", "timeout": 0}]})",
                       "/hooks/poststop/0/timeout: must be from 1 to 2147483647"},
                      {R"({"poststop": [{"path": "/a", "timeout": 1.5}]})",
                       "/hooks/poststop/0/timeout: must be an integer"},
                  });
}

} // namespace
} // namespace tare::spec
