#pragma once

#include "plan/wire.h"

#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace tare::plan {

// What `tare plan` and error messages know of a step; init does not need it.
struct Note {
    std::string origin;     // "config.json#/mounts/3"; or "(default)" for what every container gets
    std::string what;       // "mount tmpfs on '/data'": completes "tare could not ..."
    std::string value = {}; // "nosuid, size=64k": after conversion, for the dump alone
};

// The container's part of the plan under construction: wire format on one side, notes on the other.
class Steps {
public:
    // Room ahead, so that nothing is moved while it grows.
    void reserve(std::size_t bytes, std::size_t steps);

    // Puts data into the buffer. Offsets stay valid while the buffer grows.
    wire::Text text(std::string_view text);
    wire::TextList texts(const std::vector<std::string>& list);
    wire::Bytes bytes(const void* data, std::size_t size);

    wire::Slot new_slot() { return static_cast<wire::Slot>(slots_++); }

    void add(wire::Op op, Note note) { add_raw(op, nullptr, 0, std::move(note)); }
    template <class Body> // NOLINTNEXTLINE(performance-unnecessary-value-param): it is moved on
    void add(wire::Op op, const Body& body, Note note) {
        static_assert(std::is_trivially_copyable_v<Body>);
        add_raw(op, &body, sizeof body, std::move(note));
    }

    std::size_t slots() const { return slots_; }
    std::size_t count() const { return steps_.size(); }
    wire::Op op(std::size_t index) const { return steps_[index].op; }
    const Note& note(std::size_t index) const { return notes_[index]; }

    // The finished buffer. `header` brings the descriptors and keep_fds; `slots` has one descriptor
    // for each new_slot(), -1 where none was opened.
    std::string encode(wire::Header header, const std::vector<int>& slots) const;

private:
    void add_raw(wire::Op op, const void* body, std::size_t size, Note note);
    std::uint32_t put(const void* data, std::size_t size, std::size_t align);

    std::string data_; // bodies, arrays and texts; offsets count from kDataStart
    std::vector<wire::Step> steps_;
    std::vector<Note> notes_;
    unsigned slots_ = 0;
};

} // namespace tare::plan
