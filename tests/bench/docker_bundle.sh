# Sourced. make_bundle NAME FILTER: $work/NAME, what `docker run` generates, with a busybox; FILTER is jq's.
# CONFIG is $config.
make_bundle() {
    local root="$work/$1/rootfs" name
    mkdir -p "$root"/{bin,dev,etc,proc,root,sys,tmp}
    cp "$(command -v busybox)" "$root/bin/busybox"
    ln -s busybox "$root/bin/true"
    for name in resolv.conf hostname hosts; do
        echo '127.0.0.1 localhost' >"$work/$name"
        : >"$root/etc/$name"
    done
    sed "s#@BUNDLES@#$work#g" "$config" | jq ".ociVersion = \"1.0.2\" | del(.linux.cgroupsPath) | $2" >"$work/$1/config.json"
}
