#pragma once

#include "plan/wire.h"

#include <cstddef>
#include <cstring>

namespace tare::init {

// What an init was handed that was executed ahead of its plan: wire.h, Launch.
struct Descriptors {
    const int* numbers = nullptr;
    std::uint32_t count = 0;

    // -1: there is no such place.
    int at(std::int32_t place) const {
        return place >= 0 && static_cast<std::uint32_t>(place) < count ? numbers[place] : -1;
    }
};

// The plan's buffer, with every offset checked before use. `tare` wrote it, so a bad offset is a
// bug, not an attack: what it names reads as empty, and broken() tells.
class Plan {
public:
    //   handed  where descriptors of the plan are places in a row (wire.h, Launch): that row
    Plan(const void* data, std::size_t mapped, const Descriptors& handed = {})
        : data_(static_cast<const char*>(data)), handed_(handed) {
        if (mapped < sizeof(wire::Header)) return;
        const auto& head = *reinterpret_cast<const wire::Header*>(data_);
        if (head.magic != wire::kMagic || head.size > mapped) return;
        size_ = head.size;
        if (!holds(0, sizeof head, 1) || !holds(head.steps, sizeof(wire::Step), head.step_count)
            || !holds(head.slots, sizeof(wire::Slot), head.slot_count))
            size_ = 0;
    }

    bool valid() const { return size_ != 0; }
    bool broken() const { return broken_; }

    const wire::Header& header() const { return *reinterpret_cast<const wire::Header*>(data_); }
    std::uint32_t count() const { return header().step_count; }
    const wire::Step& step(std::uint32_t index) const {
        return reinterpret_cast<const wire::Step*>(data_ + header().steps)[index];
    }

    // Never null: a body out of bounds reads as all zeros.
    template <class Body>
    const Body& body(const wire::Step& step) const {
        static constexpr Body kEmpty{};
        if (holds(step.body, sizeof(Body), 1))
            return *reinterpret_cast<const Body*>(data_ + step.body);
        broken_ = true;
        return kEmpty;
    }

    // "" where it is absent.
    const char* text(wire::Text text) const {
        if (text.at == 0) return "";
        if (text.at < size_ && std::memchr(data_ + text.at, '\0', size_ - text.at) != nullptr)
            return data_ + text.at;
        broken_ = true;
        return "";
    }

    const char* text(const wire::TextList& list, std::uint32_t index) const {
        return text(reinterpret_cast<const wire::Text*>(data_ + list.at)[index]);
    }
    // How many of them are safe to read.
    std::uint32_t count(const wire::TextList& list) const {
        if (list.count == 0 || holds(list.at, sizeof(wire::Text), list.count)) return list.count;
        broken_ = true;
        return 0;
    }

    struct Array {
        const void* data;
        std::size_t size; // bytes
    };
    Array bytes(wire::Bytes bytes) const {
        if (bytes.size == 0) return {data_, 0};
        if (bytes.at % 8 == 0 && bytes.at < size_ && bytes.size <= size_ - bytes.at)
            return {data_ + bytes.at, bytes.size};
        broken_ = true;
        return {data_, 0};
    }

    // The descriptor in a slot; -1 where there is none.
    int slot(wire::Slot slot) const {
        if (slot < 0) return -1;
        if (static_cast<std::uint32_t>(slot) < header().slot_count)
            return number(reinterpret_cast<const wire::Slot*>(data_ + header().slots)[slot]);
        broken_ = true;
        return -1;
    }

    // Whether init was there before it.
    bool is_early() const { return handed_.count != 0; }

    // The number of a descriptor as the header and the slots have it; -1 where there is none.
    int number(std::int32_t descriptor) const {
        if (!is_early() || descriptor < 0) return descriptor;
        const int number = handed_.at(descriptor);
        if (number < 0) broken_ = true;
        return number;
    }

private:
    // Tables and bodies are aligned to 4 at least, so that x86 is not the only place this works.
    bool holds(std::uint32_t at, std::size_t size, std::size_t count) const {
        return at <= size_ && at % 4 == 0 && count <= (size_ - at) / size;
    }

    const char* data_;
    Descriptors handed_;
    std::size_t size_ = 0;
    mutable bool broken_ = false;
};

} // namespace tare::init
