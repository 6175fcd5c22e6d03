#!/bin/bash
# tree.sh DIRECTORY: Debian sid with crun and runc, and in /programs the validation programs of the runtime-tools project
# as Debian has them, compiled by Debian's Go, which does not stay. The archive is this machine's own.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=$1 root=$1.new
library=usr/share/gocode/src/github.com
project=$library/opencontainers/runtime-tools
source=golang-github-opencontainers-runtime-tools
packages=mount,crun,runc,golang-go,$source-dev
for name in google-uuid mrunalp-fileutils urfave-cli; do packages+=,golang-github-$name-dev; done # for its programs

suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
mirror=$(apt-get indextargets --format '$(REPO_URI) $(CODENAME)' 'Created-By: Packages' |
    awk -v suite="$suite" '$2 == suite { print $1; exit }')
rm -rf "$root"
# The -dev package has the libraries only, the programs are in its source. Of that the original archive is all that is
# needed: apt-get source would also want the description, which a copy of some day need not have.
mmdebstrap --quiet --variant=apt --mode=root \
    --aptopt='APT::Install-Recommends "false"' --aptopt='Acquire::Check-Valid-Until "false"' \
    --aptopt='Acquire::Languages "none"' --dpkgopt='path-exclude=/usr/share/man/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt=force-unsafe-io \
    --include="$packages" --keyring=/usr/share/keyrings/debian-archive-keyring.gpg \
    --customize-hook='chroot "$1" sh -ec "mkdir /source; apt-get source -qq --print-uris '$source' | tr -d \"\\047\" |
        while read -r uri file size hash; do
            case \$file in *.orig.tar.*) /usr/lib/apt/apt-helper -qq -o APT::Sandbox::User=root download-file \$uri /source/\$file \$hash ;; esac
        done"' \
    --format=directory sid "$root" "deb $mirror sid main" "deb-src $mirror sid main"

tar -C "$root/source" --strip-components=1 -xf "$root"/source/*.orig.tar.*
cp -r "$root"/source/{validation,cmd} "$root/$project/"
mkdir -p "$root/$library/mndrix/tap-go" "$root/programs" "$root/results"
cp "$here/tap.go" "$root/$library/mndrix/tap-go/"
cp "$root/source/rootfs-amd64.tar.gz" "$root/programs/"
# Newer versions of the SELinux library have this function one package higher.
sed -i 's/label\.FileLabel/selinux.FileLabel/; s|opencontainers/selinux/go-selinux/label"|opencontainers/selinux/go-selinux"|' \
    "$root/$project/cmd/runtimetest/main.go"
# Without a network: everything comes from Debian's packages.
unshare --mount --net sh -ec 'mount -t proc proc "$1/proc"; chroot "$1" env GO111MODULE=off GOPATH=/usr/share/gocode \
    GOCACHE=/tmp/cache CGO_ENABLED=0 HOME=/root sh -ec "cd /$2; go build -ldflags=-s -o /programs/ ./cmd/runtimetest ./validation/..."' \
    sh "$root" "$project"
[ -x "$root/programs/runtimetest" ] && [ "$(find "$root/programs" -perm -1 | wc -l)" -gt 50 ]
rm -rf "$root"/{source,tmp/cache,var/cache/apt/*,var/lib/apt/lists/*} "$root"/usr/{lib,share}/go-* "$root"/usr/share/{gocode,zoneinfo}
: >"$root/usr/local/bin/tare" # what is tested is mounted there
rm -rf "$out"
mv "$root" "$out"
