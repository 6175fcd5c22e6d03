// Whatever the bytes are, reading a config ends in a config or in an error of one line; a config
// that was read is the same after it was written and read again.

#include "spec/json/document.h"
#include "spec/runtime/config.h"
#include "spec/runtime/features.h"
#include "spec/runtime/state.h"

#include <cstdio>
#include <cstdlib>

namespace {

void require(bool condition, const char* what, const std::string& text) {
    if (condition) return;
    std::fprintf(stderr, "%s: %s\n", what, text.c_str());
    std::abort();
}

void check_error(const tare::Error& error) {
    require(!error.text.empty() && error.code != 0, "an empty error", error.text);
    require(error.text.find('\n') == std::string::npos, "an error of several lines", error.text);
}

template <class T, class Read, class Write>
void check_round_trip(const tare::Result<T>& value, Read read, Write write) {
    if (!value) return check_error(value.error());
    const std::string text = write(*value);
    const auto again = read(text);
    require(again.has_value(), again ? "" : again.error().text.c_str(), text);
    require(*again == *value, "read, written and read again it differs", text);
}

// Read in the text's own memory, a config is the same, and so is the text afterwards.
void check_in_place(std::string_view text) {
    if (text.find('\\') != std::string_view::npos) return;
    std::string memory(text);
    const auto there = tare::spec::read_config(memory, "config.json", {});
    const auto copied = tare::spec::read_config(text);
    require(there.has_value() == copied.has_value(), "in place only, or not", std::string(text));
    if (!there)
        return require(there.error().text == copied.error().text, "another error",
                       there.error().text);
    require(*there == *copied && memory == text, "in place it differs", std::string(text));
}

// The first list outside of strings, by its brackets alone; nothing where it is no member's value.
std::string_view find_list(std::string_view text) {
    std::size_t depth = 0, begin = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '"') {
            at = text.find('"', at + 1);
            if (at == std::string_view::npos) return {};
        } else if (text[at] == '[' && depth++ == 0) {
            begin = at;
        } else if (text[at] == ']' && depth > 0 && --depth == 0) {
            const std::size_t before = text.find_last_not_of(" \t\r\n", begin - 1);
            const bool is_value =
                begin > 0 && before != std::string_view::npos && text[before] == ':';
            return is_value ? text.substr(begin, at + 1 - begin) : std::string_view();
        }
    }
    return {};
}

// What is beside a hidden list is read as it is with the list, and the text comes back.
void check_hidden(std::string_view text) {
    using namespace tare::json;
    const std::string_view list = find_list(text);
    if (list.empty() || text.find('\\') != std::string_view::npos || !parse(list, "l")) return;
    const Hidden hidden = {static_cast<std::size_t>(list.data() - text.data()), list};
    std::string memory(text);
    auto beside = parse_in_place(memory, "c", hidden);
    const auto whole = parse(text, "c");
    if (!whole && whole.error().text.find("deep") != std::string::npos) return; // within the list
    require(beside.has_value() == whole.has_value(), "hidden only, or not", std::string(text));
    if (!whole)
        return require(beside.error().text == whole.error().text, "another error beside it",
                       beside.error().text + " | " + whole.error().text);
    beside->give_back(memory, hidden);
    require(memory == text, "not given back", std::string(text));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    using namespace tare::spec;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    check_in_place(text);
    check_hidden(text);
    check_round_trip(
        read_config(text), [](std::string_view again) { return read_config(again); },
        [](const Config& config) { return write_config(config); });
    check_round_trip(
        read_state(text, "s"), [](std::string_view again) { return read_state(again, "s"); },
        [](const State& state) { return write_state(state, true); });
    check_round_trip(
        read_features(text, "f"), [](std::string_view again) { return read_features(again, "f"); },
        [](const Features& features) { return write_features(features); });
    if (const auto process = read_process(text, "p"); !process) check_error(process.error());
    if (const auto resources = read_resources(text, "r"); !resources)
        check_error(resources.error());
    return 0;
}
