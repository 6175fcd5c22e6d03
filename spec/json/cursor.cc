#include "spec/json/cursor.h"

namespace tare::json {

Failure Cursor::error(std::string_view problem) const {
    return invalid(pointer() + ": " + std::string(problem));
}

Failure Cursor::error(std::string_view name, std::string_view problem) const {
    const auto member = find(name);
    return member ? member->error(problem) : error(problem);
}

std::optional<Cursor> Cursor::find(std::string_view name) const {
    if (node_->kind != Kind::kObject) return std::nullopt;
    const Node* const end = node_->next();
    for (const Node* member = node_ + 1; member != end; member = member[1].next()) {
        if (member->view() != name) continue;
        if (member[1].kind == Kind::kNull) return std::nullopt;
        return Cursor(*document_, member[1]);
    }
    return std::nullopt;
}

Result<Cursor> Cursor::require(std::string_view name) const {
    if (node_->kind != Kind::kObject) return error("must be an object");
    const auto member = find(name);
    if (!member) return error("'" + std::string(name) + "' is missing");
    return *member;
}

Result<bool> Cursor::boolean() const {
    if (node_->kind == Kind::kTrue) return true;
    if (node_->kind == Kind::kFalse) return false;
    return error("must be true or false");
}

Result<std::int64_t> Cursor::integer(std::int64_t low, std::int64_t high) const {
    const Kind kind = node_->kind;
    if (kind == Kind::kInteger && node_->integer >= low && node_->integer <= high)
        return node_->integer;
    if (kind == Kind::kInteger || kind == Kind::kUnsigned || kind == Kind::kHuge)
        return error("must be from " + std::to_string(low) + " to " + std::to_string(high));
    return error("must be an integer");
}

Result<std::uint64_t> Cursor::unsigned_integer(std::uint64_t high) const {
    const Kind kind = node_->kind;
    const bool in_range =
        kind == Kind::kUnsigned || (kind == Kind::kInteger && node_->integer >= 0);
    if (in_range && node_->unsigned_integer <= high) return node_->unsigned_integer;
    if (in_range || kind == Kind::kInteger || kind == Kind::kHuge)
        return error("must be from 0 to " + std::to_string(high));
    return error("must be an integer");
}

Result<std::string_view> Cursor::text() const {
    if (node_->kind != Kind::kString && node_->kind != Kind::kText)
        return error("must be a string");
    return node_->view();
}

Result<std::string_view> Cursor::string() const {
    if (node_->kind == Kind::kString) return node_->view();
    return error(node_->kind == Kind::kText ? "must not contain a NUL character"
                                            : "must be a string");
}

Result<Items> Cursor::array() const {
    if (node_->kind != Kind::kArray) return error("must be an array");
    return Items(*document_, *node_);
}

Result<Members> Cursor::object() const {
    if (node_->kind != Kind::kObject) return error("must be an object");
    return Members(*document_, *node_);
}

} // namespace tare::json
