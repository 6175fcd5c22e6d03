#pragma once

#include "spec/json/document.h"

#include <cstring>
#include <string_view>

namespace tare::json {

// What is left of a text of `size` bytes: a marker in the place of what is hidden, and what came
// behind that right behind the marker. So nothing has to walk over it.
class Cover {
public:
    Cover(char* text, std::size_t size, const Hidden& hidden)
        : text_(text), size_(size), hidden_(hidden),
          behind_(size - hidden.begin - hidden.value.size()) {}

    void put_on() {
        if (hidden_.value.empty()) return;
        std::memmove(marker() + kMarker.size(), marker() + hidden_.value.size(), behind_);
        kMarker.copy(marker(), kMarker.size());
        text_[size_ - saved()] = '\0';
    }

    char* marker() const { return text_ + hidden_.begin; }
    std::string_view visible() const { return {text_, size_ - saved()}; }

    // Where in the whole text this place is.
    std::size_t uncovered(std::size_t at) const {
        return at < hidden_.begin + kMarker.size() ? at : at + saved();
    }

    void take_off() {
        if (hidden_.value.empty()) return;
        std::memmove(marker() + hidden_.value.size(), marker() + kMarker.size(), behind_);
        hidden_.value.copy(marker(), kMarker.size() + behind_ + 1); // as far as we wrote
    }

private:
    static constexpr std::string_view kMarker = "\"\"";

    std::size_t saved() const {
        return hidden_.value.empty() ? 0 : hidden_.value.size() - kMarker.size();
    }

    char* text_;
    std::size_t size_;
    const Hidden& hidden_;
    std::size_t behind_;
};

} // namespace tare::json
