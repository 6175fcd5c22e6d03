requirement MUST config.md#hostname "hostname is what the process sees"
test_hostname() {
    config '.hostname = "mrsdalloway"'
    inside hostname
    prints mrsdalloway
}

requirement MUST config.md#hostname "the runtime's hostname does not change"
test_host() {
    local before
    before=$(hostname)
    config '.hostname = "mrsdalloway"'
    run
    same hostname "$(hostname)" "$before"
}

requirement MUST config.md#hostname "without hostname the container has the runtime's"
test_inherited() {
    inside hostname
    prints "$(hostname)"
}

requirement MUST config.md#hostname "a hostname without a UTS namespace of its own is refused"
test_no_namespace() {
    # In a namespace of the test, so that a runtime that does rename the host, renames only that.
    without_namespace uts
    config '.hostname = "mrsdalloway"'
    AROUND=(unshare --uts)
    fails run --bundle "$BUNDLE" "$ID"
}

requirement MUST config.md#hostname "hostname is set in a joined UTS namespace"
test_joined() {
    holder --uts
    with_namespace uts "/proc/$HOLDER/ns/uts"
    config '.hostname = "joined"'
    inside hostname
    prints joined
}

requirement MUST config.md#valid-values "a hostname longer than the kernel's 64 bytes is an error"
test_too_long() {
    config '.hostname = ("a" * 65)'
    never_runs
}

requirement MUST config.md#domainname "domainname is what the process sees"
test_domainname() {
    config '.domainname = "foobarbaz.test"'
    inside cat /proc/sys/kernel/domainname
    prints foobarbaz.test
}

requirement MUST config.md#domainname "the runtime's domainname does not change"
test_domainname_host() {
    local before
    before=$(< /proc/sys/kernel/domainname)
    config '.domainname = "foobarbaz.test"'
    run
    same domainname "$(< /proc/sys/kernel/domainname)" "$before"
}

requirement MUST config.md#domainname "a domainname without a UTS namespace of its own is refused"
test_domainname_no_namespace() {
    without_namespace uts
    config '.domainname = "foobarbaz.test"'
    AROUND=(unshare --uts)
    fails run --bundle "$BUNDLE" "$ID"
}
