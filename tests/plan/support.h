#pragma once

#include "plan/compilation.h"
#include "plan/mount.h"
#include "plan/op.h"

#include <gtest/gtest.h>
#include <string>

namespace tare::plan {

// The input of one part of the compiler, and what came out of it.
struct Part {
    spec::Config config{.root = spec::Root{"/srv/root"}, .process = spec::Process{}};
    spec::Linux linux_;
    HostFacts host;
    Options options{.id = "c1", .bundle = "/bundle"};
    Plan plan;

    Part() {
        config.oci_version = "1.3.0";
        config.process->args = {"sh"};
        config.process->cwd = "/";
        host.capabilities = (std::uint64_t{1} << 41) - 1;
        for (std::uint64_t& limit : host.own_hard_rlimits)
            limit = 1024;
    }
    Compilation c() {
        destinations_ = clean_destinations(config);
        return {config, linux_, host, options, destinations_, plan};
    }

    void add(spec::NamespaceType type, const char* path = "") {
        linux_.namespaces.push_back({type, path});
    }
    void add_user_namespace() {
        add(spec::NamespaceType::kUser);
        linux_.uid_mappings = linux_.gid_mappings = {{0, 100000, 65536}};
    }
    // "mount: mount tmpfs on '/dev': nosuid" a line
    std::string steps(bool with_origin = false) const {
        std::string out;
        for (std::size_t i = 0; i < plan.steps.count(); ++i) {
            const Note& note = plan.steps.note(i);
            out += std::string(op_name(plan.steps.op(i))) + ": ";
            if (with_origin) out += note.origin + ": ";
            out += note.what + (note.value.empty() ? "" : ": " + note.value) + "\n";
        }
        return out;
    }
    // The body of a step, as init would read it.
    template <class Body>
    Body body(std::size_t index) const {
        buffer_ = plan.steps.encode({}, {});
        const auto* header = reinterpret_cast<const wire::Header*>(buffer_.data());
        wire::Step step;
        std::memcpy(&step, buffer_.data() + header->steps + index * sizeof step, sizeof step);
        Body out;
        std::memcpy(&out, buffer_.data() + step.body, sizeof out);
        return out;
    }
    // After body().
    std::string text(wire::Text at) const { return at.at == 0 ? "" : buffer_.data() + at.at; }
    std::string texts(wire::TextList list) const {
        std::string out;
        for (std::uint32_t i = 0; i < list.count; ++i) {
            wire::Text item;
            std::memcpy(&item, buffer_.data() + list.at + i * sizeof item, sizeof item);
            out += (i == 0 ? "" : " ") + text(item);
        }
        return out;
    }

private:
    std::set<std::string> destinations_;
    mutable std::string buffer_;
};

// The text of an error, or "ok".
template <class Outcome>
std::string outcome(const Outcome& result) {
    return result ? "ok" : result.error().text;
}

} // namespace tare::plan
