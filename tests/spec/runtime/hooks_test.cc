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

TEST(ReadHooks, TellsAnEmptyEnvironmentFromNone) {
    const auto env = [](const std::string& member) {
        const auto config = read_config(
            kStart + R"("hooks": {"prestart": [{"path": "/a")" + member + "}]}}", "config.json");
        return config->hooks.prestart[0].env;
    };
    EXPECT_FALSE(env(""));
    EXPECT_FALSE(env(R"(, "env": null)"));
    EXPECT_EQ(env(R"(, "env": [])"), std::vector<std::string>());
    EXPECT_EQ(env(R"(, "env": ["A=b"])"), std::vector<std::string>{"A=b"});
}

} // namespace
} // namespace tare::spec
