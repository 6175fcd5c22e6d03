#pragma once

#include "base/result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// The wire format of Protocol Buffers (protobuf.dev, "Encoding"), as far as CRIU's interface needs
// it: varints and length-delimited fields. The schema is the caller's business.

namespace tare::protobuf {

// Builds one message, its fields in the order of the calls.
class Writer {
public:
    void unsigned_integer(std::uint32_t field, std::uint64_t value);
    // int32, int64 and enums: a negative one takes ten bytes.
    void integer(std::uint32_t field, std::int64_t value);
    void boolean(std::uint32_t field, bool value);
    void text(std::uint32_t field, std::string_view value); // string, bytes, an embedded message

    std::string take() { return std::move(out_); }

private:
    void varint(std::uint64_t value);
    std::string out_;
};

struct Field {
    std::uint32_t number = 0;
    std::uint64_t integer = 0; // of a varint, or of a fixed 4 or 8 bytes
    std::string_view text;     // of a length-delimited field; points into the message
    bool is_text = false;
};

// Goes through the fields of one message. Unknown ones are the caller's to pass over.
class Reader {
public:
    // `message` must outlive the reader and every Field.
    explicit Reader(std::string_view message) : rest_(message) {}

    // Nullopt at the end. Errors (EBADMSG): cut short, a varint above 64 bits, a field number of 0
    // or above 2^29-1, or a wire type that is none (groups, long obsolete, among them).
    Result<std::optional<Field>> next();

private:
    Result<std::uint64_t> varint();
    Result<std::string_view> bytes(std::uint64_t count);
    std::string_view rest_;
};

} // namespace tare::protobuf
