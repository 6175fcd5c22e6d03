# The devices are made in a network namespace of the test, in which the runtime runs.
with_device() {
    holder --net
    AROUND=(nsenter --net="/proc/$HOLDER/ns/net")
    "${AROUND[@]}" sh -c '
        ip link add conf0 type veth peer name conf1 && ip addr add 10.9.8.7/24 dev conf0 && ip link set conf0 mtu 1400 up'
    config ".linux.netDevices = { conf0: $1 }"
}
of_device() { process_sh "ip addr show dev $1 2> /dev/null; true"; }

requirement MUST config-linux.md#network-devices "a device is moved into the container"
test_moved() {
    with_device '{}'
    of_device conf0
    run
    prints_like conf0
}

requirement MUST config-linux.md#network-devices "a device that is moved is not the host's any more"
test_left_host() {
    with_device '{}'
    process sleep 100
    create
    ! "${AROUND[@]}" ip link show conf0 > /dev/null 2>&1 || fail "it is still there"
    succeeds delete --force "$ID" # as long as there is a namespace to call the runtime in
}

requirement MUST config-linux.md#network-devices "name is the name inside the container"
test_renamed() {
    with_device '{ name: "eth7" }'
    of_device eth7
    run
    prints_like eth7
}

requirement MUST config-linux.md#network-devices "the device is up"
test_up() {
    with_device '{}'
    of_device conf0
    run
    prints_like '[<,]UP[,>]'
}

requirement MUST config-linux.md#network-devices "permanent addresses of global scope are kept"
test_addresses() {
    with_device '{}'
    of_device conf0
    run
    prints_like '10\.9\.8\.7/24'
}

requirement MUST config-linux.md#network-devices "attributes are kept: the MTU"
test_mtu() {
    with_device '{}'
    of_device conf0
    run
    prints_like 'mtu 1400'
}

requirement MUST config-linux.md#network-devices "a name that the container has already, is an error"
test_name_taken() {
    with_device '{ name: "lo" }'
    refused
}

requirement MUST config-linux.md#network-devices "a name with %d is a template"
test_template() {
    with_device '{ name: "eth%d" }'
    of_device eth0
    run
    prints_like eth0
}

requirement MUST config-linux.md#network-devices "a device that does not exist is an error"
test_missing() {
    with_device '{}'
    config '.linux.netDevices = { nosuch0: {} }'
    refused
}

requirement PRACTICE config-linux.md#network-devices "netDevices without a network namespace are refused"
test_no_namespace() {
    with_device '{}'
    without_namespace network
    config '.mounts |= map(select(.type != "sysfs"))'
    refused
}
