#!/bin/bash
# tree.sh DIRECTORY MODULES: Debian sid with systemd and the managers, for a guest that boots it.
# MODULES: a kernel's folder of modules, copied in. The archive is this machine's own.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=$1 modules=$2
packages=(
    mount systemd systemd-sysv dbus dbus-user-session libpam-systemd kmod procps iproute2 iputils-ping
    iptables nftables netbase ca-certificates jq busybox-static apparmor uidmap passwd e2fsprogs
    runc crun containerd docker.io docker-cli docker-compose docker-buildx
    podman buildah skopeo conmon catatonit netavark aardvark-dns passt slirp4netns containernetworking-plugins criu libcriu2
    python3-grpcio python3-protobuf protobuf-compiler # for cri.py
)
# What is started at boot; everything else only when somebody asks for it.
units=(dbus.socket systemd-journald.socket systemd-journald-dev-log.socket systemd-tmpfiles-setup.service
    guest.service)

suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
mirror=$(apt-get indextargets --format '$(REPO_URI) $(CODENAME)' 'Created-By: Packages' |
    awk -v suite="$suite" '$2 == suite { print $1; exit }')
rm -rf "$out.new"
# The archive may be a copy of some day, whose Release file has expired.
mmdebstrap --quiet --variant=apt --mode=root \
    --aptopt='APT::Install-Recommends "false"' --aptopt='Acquire::Check-Valid-Until "false"' \
    --aptopt='Acquire::Languages "none"' --dpkgopt='path-exclude=/usr/share/man/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt=force-unsafe-io \
    --include="${packages[*]}" --keyring=/usr/share/keyrings/debian-archive-keyring.gpg \
    --customize-hook='chroot "$1" sh -c "cd /usr/local && apt-get download -qq golang-k8s-cri-api-dev && dpkg -x golang-k8s-*.deb cri"' \
    --format=directory sid "$out.new" "deb $mirror sid main"

cd "$out.new"
# The interface that Kubernetes speaks, as cri.py reads it; one option in it is younger than this protoc.
cri=usr/local/cri/usr/share/gocode/src/k8s.io/cri-api/pkg/apis/runtime/v1
sed -i 's/ *\[debug_redact = true\]//' $cri/api.proto
chroot . protoc --proto_path=/$cri --include_imports --descriptor_set_out=/usr/local/share/cri.descriptors api.proto
rm -rf usr/local/cri usr/local/golang-* var/cache/apt/* usr/share/zoneinfo

cp -r "$here"/files/. .
find etc/systemd usr/lib/systemd -path '*/system/*.wants/*' -delete
mkdir -p etc/systemd/system/{multi-user,sockets,sysinit}.target.wants
for unit in "${units[@]}"; do
    case $unit in
    guest.service) ln -s "/etc/systemd/system/$unit" etc/systemd/system/multi-user.target.wants/ ;;
    *.socket) ln -s "/usr/lib/systemd/system/$unit" etc/systemd/system/sockets.target.wants/ ;;
    *) ln -s "/usr/lib/systemd/system/$unit" etc/systemd/system/sysinit.target.wants/ ;;
    esac
done
ln -sf multi-user.target usr/lib/systemd/system/default.target
echo guest >etc/hostname
echo '127.0.0.1 localhost guest' >etc/hosts
echo 0123456789abcdef0123456789abcdef >etc/machine-id # none would be a first boot, which starts everything
: >etc/fstab
chroot . useradd --create-home --uid 1000 --shell /bin/bash user # with its subordinate ids
mkdir -p usr/lib/modules host work
cp -a "$modules" usr/lib/modules/
chroot . depmod "$(basename "$modules")"
cd - >/dev/null
rm -rf "$out"
mv "$out.new" "$out"
