# containerd through `ctr`.

IMAGE=docker.io/library/box:latest

setup() {
    make_image
    start_containerd
    works ctr images import "$W/image.docker.tar"
}

run() { ctr run --runc-binary "$RUNTIME" "$@"; }

cleanup() {
    ctr task ls -q | xargs -r -n 1 ctr task rm -f
    ctr container ls -q | xargs -r ctr container rm
}

# ctr leaves the task's end to us.
remove() {
    ctr task kill -s KILL "$1"
    within 20 ctr task rm "$1"
    works ctr container rm "$1"
}

check_run() { shows hello run --rm $IMAGE one echo hello; }

check_exit_status() {
    run --rm $IMAGE one sh -c 'exit 7'
    is status $? 7
}

check_terminal() { shows 'a tty' on_terminal ctr run --runc-binary "$RUNTIME" --rm -t $IMAGE one sh -c 'test -t 0 && echo a tty'; }

check_limit() { # needs limits
    works run -d --memory-limit 67108864 $IMAGE one sleep 600
    is memory.max "$(</sys/fs/cgroup/default/one/memory.max)" 67108864
    remove one
}

check_exec_and_kill() {
    works run -d $IMAGE one sleep 600
    shows executed ctr task exec --exec-id e one echo executed
    ctr task exec --exec-id f one sh -c 'exit 9'
    is status $? 9
    remove one
}

check_metrics_and_processes() {
    works run -d $IMAGE one sleep 600
    shows memory ctr task metrics one
    shows "$(ctr task ls | awk '$1 == "one" { print $2 }')" ctr task ps one
    remove one
}

check_pause() {
    works run -d $IMAGE one sleep 600
    works ctr task pause one
    shows PAUSED ctr task ls
    works ctr task resume one
    shows RUNNING ctr task ls
    remove one
}

check_systemd_cgroup() {
    works run -d --runc-systemd-cgroup --cgroup system.slice:ctr:one $IMAGE one sleep 600
    works systemctl is-active ctr-one.scope
    remove one
}
