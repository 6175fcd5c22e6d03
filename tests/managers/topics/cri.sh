# A Kubernetes pod, by the calls that the kubelet makes: containerd's CRI socket, systemd's cgroups.

IMAGE=docker.io/library/box:latest

setup() {
    make_image
    start_containerd
    works ctr -n k8s.io images import "$W/image.docker.tar"
    within 60 cri Status '{}'
}

cri() { "$HERE/cri.py" "$@"; }

pod='{ "metadata": { "name": "pod", "uid": "pod-uid", "namespace": "default", "attempt": 1 }, "log_directory": "/run/pod-logs",
  "linux": { "cgroup_parent": "kubepods-burstable.slice" } }'

# container NAME COMMAND...: creates and starts it in the pod $sandbox, and prints its id.
container() {
    local name=$1 request id
    shift
    request=$(jq -n --arg name "$name" --arg image "$IMAGE" --arg sandbox "$sandbox" --argjson pod "$pod" '{
        pod_sandbox_id: $sandbox, sandbox_config: $pod,
        config: { metadata: { name: $name, attempt: 1 }, image: { image: $image }, command: $ARGS.positional,
            log_path: ($name + ".log"),
            linux: { resources: { memory_limit_in_bytes: "67108864", cpu_quota: "50000", cpu_period: "100000" } } } }' \
        --args -- "$@")
    id=$(cri CreateContainer "$request" | jq -r .container_id) || fail "no container $name"
    cri StartContainer "{\"container_id\": \"$id\"}" >&2
    echo "$id"
}

# inside ID COMMAND...: prints its output.
inside() {
    local request
    request=$(jq -n --arg id "$1" '{container_id: $id, cmd: $ARGS.positional, timeout: 20}' --args -- "${@:2}")
    cri ExecSync "$request" | jq -r '.stdout // "" | @base64d'
}

run_pod() {
    sandbox=$(cri RunPodSandbox "$(jq -n --argjson pod "$pod" '{config: $pod, runtime_handler: "tested"}')" | jq -r .pod_sandbox_id)
    [[ $sandbox =~ ^[0-9a-f]{64}$ ]] || fail "no pod: $sandbox"
}

remove_pod() {
    works cri StopPodSandbox "{\"pod_sandbox_id\": \"$sandbox\"}"
    works cri RemovePodSandbox "{\"pod_sandbox_id\": \"$sandbox\"}"
}

cleanup() {
    cri ListPodSandbox | jq -r '.items[]?.id' | while read -r sandbox; do remove_pod; done
}

check_two_containers_in_a_pod() {
    run_pod
    web=$(container web httpd -f -p 8080 -h /etc)
    client=$(container client sleep 600)
    within 20 shows root:x:0:0 inside "$client" wget -q -O - http://127.0.0.1:8080/passwd
    shows CONTAINER_RUNNING cri ContainerStatus "{\"container_id\": \"$web\"}"
    remove_pod
}

check_limits_and_resize() { # needs limits
    run_pod
    one=$(container one sleep 600)
    shows 67108864 inside "$one" cat /sys/fs/cgroup/memory.max
    works cri UpdateContainerResources "{\"container_id\": \"$one\", \"linux\": {\"memory_limit_in_bytes\": \"134217728\"}}"
    shows 134217728 inside "$one" cat /sys/fs/cgroup/memory.max
    shows '"memory"' cri ContainerStats "{\"container_id\": \"$one\"}"
    remove_pod
}

check_log_and_exit_status() {
    run_pod
    one=$(container one sh -c 'echo to the log; exit 3')
    within 20 grep -q 'to the log' /run/pod-logs/one.log
    within 20 shows '"exit_code": 3' cri ContainerStatus "{\"container_id\": \"$one\"}"
    remove_pod
}

check_stop_with_grace() {
    run_pod
    one=$(container one sh -c 'trap "exit 4" TERM; while true; do sleep 0.1; done')
    works cri StopContainer "{\"container_id\": \"$one\", \"timeout\": 20}"
    shows '"exit_code": 4' cri ContainerStatus "{\"container_id\": \"$one\"}"
    works cri RemoveContainer "{\"container_id\": \"$one\"}"
    remove_pod
}
