#include "spec/json/document.h"

#include "base/text.h"
#include "spec/json/cursor.h"

namespace tare::json {

namespace {

constexpr std::size_t kNameBytes = 200;

// One name as a reference token: '~' and '/' as RFC 6901 wants, control characters as JSON would
// write them, and not more of it than a person reads.
std::string reference_token(std::string_view name) {
    std::size_t length = name.size();
    if (length > kNameBytes)
        for (length = kNameBytes; (static_cast<unsigned char>(name[length]) & 0xc0) == 0x80;)
            --length;
    std::string out;
    for (const char c : name.substr(0, length)) {
        if (c == '~')
            out += "~0";
        else if (c == '/')
            out += "~1";
        else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
            out += json_escaped({&c, 1});
        else
            out += c;
    }
    if (length < name.size()) out += "...";
    return out;
}

} // namespace

Cursor Document::root() const {
    return Cursor(*this, nodes_.front());
}

std::string Document::pointer(const Node& node) const {
    std::string out = file_name_ + "#";
    const Node* at = nodes_.data();
    while (at != &node) {
        const bool in_object = at->kind == Kind::kObject;
        const Node* name = at + 1;
        const Node* child = in_object ? name + 1 : name;
        std::size_t index = 0;
        for (; child->next() <= &node; ++index) {
            name = child->next();
            child = in_object ? name + 1 : name;
        }
        out += "/" + (in_object ? reference_token(name->view()) : std::to_string(index));
        at = child;
    }
    return out;
}

} // namespace tare::json
