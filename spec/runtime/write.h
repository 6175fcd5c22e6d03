#pragma once

// Private to spec/runtime: how members are written. put() leaves out what is empty, absent, false
// or 0, which reads back the same; put_always() is for members that the spec requires.

#include "spec/json/writer.h"
#include "spec/runtime/config.h"
#include "spec/runtime/features.h"

#include <concepts>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tare::spec {

inline void write(json::Writer& out, bool value) {
    out.boolean(value);
}
inline void write(json::Writer& out, const std::string& value) {
    out.string(value);
}
template <std::signed_integral Integer>
void write(json::Writer& out, Integer value) {
    out.integer(value);
}
template <std::unsigned_integral Integer>
requires(!std::same_as<Integer, bool>) void write(json::Writer& out, Integer value) {
    out.unsigned_integer(value);
}

void write(json::Writer& out, const Capabilities& capabilities);
void write(json::Writer& out, const ConsoleSize& size);
void write(json::Writer& out, const Device& device);
void write(json::Writer& out, const Hook& hook);
void write(json::Writer& out, const Hooks& hooks);
void write(json::Writer& out, const IdMapping& mapping);
void write(json::Writer& out, const Linux& linux_);
void write(json::Writer& out, const Mount& mount);
void write(json::Writer& out, const Process& process);
void write(json::Writer& out, const Resources& resources);
void write(json::Writer& out, const Root& root);
void write(json::Writer& out, const Seccomp& seccomp);

template <class T>
void write(json::Writer& out, const std::vector<T>& values) {
    out.begin_array();
    for (const T& value : values)
        write(out, value);
    out.end_array();
}

template <class T>
void write(json::Writer& out, const std::map<std::string, T>& values) {
    out.begin_object();
    for (const auto& [name, value] : values) {
        out.name(name);
        write(out, value);
    }
    out.end_object();
}

template <class T>
void put_always(json::Writer& out, std::string_view name, const T& value) {
    out.name(name);
    write(out, value);
}

template <class T>
void put(json::Writer& out, std::string_view name, const T& value) {
    if (value == T{}) return;
    put_always(out, name, value);
}

template <class T>
void put(json::Writer& out, std::string_view name, const std::optional<T>& value) {
    if (value) put_always(out, name, *value);
}

} // namespace tare::spec
