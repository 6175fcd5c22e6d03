# linux.netDevices: config-linux.md, "Network Devices". The runtime runs in a network namespace of the case's own.

own_network() {
    unshare --net ip link add probe0 type veth peer name probe1 2>/dev/null || skip 'the kernel has no veth devices'
    unshare --net sleep 1000 &
    NET=$!
    trap 'kill $NET' EXIT
    within 5 has_own_network "$NET"
    exec {NETWORK}<"/proc/$NET/ns/net"
    is_own_network "$(host readlink /proc/self/ns/net)" "$(readlink /proc/self/ns/net)" || fail 'still in the network of the host'
}
host() { nsenter --net="/proc/self/fd/$NETWORK" "$@"; }
# shellcheck disable=SC2086 # options are words
tare() { nsenter --net="/proc/self/fd/$NETWORK" "$TARE" --root "$STATE" $TARE_OPTIONS "$@"; }
# own_device NAME [IP_LINK_WORD...]: one of the pair NAME and peer-NAME.
own_device() {
    host ip link add "$1" type veth peer name "peer-$1"
    host ip link set "$@"
}
on_host() { host ip link show "$1" >/dev/null 2>&1; }

test_all_that_matters_is_kept() {
    own_network
    own_device net0 mtu 1300 address 02:00:00:00:00:07
    host ip addr add 10.1.2.3/24 broadcast 10.1.2.99 label net0:x dev net0
    host ip addr add 10.9.9.9 peer 10.9.9.10 dev net0
    host ip addr add 10.1.2.4/24 dev net0 # secondary
    host ip addr add 10.5.5.5/24 scope link dev net0
    host ip addr add 10.6.6.6/24 valid_lft 1000 preferred_lft 1000 dev net0
    host ip -6 addr add fd00::7/64 nodad dev net0
    host ip link set net0 up
    in_container '.linux.netDevices = {net0: {}} | sh("ip addr show net0")'
    has mtu "$out" 'mtu 1300'
    has 'hardware address' "$out" 02:00:00:00:00:07
    has up "$out" ',UP'
    matches 'address and label' "$out" 'inet 10.1.2.3/24 brd 10.1.2.99 scope global net0:x'
    has 'peer' "$out" 'inet 10.9.9.9 peer 10.9.9.10'
    has 'secondary' "$out" 'inet 10.1.2.4/24'
    has 'IPv6' "$out" 'inet6 fd00::7/64'
    has_not 'scope link' "$out" 10.5.5.5
    has_not 'not permanent' "$out" 10.6.6.6
    ! on_host net0 || fail 'a virtual device came back'
}

test_a_new_name() {
    own_network
    own_device net0 up
    host ip addr add 10.1.2.3/24 dev net0
    in_container '.linux.netDevices = {net0: {name: "eth7"}} | sh("ip addr show eth7; ls /sys/class/net")'
    has address "$out" '10.1.2.3/24'
    has label "$out" 'global eth7'
    has_not 'the old name' "$out" net0
}

test_several_and_templates() {
    own_network
    own_device a0
    own_device b0
    own_device c0
    in_container '.linux.netDevices = {a0: {name: "eth%d"}, b0: {name: "eth%d"}, c0: {name: "b0"}} | sh("ls /sys/class/net; ip link | grep -c \"[<,]UP[,>]\"")'
    is devices "$out" $'b0\neth0\neth1\nlo\n4'
}

# A pod's: the device stays there when the container ends.
test_into_a_namespace_that_is_joined() {
    own_network
    own_device net0
    unshare --net sleep 1000 &
    POD=$!
    trap 'kill $NET $POD' EXIT
    within 5 has_own_network "$POD"
    nsenter --net="/proc/$POD/ns/net" ip link add taken type veth peer name also-taken
    in_container "no_ns(\"network\") | ns(\"network\"; \"/proc/$POD/ns/net\") | .linux.netDevices = {net0: {name: \"eth0\"}} | sh(\"ip link show eth0\")"
    has 'in the container' "$out" eth0
    nsenter --net="/proc/$POD/ns/net" ip link show eth0 >/dev/null || fail 'it is gone'
    own_device net1
    bundle b "no_ns(\"network\") | ns(\"network\"; \"/proc/$POD/ns/net\") | .linux.netDevices = {net1: {name: \"taken\"}}"
    refused "config.json#/linux/netDevices/net1: the container has a network device 'taken' already: file exists" tare run --bundle b b
    on_host net1 || fail 'it was moved'
}

test_into_a_user_namespace() {
    own_network
    own_device net0
    host ip addr add 10.1.2.3/24 dev net0
    in_container 'userns([map(0; 100000; 65536)]) | .linux.netDevices = {net0: {}} | sh("ip addr show net0")'
    has address "$out" '10.1.2.3/24'
    # Here init makes the network namespace itself.
    bundle first 'userns([map(0; 100000; 65536)]) | args(["/bin/sleep", "100"])'
    quiet tare run -d --bundle first first
    own_device net0
    in_container "ns(\"user\"; \"/proc/$(pid_of first)/ns/user\") | .linux.netDevices = {net0: {}} | sh(\"ip link show net0\")"
    has device "$out" net0
    quiet tare delete -f first
}

test_sysctls_and_hooks_find_it() {
    own_network
    own_device net0
    in_container '.linux.netDevices = {net0: {name: "eth7"}} | .linux.sysctl = {"net.ipv4.conf.eth7.forwarding": "1"}
        | hook("createRuntime"; "/bin/sh"; ["sh", "-c", "pid=$(jq .pid); nsenter --net=/proc/$pid/ns/net ip link show eth7 >&2"])
        | .hooks.createRuntime[0].env = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"]
        | sh("cat /proc/sys/net/ipv4/conf/eth7/forwarding")'
    is forwarding "$out" 1
}

test_errors_name_the_device() {
    own_network
    own_device net0
    bundle a '.linux.netDevices = {net0: {}, nosuch: {}}'
    refused "config.json#/linux/netDevices/nosuch: there is no network device 'nosuch': no such device" tare run --bundle a a
    on_host net0 || fail 'it was moved although another one cannot be'
    bundle b '.linux.netDevices = {lo: {name: "lo0"}}'
    refused "config.json#/linux/netDevices/lo: move it to the container's network namespace as 'lo0': invalid argument" tare run --bundle b b
    bundle c 'no_ns("network") | .mounts |= map(select(.type != "sysfs")) | .linux.netDevices = {net0: {}}'
    refused 'config.json#/linux/netDevices: needs a network namespace in linux.namespaces' tare run --bundle c c
    bundle d "no_ns(\"network\") | ns(\"network\"; \"/proc/$NET/ns/net\") | .linux.netDevices = {net0: {name: \"x\"}}"
    refused "config.json#/linux/netDevices: the container's network namespace is tare's own" tare run --bundle d d
    on_host net0 || fail 'it was renamed on the host'
}

test_the_plan_shows_them() {
    own_network
    bundle a '.linux.netDevices = {net0: {name: "eth7"}}'
    quiet tare plan a
    matches plan "$out" "parent  net-device .*config.json#/linux/netDevices/net0 .*move 'net0' in as 'eth7'"
}
