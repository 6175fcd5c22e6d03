#pragma once

#include "base/result.h"
#include "spec/json/document.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tare::json {

class Items;
class Members;

// A JSON value that knows where it is, so that every error names the exact field. Two pointers; the
// text of the JSON pointer is only made when an error asks for it.
class Cursor {
public:
    Cursor(const Document& document, const Node& node) : document_(&document), node_(&node) {}

    bool is_hidden() const { return document_->hides(*node_); }

    std::string pointer() const { return document_->pointer(*node_); }
    Failure error(std::string_view problem) const; // "config.json#/a/0: PROBLEM"
    // The same for a member that is there; of the object itself when it is not.
    Failure error(std::string_view name, std::string_view problem) const;

    // A member by its exact name: Go's reader ignores case, we do not. One that is null counts as
    // absent, as it does there (engines write null for empty lists). Nullopt also when this is no
    // object: call object() or require() first where that must be told.
    std::optional<Cursor> find(std::string_view name) const;
    Result<Cursor> require(std::string_view name) const;

    // Each is an error when the value is of another kind.
    Result<bool> boolean() const;
    Result<std::int64_t> integer(std::int64_t low, std::int64_t high) const;
    Result<std::uint64_t> unsigned_integer(std::uint64_t high) const;
    Result<std::string_view> text() const;   // may contain NUL; lives as long as the document
    Result<std::string_view> string() const; // fit for a C string: without NUL
    Result<Items> array() const;
    Result<Members> object() const;

private:
    const Document* document_;
    const Node* node_;
};

// for (const Cursor item : items)
class Items {
public:
    class Iterator {
    public:
        Iterator(const Document& document, const Node* node) : document_(&document), node_(node) {}
        Cursor operator*() const { return Cursor(*document_, *node_); }
        Iterator& operator++() {
            node_ = node_->next();
            return *this;
        }
        bool operator!=(const Iterator& other) const { return node_ != other.node_; }

    private:
        const Document* document_;
        const Node* node_;
    };

    Items(const Document& document, const Node& array) : document_(&document), array_(&array) {}
    std::size_t size() const { return array_->size; }
    Iterator begin() const { return Iterator(*document_, array_ + 1); }
    Iterator end() const { return Iterator(*document_, array_->next()); }

private:
    const Document* document_;
    const Node* array_;
};

struct Member {
    std::string_view name;
    Cursor value;
};

// for (const Member& member : members): in the order of the text, null ones too
class Members {
public:
    class Iterator {
    public:
        Iterator(const Document& document, const Node* name) : document_(&document), name_(name) {}
        Member operator*() const { return {name_->view(), Cursor(*document_, name_[1])}; }
        Iterator& operator++() {
            name_ = name_[1].next();
            return *this;
        }
        bool operator!=(const Iterator& other) const { return name_ != other.name_; }

    private:
        const Document* document_;
        const Node* name_;
    };

    Members(const Document& document, const Node& object)
        : document_(&document), object_(&object) {}
    std::size_t size() const { return object_->size; }
    Iterator begin() const { return Iterator(*document_, object_ + 1); }
    Iterator end() const { return Iterator(*document_, object_->next()); }

private:
    const Document* document_;
    const Node* object_;
};

} // namespace tare::json
