#pragma once

#include "base/result.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tare::json {

constexpr std::size_t kMaxBytes = std::size_t{16} << 20;
constexpr std::size_t kMaxDepth = 128;
constexpr std::size_t kMaxNodes = std::size_t{1} << 20; // values and member names: 16 MiB of nodes

enum class Kind : std::uint8_t {
    kNull,
    kFalse,
    kTrue,
    kInteger,  // fits int64
    kUnsigned, // fits only uint64
    kNumber,   // any other: with a fraction or exponent
    kHuge,     // an integer that fits neither
    kString,
    kText, // a string with a NUL in it
    kArray,
    kObject,
};

// A document is one array of nodes in the order of the text: a container is followed by its
// children (an object by name, value, name, value ...), so that `extent` leads to the next sibling.
struct Node {
    union {
        std::int64_t integer;
        std::uint64_t unsigned_integer;
        const char* text;     // strings
        std::uint32_t extent; // containers: nodes from here to the end of the last child
    };
    std::uint32_t size; // bytes of a string, items of an array, members of an object
    Kind kind;

    bool is_container() const { return kind == Kind::kArray || kind == Kind::kObject; }
    const Node* next() const { return this + (is_container() ? extent : 1); }
    std::string_view view() const { return {text, size}; }
};

class Cursor;

// A value within a text that its reader knows already: it becomes no nodes, is not even looked at,
// and a Cursor to it says so (is_hidden). At least two bytes; it must be a whole JSON value without
// escapes, in the place of one: the parser finds a string there, which would do as a name too.
struct Hidden {
    std::size_t begin = 0;
    std::string_view value; // what stands there; empty: nothing is hidden
};

// A parsed text. Cursors point into it: it must stay where it is while they are used.
class Document {
public:
    Cursor root() const;

    // "config.json#/mounts/3/type", RFC 6901 within a fragment. Walks from the root: for errors
    // only.
    std::string pointer(const Node& node) const;

    bool hides(const Node& node) const {
        return node.kind == Kind::kString && node.text == hidden_ && hidden_ != nullptr;
    }

    // After parse_in_place(): the text is what it was, and the document no more.
    void give_back(std::string& text, const Hidden& hidden);

private:
    friend class Parser;

    std::string file_name_;
    std::unique_ptr<char[]> text_; // strings point into it, unescaped in place; or into another's
    const char* hidden_ = nullptr; // the text of its node
    std::vector<Node> nodes_;
};

// Reads JSON (RFC 8259) of at most kMaxBytes, kMaxDepth and kMaxNodes. Refused are: what is not
// JSON
// ("config.json:LINE:COLUMN: ..."), invalid UTF-8 also by way of escapes, and an object with the
// same name twice. Memory and time stay in proportion to the text whatever it holds.
Result<Document> parse(std::string_view text, std::string_view file_name);

// The same in the text's own memory, which is the document's until give_back(): a copy of an
// engine's config costs several pages. After a failure the text is unspecified. One with a
// backslash can never be given back, and its errors may have a wrong place.
Result<Document> parse_in_place(std::string& text, std::string_view file_name,
                                const Hidden& hidden = {});

} // namespace tare::json
