# The words that checks are written in. Each check runs with
#   $NAME      tare, crun or runc
#   $RUNTIME   its path; /run/runtime is a link to it, for daemons that are configured once
#   $W         a folder on tmpfs, the topic's own: image.tar is a busybox root

fail() { echo "FAILED: $*"; exit 1; }

# shows TEXT COMMAND...: must succeed and print TEXT somewhere.
shows() {
    local text=$1 out status=0
    shift
    out=$("$@" 2>&1) || status=$?
    echo "+ $*"
    echo "$out"
    [[ $status == 0 ]] || fail "status $status"
    [[ $out == *"$text"* ]] || fail "'$text' is not in the output"
}
works() { shows '' "$@"; }

is() { [[ $2 == "$3" ]] || fail "$1: '$2' rather than '$3'"; }

# within SECONDS COMMAND...: repeats it until it succeeds.
within() {
    local end=$((SECONDS + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        ((SECONDS < end)) || fail "not within the time: $*"
        sleep 0.1
    done
}

# on_terminal COMMAND...: with a terminal as its standard input and output.
on_terminal() {
    python3 -c 'import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))' "$@" </dev/null
}

# start_daemon LOG READY COMMAND...: in the background until the topic ends; READY is a command.
start_daemon() {
    local log=$1 ready=$2
    shift 2
    "$@" >"$W/$log" 2>&1 &
    echo $! >>"$W/daemons"
    # shellcheck disable=SC2086
    (within 120 $ready) || { tail -20 "$W/$log"; fail "$* did not start"; }
}

stop_daemons() { # the last one first
    local pid
    for pid in $(tac "$W/daemons" 2>/dev/null); do
        kill "$pid" && timeout 30 tail --pid="$pid" -f /dev/null
    done
}

# ------------------------------------------------------------------ images

# A root of busybox, and the archives that managers load it from: image.tar (bare), image.docker.tar.
make_image() {
    local root=$W/root program id
    mkdir -p "$root"/{bin,proc,sys,dev,tmp,etc,srv}
    cp /bin/busybox "$root/bin/"
    for program in sh cat ls mkdir chmod sleep id true echo mount nc ip wget httpd grep stat stty ps kill seq test; do
        ln -sf busybox "$root/bin/$program"
    done
    echo root:x:0:0:root:/:/bin/sh >"$root/etc/passwd"
    tar -C "$root" -cf "$W/image.tar" .
    id=$(sha256sum <"$W/image.tar")
    jq -n --arg id "sha256:${id%% *}" '{architecture: "amd64", os: "linux",
        config: {Cmd: ["sleep", "600"], Env: ["PATH=/bin"]}, rootfs: {type: "layers", diff_ids: [$id]}}' >"$W/image.json"
    jq -n '[{Config: "image.json", RepoTags: ["docker.io/library/box:latest"], Layers: ["image.tar"]}]' >"$W/manifest.json"
    tar -C "$W" -cf "$W/image.docker.tar" manifest.json image.json image.tar
}

# ------------------------------------------------------------------ daemons

start_containerd() { # with the socket of Kubernetes
    mkdir -p /etc/containerd /etc/cni/net.d
    cat >/etc/containerd/config.toml <<'END'
version = 3
[plugins.'io.containerd.cri.v1.images'.pinned_images]
  sandbox = 'docker.io/library/box:latest'
[plugins.'io.containerd.cri.v1.images']
  snapshotter = 'overlayfs'
[plugins.'io.containerd.cri.v1.runtime'.cni]
  bin_dirs = ['/usr/lib/cni']
[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.tested]
  runtime_type = 'io.containerd.runc.v2'
  [plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.tested.options]
    BinaryName = '/run/runtime'
    SystemdCgroup = true
END
    cat >/etc/cni/net.d/10-pods.conflist <<'END'
{ "cniVersion": "1.0.0", "name": "pods", "plugins": [
  { "type": "bridge", "bridge": "pods0", "isGateway": true,
    "ipam": { "type": "host-local", "ranges": [[{ "subnet": "10.88.0.0/24" }]] } } ] }
END
    start_daemon containerd.log 'ctr version' containerd
}
