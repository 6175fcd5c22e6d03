requirement MAY config.md#annotations "annotations may be an empty map"
test_empty() {
    config '.annotations = {}'
    create
}

requirement MAY config.md#annotations "a value may be an empty string"
test_empty_value() {
    config '.annotations = { "com.example.empty": "" }'
    create
    same annotation "$(state '.annotations["com.example.empty"]')" ""
}

requirement MUST config.md#annotations "a value that is not a string is refused"
test_number() {
    config '.annotations = { "com.example.number": 7 }'
    refused
}

requirement MUST config.md#annotations "annotations are a map"
test_array() {
    config '.annotations = ["com.example"]'
    refused
}

requirement MUST config.md#annotations "a key is not an empty string"
test_empty_key() {
    config '.annotations = { "": "value" }'
    refused
}

requirement MUST config.md#annotations "unknown keys are accepted, also of org.opencontainers"
test_unknown() {
    config '.annotations = { "org.opencontainers.nonsense": "1", "x": "2" }'
    create
    same annotation "$(state '.annotations["org.opencontainers.nonsense"]')" 1
}

requirement MUST config.md#annotations "any text comes back as it was"
test_text() {
    config '.annotations = { "com.example.text": "a \"b\" \\ \n \u0001 ünï €" }'
    create
    same annotation "$(state '.annotations["com.example.text"] == "a \"b\" \\ \n \u0001 ünï €"')" true
}
