#include "base/protobuf.h"

namespace tare::protobuf {

namespace {

constexpr std::uint64_t kVarint = 0, kFixed64 = 1, kDelimited = 2, kFixed32 = 5;
constexpr std::uint64_t kMostField = (1u << 29) - 1;

Failure malformed(std::string_view what) {
    return Failure({EBADMSG, "protobuf message: " + std::string(what)});
}

std::uint64_t little_endian(std::string_view bytes) {
    std::uint64_t value = 0;
    for (std::size_t i = bytes.size(); i-- > 0;)
        value = value << 8 | static_cast<unsigned char>(bytes[i]);
    return value;
}

} // namespace

void Writer::varint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7)
        out_ += static_cast<char>(value | 0x80);
    out_ += static_cast<char>(value);
}

void Writer::unsigned_integer(std::uint32_t field, std::uint64_t value) {
    varint(std::uint64_t{field} << 3 | kVarint);
    varint(value);
}

void Writer::integer(std::uint32_t field, std::int64_t value) {
    unsigned_integer(field, static_cast<std::uint64_t>(value));
}

void Writer::boolean(std::uint32_t field, bool value) {
    unsigned_integer(field, value ? 1 : 0);
}

void Writer::text(std::uint32_t field, std::string_view value) {
    varint(std::uint64_t{field} << 3 | kDelimited);
    varint(value.size());
    out_ += value;
}

Result<std::uint64_t> Reader::varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        if (rest_.empty()) return malformed("ends within a number");
        const auto byte = static_cast<unsigned char>(rest_.front());
        rest_.remove_prefix(1);
        if (shift == 63 && byte > 1) break;
        value |= std::uint64_t{byte & 0x7fU} << shift;
        if (byte < 0x80) return value;
    }
    return malformed("a number of more than 64 bits");
}

Result<std::string_view> Reader::bytes(std::uint64_t count) {
    if (count > rest_.size()) return malformed("ends within a field");
    const std::string_view taken = rest_.substr(0, static_cast<std::size_t>(count));
    rest_.remove_prefix(taken.size());
    return taken;
}

Result<std::optional<Field>> Reader::next() {
    if (rest_.empty()) return std::nullopt;
    const std::uint64_t key = TRY(varint());
    if (key >> 3 == 0 || key >> 3 > kMostField) return malformed("a field number out of range");
    Field field{.number = static_cast<std::uint32_t>(key >> 3)};
    switch (key & 7) {
    case kVarint:
        field.integer = TRY(varint());
        break;
    case kDelimited: {
        const std::uint64_t size = TRY(varint());
        field.text = TRY(bytes(size));
        field.is_text = true;
        break;
    }
    case kFixed64:
    case kFixed32: {
        const std::string_view fixed = TRY(bytes((key & 7) == kFixed64 ? 8 : 4));
        field.integer = little_endian(fixed);
        break;
    }
    default:
        return malformed("a field of an unknown wire type");
    }
    return field;
}

} // namespace tare::protobuf
