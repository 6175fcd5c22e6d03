#!/bin/bash
# debian.sh DIRECTORY: a small Debian root, from the archive that this machine uses itself.
set -eu
out=$1
suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
mirror=$(apt-get indextargets --format '$(REPO_URI) $(CODENAME)' 'Created-By: Packages' |
    awk -v suite="$suite" '$2 == suite { print $1; exit }')
rm -rf "$out" "$out.new"
mmdebstrap --quiet --variant=apt --mode=root \
    --aptopt='APT::Install-Recommends "false"' --aptopt='Acquire::Languages "none"' \
    --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt=force-unsafe-io \
    --include=systemd,systemd-sysv,dbus,procps,iproute2 \
    --customize-hook='rm -rf "$1"/var/cache/apt/* "$1"/usr/share/zoneinfo' \
    --format=directory "$suite" "$out.new" "deb $mirror $suite main"
mv "$out.new" "$out"
