requirement MUST bundle.md#container-format "config.json is required"
test_no_config() {
    rm "$BUNDLE/config.json"
    refused
}

requirement MUST bundle.md#container-format "config.json is in the root of the bundle and has that name"
test_config_name() {
    mv "$BUNDLE/config.json" "$BUNDLE/Config.json"
    refused
}

requirement MUST bundle.md#container-format "a config.json that is not JSON is refused"
test_not_json() {
    echo '{ "ociVersion": "1.0.0", ' > "$BUNDLE/config.json"
    refused
}

requirement MUST bundle.md#container-format "an empty config.json is refused"
test_empty() {
    : > "$BUNDLE/config.json"
    refused
}

requirement MUST bundle.md#container-format "a config.json that is JSON, but no object, is refused"
test_no_object() {
    echo '[]' > "$BUNDLE/config.json"
    refused
}

requirement MUST bundle.md#container-format "the root file system is the directory that root.path names"
test_root() {
    mv "$ROOTFS" "$BUNDLE/elsewhere"
    config '.root.path = "elsewhere"'
    inside echo hello
    prints hello
}

requirement MUST bundle.md#container-format "the bundle may be the current directory"
test_current_directory() {
    process echo hello
    cd "$BUNDLE"
    succeeds run "$ID"
    prints hello
}

requirement MUST bundle.md#container-format "the bundle may be named through a symlink"
test_symlink() {
    ln -s bundle "$WORK/link"
    process echo hello
    succeeds run --bundle "$WORK/link" "$ID"
    prints hello
}

requirement MUST bundle.md#container-format "the bundle's directory itself may have any name"
test_odd_name() {
    mv "$BUNDLE" "$WORK/a b ünï"
    BUNDLE="$WORK/a b ünï"
    inside echo hello
    prints hello
}

requirement MUST bundle.md#container-format "two containers may share a bundle"
test_shared() {
    create
    succeeds create --bundle "$BUNDLE" "$ID-b"
    succeeds delete --force "$ID-b"
}
