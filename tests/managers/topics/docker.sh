# Docker: run, exec, builds, an application of three tiers by compose, a swarm service.
# The daemon's default runtime is /run/runtime, so that builds, compose and swarm use it as well.

setup() {
    make_image
    [ "$PLACE" != uml ] || for program in iptables ip6tables; do
        update-alternatives --quiet --set $program "/usr/sbin/$program-legacy"
    done
    # What swarm advertises, and what makes the engine think that there is a network.
    ip link add outside type dummy 2>/dev/null || ip link add outside type bridge
    ip address add 10.99.0.1/24 dev outside
    ip link set outside up
    ip route add default dev outside
    ln -sf /run/runtime /usr/local/sbin/buildkit-runc # the name that BuildKit looks for first
    mkdir -p /etc/docker
    cat >/etc/docker/daemon.json <<'END'
{ "runtimes": { "tested": { "path": "/run/runtime" } }, "default-runtime": "tested",
  "exec-opts": ["native.cgroupdriver=systemd"] }
END
    start_containerd
    start_daemon dockerd.log 'docker version' dockerd --containerd /run/containerd/containerd.sock
    works docker import --change 'CMD sleep 600' "$W/image.tar" box
}

cleanup() {
    docker swarm leave --force
    docker ps -aq | xargs -r docker rm -f
}

check_run() { shows hello docker run --rm box echo hello; }

check_run_with_limits() { # needs limits
    shows '67108864 50 50000 100000' docker run --rm -m 64m --pids-limit 50 --cpus 0.5 box \
        sh -c 'cd /sys/fs/cgroup; echo $(cat memory.max pids.max cpu.max)'
}

# All capabilities, and every device of the host.
check_privileged() {
    shows pts/ptmx docker run --rm --privileged box \
        sh -c 'echo hello >/dev/null && exec 3<>/dev/ptmx && mount -t tmpfs t /srv && ls -l /dev/ptmx'
    shows hello docker run --rm --privileged -v /dev:/dev --cgroupns=host box echo hello
}

check_exit_status() {
    docker run --rm box sh -c 'exit 7'
    is status $? 7
    docker run --rm box no-such-program
    is status $? 127
}

check_exec() {
    works docker run -d --name ex box
    shows executed docker exec ex echo executed
    docker exec ex sh -c 'exit 9'
    is status $? 9
    shows '1 /tmp here' docker exec -e MINE=here -w /tmp -u 1:1 ex sh -c 'echo "$(id -u) $PWD $MINE"'
    works docker rm -f ex
}

check_terminal() {
    shows $'a tty\r' on_terminal docker run --rm -it box sh -c 'test -t 0 && echo a tty'
    works docker run -d --name term box
    shows $'a tty\r' on_terminal docker exec -it term sh -c 'test -t 0 && echo a tty'
    works docker rm -f term
}

check_pause() {
    works docker run -d --name paused box
    works docker pause paused
    shows paused docker inspect -f '{{.State.Status}}' paused
    works docker unpause paused
    shows sleep docker top paused
    works docker rm -f paused
}

check_update_and_stats() { # needs limits
    works docker run -d --name updated -m 64m --memory-swap 64m box
    works docker update -m 128m --memory-swap 128m updated
    shows 134217728 docker exec updated cat /sys/fs/cgroup/memory.max
    shows 128MiB docker stats --no-stream updated
    works docker rm -f updated
}

check_stop_and_restart() {
    works docker run -d --init --name stopped box
    works docker restart -t 5 stopped
    works docker stop -t 5 stopped
    shows 'exited 143' docker inspect -f '{{.State.Status}} {{.State.ExitCode}}' stopped
    works docker rm -f stopped
}

# In a slow guest the shim may be too late to read what happened in a cgroup that is removed soon, with any runtime.
check_oom_is_reported() { # needs limits
    within 200 oom_is_reported
    works docker rm -f oom
}
oom_is_reported() {
    docker rm -f oom
    docker run --name oom -m 16m --memory-swap 16m box sh -c 'x=x; while true; do x=$x$x; done'
    [ "$(docker inspect -f '{{.State.OOMKilled}} {{.State.ExitCode}}' oom)" = 'true 137' ]
}

context() {
    mkdir -p "$W/context"
    printf 'FROM box\nRUN echo built > /f\nCMD ["cat", "/f"]\n' >"$W/context/Dockerfile"
}

check_build_by_buildkit() {
    context
    works docker build --no-cache -t built "$W/context"
    shows built docker run --rm built
}

check_build_classic() {
    context
    works env DOCKER_BUILDKIT=0 docker build --no-cache -t classic "$W/context"
    shows built docker run --rm classic
}

# web asks app, app asks the database, which counts the visits on a volume.
check_compose_three_tiers() {
    mkdir -p "$W/app"
    cp "$HERE/compose.yaml" "$W/app/"
    works docker compose --project-directory "$W/app" up --detach --quiet-pull
    within 60 answered
    first=$(visit | grep -oE '[0-9]+' | head -1)
    second=$(visit | grep -oE '[0-9]+' | head -1)
    is 'the next visit' "$second" $((first + 1))
    shows app docker compose --project-directory "$W/app" ps
    works docker compose --project-directory "$W/app" down -t 1 --volumes
}
visit() { docker compose --project-directory "$W/app" exec -T web wget -q -O - http://127.0.0.1/cgi-bin/index; }
answered() { visit | grep -qE '^visit [0-9]+ to the web'; }

no_tasks() { [ -z "$(docker ps -aq --filter name=serv.)" ]; }
has_left() { [ "$(docker info --format '{{.Swarm.LocalNodeState}}')" = inactive ]; }

check_swarm_service() {
    works docker swarm init --advertise-addr 10.99.0.1 --listen-addr 10.99.0.1:2377
    works timeout 300 docker service create --detach=false --name serv --replicas 2 --stop-grace-period 2s box sleep 600
    shows '2/2' docker service ls
    works timeout 300 docker service scale --detach=false serv=3
    is 'running tasks' "$(docker ps --filter name=serv. --quiet | wc -l)" 3
    works docker service rm serv
    # To leave the engine has a deadline of its own, which its end of the tasks alone may exceed on a slow machine.
    within 300 no_tasks
    docker swarm leave --force
    within 120 has_left
}
