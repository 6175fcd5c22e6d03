#!/bin/bash
# image.sh TREE MODULES OUT: the tree, with what containers need of a kernel's modules, as an ext4 image.
set -eu
tree=$1 modules=$2 out=$3
version=$(basename "$modules")
target=$tree/usr/lib/modules/$version
rm -rf "$target"
for folder in net lib crypto fs/fuse fs/overlayfs drivers/block drivers/net arch/x86/crypto; do
    mkdir -p "$target/kernel/$folder"
    cp -a "$modules/kernel/$folder/." "$target/kernel/$folder/"
done
rm -rf "$target"/kernel/drivers/net/{ethernet,wireless,phy,can,dsa,usb,wwan,fddi,hamradio,arcnet}
cp "$modules"/modules.{order,builtin*} "$target/"
chroot "$tree" depmod "$version"
rm -f "$out"
truncate -s 3G "$out"
mkfs.ext4 -q -O '^has_journal' -d "$tree" "$out"
