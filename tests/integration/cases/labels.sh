# What SELinux and AppArmor do with a container, by policies of our own: `make vm-labels`, a guest for each of the two,
# because one kernel has only one of them.

needs_selinux() { [[ -d /sys/fs/selinux/class/process ]] || skip 'no SELinux here'; }
needs_apparmor() { grep -qs '^tare-test ' /sys/kernel/security/apparmor/profiles || skip 'no AppArmor with our profile here'; }

readonly LABEL=system_u:system_r:container_t:s0:c1,c2 MOUNT_LABEL=system_u:object_r:container_file_t:s0:c1,c2

test_selinux_of_a_process() {
    needs_selinux
    bundle a --arg name $LABEL '.process.selinuxLabel = $name | sh("cat /proc/self/attr/current; sleep 100")'
    tare run --bundle a a >out.txt 2>err.txt &
    within 5 has_status a running
    within 5 test -s out.txt
    is 'of the container' "$(tr -d '\0' <out.txt)" $LABEL
    quiet tare exec a cat /proc/self/attr/current
    is 'of one more process' "$out" $LABEL
    quiet tare exec --process-label system_u:system_r:kernel_t:s0 a cat /proc/self/attr/current
    is 'of its own' "$out" system_u:system_r:kernel_t:s0
    exits 255 tare exec --process-label unknown_u:r:t:s0 a true
    is 'one it does not know' "$err" "tare: --process-label: label the session keyring 'unknown_u:r:t:s0': invalid argument"
    quiet tare delete --force a
    wait
}

test_selinux_of_mounts() {
    needs_selinux
    in_container --arg name $MOUNT_LABEL '.linux.mountLabel = $name | mount("/data"; "tmpfs"; "tmpfs"; "rw") | sh("cat /proc/self/mountinfo")'
    local where
    for where in /dev /dev/pts /dev/shm /data; do
        has "$where" "$(awk -v at=$where '$5 == at' <<<"$out")" "context=\"$MOUNT_LABEL\""
    done
    has_not '/proc is the kernel'\''s' "$(awk '$5 == "/proc"' <<<"$out")" context=
}

test_selinux_labels_that_the_policy_does_not_know() {
    needs_selinux
    bundle a '.process.selinuxLabel = "unknown_u:r:t:s0"'
    refused "config.json#/process/selinuxLabel: label the session keyring 'unknown_u:r:t:s0': invalid argument" tare run --bundle a a
    bundle b '.linux.mountLabel = "unknown_u:r:t:s0"'
    refused "config.json#/mounts/1/options: mount tmpfs on '/dev': an option of the file system: invalid argument" tare run --bundle b b
    has 'all of them' "$err" "context=unknown_u:r:t:s0')"
}

test_apparmor() {
    needs_apparmor
    bundle a '.process.apparmorProfile = "tare-test" | sh("cat /proc/self/attr/current; cat /etc/group; cat /etc/passwd; sleep 100")'
    tare run --bundle a a >out.txt 2>err.txt &
    within 5 has_status a running
    within 5 grep -q root out.txt
    has 'of the container' "$(<out.txt)" 'tare-test (enforce)'
    has 'it is enforced' "$(<err.txt)" "can't open '/etc/group': Permission denied"
    exits 1 tare exec a cat /etc/group
    has 'for one more process' "$err" 'Permission denied'
    quiet tare exec --apparmor unconfined a cat /proc/self/attr/current /etc/group
    has 'of its own' "$out" unconfined
    exits 255 tare exec --apparmor none-such a true
    is 'one it does not know' "$err" "tare: --apparmor: set the AppArmor profile 'none-such': no such file or directory"
    quiet tare delete --force a
    wait
    bundle b '.process.apparmorProfile = "none-such"'
    refused "config.json#/process/apparmorProfile: set the AppArmor profile 'none-such': no such file or directory" tare run --bundle b b
}
