#!/bin/bash
# make-initramfs.sh FOLDER_OF_MODULES OUT MODULE...: busybox, the modules with what they need, and init.sh.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
modules=$1 out=$2
shift 2
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
mkdir -p "$tree"/{bin,dev,proc,sys,modules,lower,upper,root}
cp "$(command -v busybox)" "$tree/bin/busybox"
mknod "$tree/dev/console" c 5 1
mknod "$tree/dev/null" c 1 3
number=100
for file in $(python3 "$here/modules.py" "$modules" "$@"); do
    name=$(basename "$file")
    case $file in
    *.xz) xz -dc "$file" ;;
    *.zst) zstd -dcq "$file" ;;
    *) cat "$file" ;;
    esac >"$tree/modules/$number-${name%%.ko*}.ko"
    number=$((number + 1))
done
install -m 755 "$here/init.sh" "$tree/init"
install -m 755 "$here/guest.sh" "$tree/guest.sh"
(cd "$tree" && find . | cpio -o -H newc --quiet -R 0:0) >"$out.new"
mv "$out.new" "$out"
