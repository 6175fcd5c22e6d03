requirement MUST config.md#specification-version "ociVersion is required"
test_required() {
    config 'del(.ociVersion)'
    refused
}

for version in 1.0.0 1.0.2 1.1.0 1.2.0; do
    requirement MUST config.md#specification-version "a configuration of $version is accepted" accepts_version "$version"
done
requirement MUST config.md#specification-version "1.0.2-dev, as tools write it, is accepted" accepts_version 1.0.2-dev
accepts_version() {
    config '.ociVersion = $words[0]' "$1"
    inside echo hello
    prints hello
}

for version in 1.0 one 1.0.0.0 "" v1.0.0; do
    requirement MUST config.md#valid-values "what is not in SemVer format is refused: '$version'" \
        refuses_version "$version"
done
requirement MUST config.md#valid-values "another major version is refused" refuses_version 2.0.0
refuses_version() {
    config '.ociVersion = $words[0]' "$1"
    refused
}
