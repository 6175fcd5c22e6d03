# podman with systemd's cgroups; as root, as a user, and (where there is CRIU) checkpoints.

setup() {
    make_image
    cat >/etc/containers/containers.conf <<END
[engine]
cgroup_manager = "systemd"
events_logger = "file"
[containers]
log_driver = "k8s-file"
[network]
$([ "$PLACE" != uml ] || echo 'firewall_driver = "none"') # it has no nf_tables inet
END
    works podman import "$W/image.tar" box
}

pod() { podman --runtime "$RUNTIME" "$@"; }

check_run() { shows hello pod run --rm box echo hello; }

cleanup() {
    podman rm -fa -t 0
    podman pod rm -fa -t 0
    [[ ! -e $W/user.ready ]] || as_user podman rm -fa -t 0
}

check_run_with_limits() { # needs limits
    shows '67108864 50 50000 100000' pod run --rm --net=none --memory 64m --pids-limit 50 --cpus 0.5 box \
        sh -c 'cd /sys/fs/cgroup; echo $(cat memory.max pids.max cpu.max)'
}

# All capabilities, and every device of the host.
check_privileged() {
    shows pts/ptmx pod run --rm --net=none --privileged box \
        sh -c 'echo hello >/dev/null && exec 3<>/dev/ptmx && mount -t tmpfs t /srv && ls -l /dev/ptmx'
    shows hello pod run --rm --net=none --privileged -v /dev:/dev --cgroupns=host box echo hello
}

check_exit_status() {
    pod run --rm --net=none box sh -c 'exit 7'
    is status $? 7
}

check_exec() {
    works pod run -d --net=none --name e box sleep 600
    shows executed pod exec e echo executed
    pod exec e sh -c 'exit 9'
    is status $? 9
    shows 'no-tty' pod exec -i e sh -c 'test -t 0 || echo no-tty'
    works pod rm -f -t 0 e
}

check_terminal() {
    shows 'a tty' on_terminal podman --runtime "$RUNTIME" run --rm --net=none -it box sh -c 'test -t 0 && echo a tty'
    works pod run -d --net=none --name t box sleep 600
    shows 'a tty' on_terminal podman --runtime "$RUNTIME" exec -it t sh -c 'test -t 0 && echo a tty'
    works pod rm -f -t 0 t
}

check_pause() {
    works pod run -d --net=none --name p box sleep 600
    works pod pause p
    shows paused pod inspect -f '{{.State.Status}}' p
    works pod unpause p
    shows running pod inspect -f '{{.State.Status}}' p
    works pod rm -f -t 0 p
}

check_update() { # needs limits
    works pod run -d --net=none --name u --memory 64m box sleep 600
    works pod update --memory 128m u
    shows 134217728 pod exec u cat /sys/fs/cgroup/memory.max
    works pod rm -f -t 0 u
}

check_stop_and_start() {
    works pod run -d --init --net=none --name s box sleep 600
    works pod stop -t 5 s
    shows exited pod inspect -f '{{.State.Status}}' s
    works pod start s
    shows sleep pod top s
    works pod rm -f -t 0 s
}

# Two containers that see each other's network, behind one infra container.
check_two_in_a_pod() {
    works pod pod create --name both --infra-image localhost/box:latest --infra-command 'sleep 600'
    works pod run -d --pod both --name server box httpd -f -p 8080 -h /etc
    within 20 pod exec server wget -q -O - http://127.0.0.1:8080/passwd
    shows root:x:0:0 pod run --rm --pod both box wget -q -O - http://127.0.0.1:8080/passwd
    works pod pod rm -f -t 0 both
}

check_build() {
    mkdir -p "$W/context"
    printf 'FROM localhost/box\nRUN echo built > /f\nCMD cat /f\n' >"$W/context/Dockerfile"
    works pod build --no-cache --ulimit nofile=1024:1024 --isolation=oci -t built "$W/context"
    shows built pod run --rm --net=none built
}

# As the user 1000, in her own systemd.
as_user() { systemd-run --quiet --machine=user@.host --user --pipe --wait --collect "$@"; }

user_ready() {
    [[ -e $W/user.ready ]] && return
    chmod 755 "$W"
    # No overlay on a tmpfs in her namespace before Linux 6.6, and no fuse-overlayfs here.
    install -D -m 644 -o user /dev/stdin /home/user/.config/containers/storage.conf <<<$'[storage]\ndriver = "vfs"'
    chown -R user:user /home/user/.config
    loginctl enable-linger user
    within 30 test -S /run/user/1000/bus
    works as_user podman import "$W/image.tar" box
    touch "$W/user.ready"
}

check_rootless_run() {
    user_ready
    shows 'uid=0' as_user podman --runtime "$RUNTIME" run --rm --net=none box id
}

# In one unit: podman leaves conmon in its own, which would wait for it to end.
check_rootless_exec() {
    user_ready
    shows executed as_user sh -c "podman --runtime $RUNTIME run -d --net=none --name e box sleep 600 &&
        podman --runtime $RUNTIME exec e echo executed && podman --runtime $RUNTIME rm -f -t 0 e"
}

check_rootless_limits() { # needs limits
    user_ready
    shows '67108864 50' as_user podman --runtime "$RUNTIME" run --rm --net=none --memory 64m --pids-limit 50 box \
        sh -c 'cd /sys/fs/cgroup; echo $(cat memory.max pids.max)'
}

check_checkpoint() { # needs criu
    works pod run -d --net=none --name c box sh -c 'i=0; while true; do i=$((i + 1)); echo $i > /count; sleep 0.2; done'
    sleep 2
    works pod container checkpoint c
    shows exited pod inspect -f '{{.State.Status}}' c
    works pod container restore c
    shows running pod inspect -f '{{.State.Status}}' c
    [[ $(pod exec c cat /count) -gt 5 ]] || fail 'it began anew'
    works pod rm -f -t 0 c
}
