#include "plan/steps.h"

namespace tare::plan {

namespace {

constexpr std::uint32_t kDataStart = sizeof(wire::Header);

std::uint32_t aligned(std::size_t offset, std::size_t align) {
    return static_cast<std::uint32_t>((offset + align - 1) / align * align);
}

} // namespace

void Steps::reserve(std::size_t bytes, std::size_t steps) {
    data_.reserve(bytes);
    steps_.reserve(steps);
    notes_.reserve(steps);
}

// Data comes right behind the header, and the two tables behind the data: so offsets are final from
// the start.
std::uint32_t Steps::put(const void* data, std::size_t size, std::size_t align) {
    const std::uint32_t at = aligned(kDataStart + data_.size(), align);
    data_.resize(at - kDataStart);
    data_.append(static_cast<const char*>(data), size);
    return at;
}

wire::Text Steps::text(std::string_view text) {
    const wire::Text placed{put(text.data(), text.size(), 1)};
    data_.push_back('\0');
    return placed;
}

wire::TextList Steps::texts(const std::vector<std::string>& list) {
    std::vector<wire::Text> placed;
    placed.reserve(list.size());
    for (const std::string& item : list)
        placed.push_back(text(item));
    return {put(placed.data(), placed.size() * sizeof(wire::Text), alignof(wire::Text)),
            static_cast<std::uint32_t>(placed.size())};
}

wire::Bytes Steps::bytes(const void* data, std::size_t size) {
    return {put(data, size, 8), static_cast<std::uint32_t>(size)};
}

void Steps::add_raw(wire::Op op, const void* body, std::size_t size, Note note) {
    wire::Step step{.op = op};
    if (size != 0) step.body = put(body, size, 8);
    steps_.push_back(step);
    notes_.push_back(std::move(note));
}

std::string Steps::encode(wire::Header header, const std::vector<int>& slots) const {
    header.slots = aligned(kDataStart + data_.size(), 8);
    header.slot_count = static_cast<std::uint32_t>(slots.size());
    header.steps = aligned(header.slots + slots.size() * sizeof(int), 8);
    header.step_count = static_cast<std::uint32_t>(steps_.size());
    header.size = static_cast<std::uint32_t>(header.steps + steps_.size() * sizeof(wire::Step));

    std::string buffer(header.size, '\0');
    std::memcpy(buffer.data(), &header, sizeof header);
    std::memcpy(buffer.data() + kDataStart, data_.data(), data_.size());
    if (!slots.empty())
        std::memcpy(buffer.data() + header.slots, slots.data(), slots.size() * sizeof(int));
    if (!steps_.empty())
        std::memcpy(buffer.data() + header.steps, steps_.data(),
                    steps_.size() * sizeof(wire::Step));
    return buffer;
}

} // namespace tare::plan
