# A user without privileges who has what a distribution gives him: subordinate ids, and a systemd of his
# own with delegated controllers. unprivileged.sh has the user who has nothing.

USER_NAME=tareit
needs_user() {
    [[ -d /run/systemd/system ]] || skip 'systemd is not process 1 here'
    [[ $PLACE != native ]] || skip 'makes a user'
    USER_ID=4711 FIRST_SUB_ID=300000
    if ! grep -q "^$USER_NAME:" /etc/passwd; then
        echo "$USER_NAME:x:$USER_ID:$USER_ID::/run/$USER_NAME:/bin/sh" >>/etc/passwd
        echo "$USER_NAME:x:$USER_ID:" >>/etc/group
        echo "$USER_NAME:$FIRST_SUB_ID:65536" | tee -a /etc/subuid >>/etc/subgid
    fi
    mkdir -p /run/$USER_NAME && chown $USER_NAME: /run/$USER_NAME
    chmod 755 "$T"
    RUNTIME=/run/user/$USER_ID
    mkdir -p user && chown $USER_NAME: user
}

# His systemd, as user@.service starts it, for as long as the case runs.
with_manager() {
    needs_user
    mkdir -p "$RUNTIME" && chown $USER_NAME: "$RUNTIME" && chmod 700 "$RUNTIME"
    systemctl reset-failed tareit-manager.service 2>/dev/null || true
    systemd-run --quiet --unit=tareit-manager --uid=$USER_NAME -p Type=notify -p Delegate=yes \
        -p "Environment=XDG_RUNTIME_DIR=$RUNTIME HOME=/run/$USER_NAME" \
        "$(ls /usr/lib/systemd/systemd /lib/systemd/systemd 2>/dev/null | head -1)" --user
    trap 'systemctl stop tareit-manager.service; rm -rf "$RUNTIME"' EXIT
    MANAGER=/system.slice/tareit-manager.service
}
as_user() {
    setpriv --reuid $USER_NAME --regid $USER_NAME --init-groups --inh-caps=-all \
        env -i PATH="$PATH" HOME=/run/$USER_NAME XDG_RUNTIME_DIR="$RUNTIME" "$@"
}
user_tare() { as_user "$TARE" --root "$T/user/state" "$@"; }
# mine NAME [FILTER]: a bundle of that user; root inside is he himself.
mine() {
    bundle "$1" "userns([map(0; $USER_ID; 1)]) | ${2:-.}"
    chown -R $USER_NAME: "$T/$1"
}
cgroup_of_pid() { sed -n 's/^0:://p' "/proc/$1/cgroup"; }
user_pid_of() { user_tare state "$1" | jq .pid; }

test_unit_of_the_own_manager() {
    with_manager
    mine a 'args(["/bin/sleep", "100"]) | .linux.resources.pids = {limit: 20}'
    quiet user_tare --systemd-cgroup run -d --bundle a a
    local cgroup
    cgroup=$(cgroup_of_pid "$(user_pid_of a)")
    is cgroup "$cgroup" "$MANAGER/user.slice/tare-a.scope"
    is limit "$(<"$V2$cgroup/pids.max")" 20
    quiet user_tare update --pids-limit 30 a
    is 'the new limit' "$(<"$V2$cgroup/pids.max")" 30
    is 'the property' "$(as_user systemctl --user show --value -p TasksMax tare-a.scope)" 30
    quiet as_user systemctl --user daemon-reload
    is 'afterwards' "$(<"$V2$cgroup/pids.max")" 30
    quiet user_tare delete --force a
    [[ ! -e $V2$cgroup ]] || fail 'the unit is left'
}

test_all_commands_on_a_unit_of_his_own() {
    with_manager
    mine a 'args(["/bin/sleep", "100"]) | .linux.resources.pids = {limit: 20}'
    quiet user_tare --systemd-cgroup create --bundle a --pid-file user/pid a
    is pid "$(<user/pid)" "$(user_pid_of a)"
    quiet user_tare start a
    local cgroup
    cgroup=$(cgroup_of_pid "$(<user/pid)")
    quiet user_tare exec a sh -c 'id -u; cat /proc/self/cgroup'
    is 'exec' "$out" $'0\n0::/'
    quiet user_tare exec -d --pid-file user/second a sleep 50
    is 'the cgroup of exec' "$(cgroup_of_pid "$(<user/second)")" "$cgroup"
    has table "$(user_tare ps a)" 'sleep 50'
    quiet user_tare pause a
    is paused "$(<"$V2$cgroup/cgroup.freeze")" 1
    quiet user_tare resume a
    is processes "$(user_tare events --stats a | jq .data.pids.current)" 2
    quiet user_tare kill a KILL
    within 5 test ! -d "/proc/$(<user/pid)"
    quiet user_tare delete a
    [[ ! -e $V2$cgroup ]] || fail 'the unit is left'
}

test_foreground_with_limits() {
    with_manager
    mine a 'sh("cat /proc/self/cgroup /sys/fs/cgroup/pids.max") | .linux.resources.pids = {limit: 20}
        | .linux.cgroupsPath = "user.slice:libpod:a"'
    quiet user_tare --systemd-cgroup run --bundle a a
    is output "$out" $'0::/\n20'
}

# How podman calls every runtime: root in a user namespace of his own, which the config knows nothing of.
test_root_in_a_user_namespace_as_podman_calls() {
    with_manager
    # podman leaves out the group of tty where it maps none
    bundle a '.mounts |= map(.options |= ((. // []) - ["gid=5"])) | .linux.cgroupsPath = "user.slice:libpod:a" |
        .linux.resources.pids = {limit: 20} | sh("cat /proc/self/cgroup /sys/fs/cgroup/pids.max; id -u")'
    chown -R $USER_NAME: a
    quiet as_user unshare -Urm "$TARE" --root "$T/user/state" --systemd-cgroup run --bundle a a
    is output "$out" $'0::/\n20\n0'
}

test_cgroupfs_in_a_delegated_subtree() {
    with_manager
    mine a 'sh("cat /proc/self/cgroup /sys/fs/cgroup/pids.max") | .linux.resources.pids = {limit: 20}
        | .linux.cgroupsPath = "tareit-a"'
    quiet as_user systemd-run --user --quiet --scope "$TARE" --root "$T/user/state" run --bundle a a
    is output "$out" $'0::/\n20'
}

test_ranges_by_newuidmap() {
    needs_user
    needs_program newuidmap
    bundle a "userns([map(0; $USER_ID; 1), map(1; $FIRST_SUB_ID; 1000)]) | all_caps([\"CAP_CHOWN\"]) |
        sh(\"id -u; cat /proc/self/setgroups; touch /tmp/x && chown 7:7 /tmp/x && stat -c %u /tmp/x\")"
    chown -R $USER_NAME: a
    quiet user_tare --cgroup-manager=disabled run --bundle a a
    has output "$out" $'0\nallow\n'
    has 'another id' "$out" 7
    change a 'args(["/bin/sleep", "100"])'
    quiet user_tare --cgroup-manager=disabled run -d --bundle a a
    quiet user_tare exec --user 5:6 --additional-gids 8 a sh -c 'id -u; id -G; cat /proc/self/uid_map | wc -l'
    is 'exec as one of his ids' "$out" $'5\n6 8\n2'
    quiet user_tare exec a cat /proc/1/uid_map
    matches 'its ids' "$(tr -s ' \n' ' ' <<<"$out")" "0 $USER_ID 1 1 $FIRST_SUB_ID 1000"
    exits 255 user_tare exec --user 2000 a true
    has 'the field' "$err" '--user'
    quiet user_tare delete --force a
}

test_what_spec_writes_runs() {
    needs_user
    mkdir a && cp -a "$TOOLS/rootfs" a/rootfs && chown -R $USER_NAME: a
    quiet as_user "$TARE" spec --rootless --bundle a
    change a '.process.terminal = false | sh("id -u; echo x >/dev/null && echo done")'
    quiet user_tare run --bundle a a
    is output "$out" $'0\ndone'
}

test_without_a_manager_it_says_what_to_do() {
    needs_user
    mine a
    exits 1 user_tare --systemd-cgroup run --bundle a a
    has reason "$err" 'no systemd answers to this user'
    has remedy "$err" 'loginctl enable-linger'
}
