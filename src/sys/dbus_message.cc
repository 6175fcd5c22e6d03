#include "sys/dbus_message.h"

#include "base/text.h"

#include <bit>
#include <cstring>

namespace tare::sys {

namespace {

constexpr char kByteOrder = std::endian::native == std::endian::little ? 'l' : 'B';
constexpr std::uint8_t kVersion = 1;
constexpr std::uint8_t kNoReplyExpected = 1;
constexpr std::size_t kFixedHeader = 16; // up to and with the length of the array of fields
constexpr std::size_t kFieldsAt = 16;

// Header fields: D-Bus specification, "Header fields".
enum : std::uint8_t {
    kPath = 1,
    kInterface = 2,
    kMember = 3,
    kErrorName = 4,
    kReplySerial = 5,
    kDestination = 6,
    kSignature = 8,
};

void write_field(BusWriter& out, std::uint8_t code, char type, const std::string& text) {
    if (text.empty()) return;
    out.align(8);
    out.byte(code);
    out.signature({&type, 1});
    if (type == 'g')
        out.signature(text);
    else
        out.string(text);
}

// Reads values; an error sticks, so that a whole message can be read before it is looked at.
class Reader {
public:
    Reader(std::string_view bytes, std::size_t at) : bytes_(bytes), at_(at) {}

    std::size_t at() const { return at_; }
    bool failed() const { return failed_; }
    void fail() { failed_ = true; }

    void align(std::size_t to) { skip((to - at_ % to) % to); }
    std::uint8_t byte() { return number<std::uint8_t>(); }
    std::uint32_t u32() { return number<std::uint32_t>(); }
    std::uint64_t u64() { return number<std::uint64_t>(); }
    std::string string() { return text(u32()); }
    std::string signature() { return text(byte()); }

    void skip(std::size_t count) {
        if (failed_ || count > bytes_.size() - at_)
            failed_ = true;
        else
            at_ += count;
    }

private:
    template <class T>
    T number() {
        align(sizeof(T));
        T value = 0;
        const std::size_t from = at_;
        skip(sizeof value);
        if (!failed_) std::memcpy(&value, bytes_.data() + from, sizeof value);
        return value;
    }

    std::string text(std::size_t size) {
        const std::size_t from = at_;
        skip(size);
        skip(1); // NUL
        return failed_ ? std::string() : std::string(bytes_.substr(from, size));
    }

    std::string_view bytes_;
    std::size_t at_;
    bool failed_ = false;
};

// Calls `read` for each element; the length counts neither itself nor the padding behind it.
template <class Read>
void read_array(Reader& in, std::size_t alignment, const Read& read) {
    const std::uint32_t size = in.u32();
    in.align(alignment);
    for (const std::size_t end = in.at() + size; in.at() < end && !in.failed();)
        read();
}

std::vector<std::uint8_t> read_bytes(Reader& in) {
    std::vector<std::uint8_t> list;
    read_array(in, 1, [&] { list.push_back(in.byte()); });
    return list;
}

std::vector<std::pair<std::string, std::uint64_t>> read_limits(Reader& in) {
    std::vector<std::pair<std::string, std::uint64_t>> list;
    read_array(in, 8, [&] {
        in.align(8);
        std::string name = in.string();
        list.emplace_back(std::move(name), in.u64());
    });
    return list;
}

// A field that we do not know may have any type; nobody sends other than these.
void skip_basic(Reader& in, std::string_view type) {
    if (type == "s" || type == "o")
        (void)in.string();
    else if (type == "g")
        (void)in.signature();
    else if (type == "u" || type == "i" || type == "b" || type == "h")
        (void)in.u32();
    else if (type == "y")
        (void)in.byte();
    else
        in.fail();
}

void read_field(Reader& in, BusMessage& message) {
    in.align(8);
    const std::uint8_t code = in.byte();
    const std::string type = in.signature();
    const bool is_text = type == "s" || type == "o";
    if (code == kPath && is_text)
        message.path = in.string();
    else if (code == kInterface && is_text)
        message.interface = in.string();
    else if (code == kMember && is_text)
        message.member = in.string();
    else if (code == kErrorName && is_text)
        message.error_name = in.string();
    else if (code == kDestination && is_text)
        message.destination = in.string();
    else if (code == kReplySerial && type == "u")
        message.reply_serial = in.u32();
    else if (code == kSignature && type == "g")
        message.signature = in.signature();
    else
        skip_basic(in, type);
}

std::uint32_t u32_at(std::string_view bytes, std::size_t at) {
    std::uint32_t value = 0;
    std::memcpy(&value, bytes.data() + at, sizeof value);
    return value;
}

std::size_t aligned(std::size_t size) {
    return (size + 7) / 8 * 8;
}

} // namespace

// ---- Writing

void BusWriter::string(std::string_view text) {
    u32(static_cast<std::uint32_t>(text.size()));
    bytes_.append(text).push_back('\0');
}

void BusWriter::signature(std::string_view text) {
    byte(static_cast<std::uint8_t>(text.size()));
    bytes_.append(text).push_back('\0');
}

std::size_t BusWriter::begin_array(std::size_t alignment) {
    u32(0);
    const std::size_t begin = bytes_.size();
    align(alignment);
    return begin;
}

// The length counts neither itself nor the padding before the first element.
void BusWriter::end_array(std::size_t begin, std::size_t alignment) {
    const std::size_t first = (begin + alignment - 1) / alignment * alignment;
    const auto size = static_cast<std::uint32_t>(bytes_.size() - first);
    std::memcpy(bytes_.data() + begin - sizeof size, &size, sizeof size);
}

void BusWriter::pids(const std::vector<std::uint32_t>& list) {
    const std::size_t begin = begin_array(4);
    for (const std::uint32_t pid : list)
        u32(pid);
    end_array(begin, 4);
}

void BusWriter::value(const BusValue& value) {
    struct Visitor {
        BusWriter& out;
        void operator()(bool v) const { out.boolean(v); }
        void operator()(std::int32_t v) const { out.number(v); }
        void operator()(std::uint32_t v) const { out.number(v); }
        void operator()(std::int64_t v) const { out.number(v); }
        void operator()(std::uint64_t v) const { out.number(v); }
        void operator()(double v) const { out.number(v); }
        void operator()(const std::string& v) const { out.string(v); }
        void operator()(const std::vector<std::string>& v) const {
            const std::size_t begin = out.begin_array(4);
            for (const std::string& each : v)
                out.string(each);
            out.end_array(begin, 4);
        }
        void operator()(const std::vector<std::uint8_t>& v) const {
            const std::size_t begin = out.begin_array(1);
            for (const std::uint8_t each : v)
                out.byte(each);
            out.end_array(begin, 1);
        }
        void operator()(const std::vector<std::uint32_t>& v) const { out.pids(v); }
        void operator()(const std::vector<std::pair<std::string, std::string>>& v) const {
            const std::size_t begin = out.begin_array(8);
            for (const auto& [first, second] : v) {
                out.align(8);
                out.string(first);
                out.string(second);
            }
            out.end_array(begin, 8);
        }
        void operator()(const std::vector<std::pair<std::string, std::uint64_t>>& v) const {
            const std::size_t begin = out.begin_array(8);
            for (const auto& [first, second] : v) {
                out.align(8);
                out.string(first);
                out.number(second);
            }
            out.end_array(begin, 8);
        }
    };
    std::visit(Visitor{*this}, value);
}

void BusWriter::variant(const BusValue& value) {
    signature(bus_signature(value));
    this->value(value);
}

void BusWriter::properties(const std::vector<BusProperty>& list) {
    const std::size_t begin = begin_array(8);
    for (const BusProperty& property : list) {
        align(8);
        string(property.name);
        variant(property.value);
    }
    end_array(begin, 8);
}

std::string_view bus_signature(const BusValue& value) {
    constexpr std::string_view kSignatures[] = {"b", "i",  "u",  "x",  "t",     "d",
                                                "s", "as", "ay", "au", "a(ss)", "a(st)"};
    static_assert(std::size(kSignatures) == std::variant_size_v<BusValue>);
    return kSignatures[value.index()];
}

std::string write_bus_message(const BusMessage& message) {
    BusWriter out;
    out.byte(static_cast<std::uint8_t>(kByteOrder));
    out.byte(static_cast<std::uint8_t>(message.type));
    out.byte(message.wants_reply ? 0 : kNoReplyExpected);
    out.byte(kVersion);
    out.u32(static_cast<std::uint32_t>(message.body.size()));
    out.u32(message.serial);
    const std::size_t fields = out.begin_array(8);
    write_field(out, kPath, 'o', message.path);
    write_field(out, kInterface, 's', message.interface);
    write_field(out, kMember, 's', message.member);
    write_field(out, kErrorName, 's', message.error_name);
    write_field(out, kDestination, 's', message.destination);
    write_field(out, kSignature, 'g', message.signature);
    if (message.reply_serial != 0) {
        out.align(8);
        out.byte(kReplySerial);
        out.signature("u");
        out.u32(message.reply_serial);
    }
    out.end_array(fields, 8);
    out.align(8);
    return out.bytes() + message.body;
}

// ---- Reading

Result<std::size_t> bus_message_size(std::string_view bytes, std::size_t most) {
    if (!bytes.empty() && bytes[0] != kByteOrder)
        return invalid("D-Bus: a message starts with " + quote(bytes.substr(0, 1)));
    if (bytes.size() < kFixedHeader) return std::size_t{0};
    if (static_cast<std::uint8_t>(bytes[3]) != kVersion)
        return invalid("D-Bus: a message of another version of the protocol");
    const std::size_t body = u32_at(bytes, 4), fields = u32_at(bytes, 12);
    const std::size_t size = kFixedHeader + aligned(fields) + body;
    if (size > most)
        return invalid("D-Bus: a message of " + std::to_string(size) + " bytes, more than "
                       + std::to_string(most));
    return size;
}

Result<BusMessage> read_bus_message(std::string_view bytes) {
    const std::size_t size = TRY(bus_message_size(bytes, bytes.size()));
    if (size != bytes.size()) return invalid("D-Bus: a message is cut off");
    BusMessage message;
    message.type = static_cast<BusMessageType>(bytes[1]);
    message.wants_reply = (static_cast<std::uint8_t>(bytes[2]) & kNoReplyExpected) == 0;
    message.serial = u32_at(bytes, 8);
    const std::size_t end = kFieldsAt + u32_at(bytes, 12);
    Reader in(bytes.substr(0, end), kFieldsAt);
    while (in.at() < end && !in.failed())
        read_field(in, message);
    if (in.failed()) return invalid("D-Bus: a message whose header makes no sense");
    message.body = bytes.substr(aligned(end));
    return message;
}

std::vector<std::string> bus_strings(const BusMessage& message) {
    std::vector<std::string> strings;
    Reader in(message.body, 0);
    for (const char type : message.signature) {
        std::string text;
        if (type == 'u') { // the number of a job stands before its path
            (void)in.u32();
            continue;
        }
        if (type == 'v' && in.signature() != "s") break;
        if (type != 's' && type != 'o' && type != 'v') break;
        text = in.string();
        if (in.failed()) break;
        strings.push_back(std::move(text));
    }
    return strings;
}

Result<BusValue> bus_variant(const BusMessage& message) {
    Reader in(message.body, 0);
    const std::string type = message.signature == "v" ? in.signature() : std::string();
    BusValue value;
    if (type == "t")
        value = in.u64();
    else if (type == "ay")
        value = read_bytes(in);
    else if (type == "a(st)")
        value = read_limits(in);
    else
        return invalid("D-Bus: expected a variant with t, ay or a(st), got "
                       + quote(message.signature + " " + type));
    if (in.failed()) return invalid("D-Bus: a variant is cut off");
    return value;
}

} // namespace tare::sys
