// The only file that knows RapidJSON. What Debian's 1.1.0 gets wrong, and how it is kept from us:
// its recursive parser overflows the stack (the iterative one is used), numbers go through double
// and int arithmetic (they are taken as text), duplicate names pass, a lone low surrogate escape
// becomes invalid UTF-8, a NUL byte ends the text silently (all three are refused here), and the
// vector code lets the control characters from 0x1a to 0x1f pass in strings (it gets others for
// them). Its own check of the encoding goes byte by byte and bars its vector code: ours runs before
// it.

#include "spec/json/document.h"

#include "base/text.h"
#include "spec/json/cover.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <optional>

#if defined(__SSE2__)
#define RAPIDJSON_SSE2
#endif
#if defined(__clang__) // the reader's empty stack adds to a null pointer
#pragma clang attribute push(__attribute__((no_sanitize("pointer-overflow"))), apply_to = function)
#endif
#include <rapidjson/reader.h>
#if defined(__clang__)
#pragma clang attribute pop
#endif

namespace tare::json {

namespace {

constexpr unsigned kFlags = rapidjson::kParseInsituFlag | rapidjson::kParseIterativeFlag
                            | rapidjson::kParseNumbersAsStringsFlag;

// The vector code loads 16 aligned bytes at a time, beyond the end too.
constexpr std::size_t kPadding = 16;

// Bit 7 of each byte that is at least 0x1a and at most 0x1f; others are clear.
std::uint64_t late_controls(std::uint64_t word) {
    constexpr std::uint64_t kOnes = 0x0101010101010101;
    const std::uint64_t low = word & kOnes * 0x7f;
    return (kOnes * (0x7f + 0x20) - low) & ~word & (low + kOnes * (0x7f - 0x19)) & kOnes * 0x80;
}

// All are errors wherever they stand; 0x01 is the same one, and is seen.
void replace_late_controls(char* text, std::size_t size) {
    std::uint64_t word;
    std::size_t at = 0;
    for (; at + sizeof word <= size; at += sizeof word) {
        std::memcpy(&word, text + at, sizeof word);
        if (late_controls(word) != 0) break;
    }
    std::replace_if(
        text + at, text + size, [](char c) { return c >= 0x1a && c <= 0x1f; }, '\x01');
}

// Objects with fewer members are compared pairwise.
constexpr std::size_t kSortFrom = 24;

Node number(std::string_view text) {
    Node node{.integer = 0, .size = 0, .kind = Kind::kInteger};
    if (text.find_first_of(".eE") != std::string_view::npos) {
        node.kind = Kind::kNumber;
        return node;
    }
    const char* const end = text.data() + text.size();
    if (std::from_chars(text.data(), end, node.integer).ec == std::errc()) return node;
    node.kind = Kind::kUnsigned;
    if (std::from_chars(text.data(), end, node.unsigned_integer).ec == std::errc()) return node;
    node.kind = Kind::kHuge;
    return node;
}

// UTF-8 of U+D800 to U+DFFF.
bool has_surrogate(std::string_view text) {
    for (std::size_t at = 0; (at = text.find('\xed', at)) != std::string_view::npos; ++at)
        if (at + 1 < text.size() && static_cast<unsigned char>(text[at + 1]) >= 0xa0) return true;
    return false;
}

// RapidJSON's handler: appends nodes. A member function that returns false ends the parse.
class Builder {
public:
    Builder(std::vector<Node>& nodes, bool escapes) : nodes_(nodes), escapes_(escapes) {}

    const char* problem() const { return problem_; }
    const Node* duplicate() const { return duplicate_; }

    bool Null() { return push({.integer = 0, .size = 0, .kind = Kind::kNull}); }
    bool Bool(bool value) {
        return push({.integer = 0, .size = 0, .kind = value ? Kind::kTrue : Kind::kFalse});
    }
    bool RawNumber(const char* text, unsigned size, bool) { return push(number({text, size})); }
    bool String(const char* text, unsigned size, bool) {
        Kind kind = Kind::kString;
        if (escapes_) {
            if (has_surrogate({text, size})) return refuse("an unpaired surrogate escape");
            if (std::memchr(text, '\0', size)) kind = Kind::kText;
        }
        return push({.text = text, .size = size, .kind = kind});
    }
    bool Key(const char* text, unsigned size, bool copy) { return String(text, size, copy); }
    bool StartObject() { return open(Kind::kObject); }
    bool StartArray() { return open(Kind::kArray); }
    bool EndObject(unsigned members) {
        const Node& object = close(members);
        return members < 2 || unique(object);
    }
    bool EndArray(unsigned items) {
        close(items);
        return true;
    }

    // Never called: numbers come as text.
    bool Int(int) { return false; }
    bool Uint(unsigned) { return false; }
    bool Int64(std::int64_t) { return false; }
    bool Uint64(std::uint64_t) { return false; }
    bool Double(double) { return false; }

    // Gives the containers that are still open the extent they have so far, for pointer().
    void close_all() {
        while (depth_ > 0)
            close(0);
    }

private:
    bool refuse(const char* problem) {
        problem_ = problem;
        return false;
    }

    bool push(const Node& node) {
        if (nodes_.size() >= kMaxNodes) return refuse("more than 1048576 values");
        nodes_.push_back(node);
        return true;
    }

    bool open(Kind kind) {
        if (depth_ == kMaxDepth) return refuse("nested more than 128 deep");
        open_[depth_++] = nodes_.size();
        return push({.extent = 1, .size = 0, .kind = kind});
    }

    const Node& close(std::uint32_t children) {
        Node& node = nodes_[open_[--depth_]];
        node.extent = static_cast<std::uint32_t>(&nodes_.back() - &node + 1);
        node.size = children;
        return node;
    }

    bool unique(const Node& object) {
        return object.size < kSortFrom ? unique_few(object) : unique_many(object);
    }

    bool unique_few(const Node& object) {
        const Node* const end = object.next();
        for (const Node* a = &object + 1; a != end; a = a[1].next())
            for (const Node* b = a[1].next(); b != end; b = b[1].next())
                if (a->view() == b->view()) return duplicate_ = b, false;
        return true;
    }

    bool unique_many(const Node& object) {
        std::vector<const Node*> names;
        names.reserve(object.size);
        for (const Node* name = &object + 1; name != object.next(); name = name[1].next())
            names.push_back(name);
        std::sort(names.begin(), names.end(), [](const Node* a, const Node* b) {
            const int order = a->size == b->size ? std::memcmp(a->text, b->text, a->size) : 0;
            return a->size != b->size ? a->size < b->size : order != 0 ? order < 0 : a < b;
        });
        for (std::size_t i = 1; i < names.size(); ++i)
            if (names[i - 1]->view() == names[i]->view()) return duplicate_ = names[i], false;
        return true;
    }

    std::vector<Node>& nodes_;
    const bool escapes_;
    std::array<std::size_t, kMaxDepth> open_{};
    std::size_t depth_ = 0;
    const char* problem_ = nullptr;
    const Node* duplicate_ = nullptr; // the second of two equal names
};

// What RapidJSON keeps its place in: through operator new, which malloc does not serve in `tare`.
class StackMemory {
public:
    [[maybe_unused]] static constexpr bool kNeedFree = true;
    void* Malloc(std::size_t size) { return ::operator new(size); }
    void* Realloc(void* old, std::size_t old_size, std::size_t size) {
        void* const grown = ::operator new(size);
        if (old) std::memcpy(grown, old, std::min(old_size, size));
        ::operator delete(old);
        return grown;
    }
    static void Free(void* block) { ::operator delete(block); }
};
using Reader = rapidjson::GenericReader<rapidjson::UTF8<>, rapidjson::UTF8<>, StackMemory>;
constexpr std::size_t kStackBytes = 4096; // enough for kMaxDepth

const char* describe(rapidjson::ParseErrorCode code, char at) {
    switch (code) {
    case rapidjson::kParseErrorDocumentEmpty:
        return "the text is empty";
    case rapidjson::kParseErrorDocumentRootNotSingular:
        return "something follows the JSON value";
    case rapidjson::kParseErrorObjectMissName:
        return "expected a member's name in double quotes";
    case rapidjson::kParseErrorObjectMissColon:
        return "expected ':' after a member's name";
    case rapidjson::kParseErrorObjectMissCommaOrCurlyBracket:
        return "expected ',' or '}' after a member";
    case rapidjson::kParseErrorArrayMissCommaOrSquareBracket:
        return "expected ',' or ']' after an item";
    case rapidjson::kParseErrorStringUnicodeEscapeInvalidHex:
        return "expected four hexadecimal digits after '\\u'";
    case rapidjson::kParseErrorStringUnicodeSurrogateInvalid:
        return "an unpaired surrogate escape";
    case rapidjson::kParseErrorStringEscapeInvalid:
        return at == '\\' ? "an unknown escape in a string"
                          : "a control character in a string must be written as \\u00XX";
    case rapidjson::kParseErrorStringMissQuotationMark:
        return "a string is not closed";
    case rapidjson::kParseErrorNumberTooBig:
        return "a number is out of range";
    case rapidjson::kParseErrorNumberMissFraction:
        return "expected digits after the decimal point";
    case rapidjson::kParseErrorNumberMissExponent:
        return "expected digits in the exponent";
    default:
        return "expected a JSON value";
    }
}

// "FILE:LINE:COLUMN: problem"; columns count characters, from 1.
Failure syntax_error(std::string_view file, std::string_view text, std::size_t offset,
                     std::string_view problem) {
    const std::string_view before = text.substr(0, offset);
    const std::size_t newline = before.rfind('\n');
    const std::string_view line =
        before.substr(newline == std::string_view::npos ? 0 : newline + 1);
    const auto lines = std::count(before.begin(), before.end(), '\n');
    const auto characters = std::count_if(line.begin(), line.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
    });
    return invalid(std::string(file) + ":" + std::to_string(lines + 1) + ":"
                   + std::to_string(characters + 1) + ": " + std::string(problem));
}

Status check_size(std::size_t bytes, std::string_view file_name) {
    if (bytes <= kMaxBytes) return {};
    return invalid(std::string(file_name) + ": " + std::to_string(bytes)
                   + " bytes are too many: at most " + std::to_string(kMaxBytes) + " are read");
}

// What can be told of a text before it is parsed.
Status check_bytes(std::string_view text, std::string_view file_name) {
    if (const auto valid = utf8_prefix(text); valid != text.size())
        return syntax_error(file_name, text, valid, "the text is not valid UTF-8");
    if (const auto nul = text.find('\0'); nul != std::string_view::npos)
        return syntax_error(file_name, text, nul, "a NUL byte");
    return {};
}

} // namespace

class Parser {
public:
    explicit Parser(std::string_view file_name) { document_.file_name_ = file_name; }

    char* copy(std::string_view text) {
        document_.text_ = std::make_unique_for_overwrite<char[]>(text.size() + kPadding);
        std::memcpy(document_.text_.get(), text.data(), text.size());
        std::memset(document_.text_.get() + text.size(), '\0', kPadding);
        return document_.text_.get();
    }

    // Until the end, or to where it fails: then the text is right up to there.
    rapidjson::ParseResult run(char* buffer, std::size_t size, bool escapes) {
        // A guess that fits an engine's config, pretty-printed or not, with few moves.
        document_.nodes_.reserve(std::min<std::size_t>(size / 12 + 16, 16384));
        builder_.emplace(document_.nodes_, escapes);
        replace_late_controls(buffer, size);
        rapidjson::InsituStringStream stream(buffer);
        StackMemory memory;
        Reader reader(&memory, kStackBytes);
        return reader.Parse<kFlags>(stream, *builder_);
    }

    // What stands there instead of what is hidden.
    void remember_marker(const char* text) { document_.hidden_ = text; }

    Status check_names() {
        if (!builder_->duplicate()) return {};
        builder_->close_all();
        return invalid(document_.pointer(builder_->duplicate()[1]) + ": is there twice");
    }

    Document take() { return std::move(document_); }

    //   at    the error's place in
    //   text  as it was up to there
    Failure explain(const rapidjson::ParseResult& outcome, std::size_t at, std::string_view text) {
        const char found = at < text.size() ? text[at] : '\0';
        return syntax_error(document_.file_name_, text, at,
                            builder_->problem() ? builder_->problem()
                                                : describe(outcome.Code(), found));
    }

private:
    Document document_;
    std::optional<Builder> builder_;
};

Result<Document> parse(std::string_view text, std::string_view file_name) {
    TRY(check_size(text.size(), file_name));
    TRY(check_bytes(text, file_name));
    Parser parser(file_name);
    const bool escapes = text.find('\\') != std::string_view::npos;
    const auto outcome = parser.run(parser.copy(text), text.size(), escapes);
    TRY(parser.check_names());
    if (!outcome.IsError()) return parser.take();
    return parser.explain(outcome, outcome.Offset(), text);
}

Result<Document> parse_in_place(std::string& text, std::string_view file_name,
                                const Hidden& hidden) {
    const std::size_t size = text.size();
    TRY(check_size(size, file_name));
    text.append(kPadding, '\0');
    const std::string_view whole(text.data(), size);
    Cover cover(text.data(), size, hidden);
    cover.put_on();
    if (!check_bytes(cover.visible(), file_name)) {
        cover.take_off();
        return Failure(check_bytes(whole, file_name).error());
    }
    Parser parser(file_name);
    if (!hidden.value.empty()) parser.remember_marker(cover.marker() + 1);
    const std::string_view visible = cover.visible();
    const bool escapes = visible.find('\\') != std::string_view::npos;
    const auto outcome = parser.run(text.data(), visible.size(), escapes);
    TRY(parser.check_names());
    if (!outcome.IsError()) return parser.take();
    cover.take_off();
    return parser.explain(outcome, cover.uncovered(outcome.Offset()), whole);
}

void Document::give_back(std::string& text, const Hidden& hidden) {
    for (const Node& node : nodes_) // each string's closing quote has become a NUL
        if (node.kind == Kind::kString)
            text[static_cast<std::size_t>(node.text - text.data()) + node.size] = '"';
    const std::size_t size = text.size() - kPadding;
    Cover(text.data(), size, hidden).take_off();
    text.resize(size);
}

} // namespace tare::json
