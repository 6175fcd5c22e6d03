#!/bin/bash
# bundles.sh WORK ROOTFS INSIDE: the bundles that the sweeps run, WORK/CONFIG/{once,stay}:
#   docker        what Docker asks for by default, and what it can ask for besides
#   docker-cold   the same, with no cache of a compiled seccomp filter
#   userns        with a user namespace
#   terminal      with a terminal, all kinds of hooks, a user that is not root, and processes that may trace others
set -eu
work=$1 rootfs=$2 inside=$3
here=$(cd "$(dirname "$0")" && pwd) data=$(cd "$(dirname "$0")/../data" && pwd)
mkdir -p "$work/files"
for name in rootfs rootfs-userns; do
    [[ -d $work/$name ]] || cp -a "$rootfs" "$work/$name"
    cp "$inside" "$work/$name/bin/inside"
done
chown -R 100000:100000 "$work/rootfs-userns"
printf 'nameserver 192.0.2.1\n' >"$work/resolv.conf"
printf 'box\n' >"$work/hostname"
printf '{"hugepageLimits": [{"pageSize": "2MB", "limit": 2097152}]}' >"$work/update.json"
printf '127.0.0.1 localhost\n' >"$work/hosts"
mapfile -t host < <(for ns in /proc/self/ns/*; do readlink "$ns"; done | sort -u)

# make CONFIG ROOTFS BASE FILTER
make() {
    local how
    for how in once stay; do
        mkdir -p "$work/$1/$how"
        sed "s|@BUNDLES@|$work|g" "$3" | jq --arg root "$work/$2" --arg how "$how" --args \
            ".root.path = \$root | .process.args = [\"/bin/inside\", \$how] + \$ARGS.positional | $4" \
            "${host[@]}" >"$work/$1/$how/config.json"
    done
}

protection='.ociVersion = "1.0.2" | .root.readonly = true | .process.noNewPrivileges = true | .process.oomScoreAdj = 100
    | .process.user.umask = 63 | .process.rlimits = [{type: "RLIMIT_NOFILE", soft: 512, hard: 1024},
      {type: "RLIMIT_CORE", soft: 0, hard: 0}] | .linux.sysctl["kernel.msgmax"] = "4096" | .domainname = "box.test"
    | .linux.cgroupsPath = "/a"'
if grep -qsw hugetlb "${V2:-/sys/fs/cgroup}/cgroup.controllers"; then
    protection+=' | .linux.resources.hugepageLimits = [{pageSize: "2MB", limit: 4194304}]'
fi
make docker rootfs "$data/bundles/docker-default.json" "$protection"
make docker-cold rootfs "$data/bundles/docker-default.json" "$protection"
make userns rootfs-userns "$data/bundles/userns.json" "$protection"
hook='{path: "/bin/true", args: ["true"]}'
make terminal rootfs "$data/bundles/docker-default.json" "$protection | .process.terminal = true
    | .process.user = {uid: 1000, gid: 1000, additionalGids: [5, 10]} | .process.cwd = \"/home/alice\"
    | .process.capabilities |= (.inheritable = [\"CAP_KILL\"] | .ambient = [\"CAP_KILL\"]
      | .bounding += [\"CAP_SYS_PTRACE\"])
    | .hooks = {prestart: [$hook], createRuntime: [$hook], createContainer: [$hook],
        startContainer: [$hook], poststart: [$hook], poststop: [$hook]}"
