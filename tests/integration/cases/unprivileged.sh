# The same guarantees for a user without any privilege, without delegated cgroups.

USER_ID=4242

# mine NAME FILTER...: a bundle of that user, with a user namespace that maps root to it alone.
mine() {
    bundle "$1" "userns([map(0; $USER_ID; 1)]) | ${2:-.}"
    chmod 755 "$T"
    chown -R $USER_ID:$USER_ID "$T/$1"
    mkdir -p "$T/user" && chown $USER_ID:$USER_ID "$T/user"
}
as_user() {
    setpriv --reuid $USER_ID --regid $USER_ID --clear-groups --inh-caps=-all --bounding-set=-all \
        env HOME=/ XDG_RUNTIME_DIR="$T/user" "$@"
}
user_tare() { as_user "$TARE" --root "$T/user/state" "$@"; }
reachable() { as_user test -x "$TARE" || skip "the runtime's folder is closed to other users"; }

test_run() {
    reachable
    mine a 'sh("id -u; hostname; cat /proc/self/uid_map; ls /proc/1/fd >/dev/null && touch /tmp/x; cat /proc/self/mountinfo | wc -l")'
    quiet user_tare run --bundle a a
    matches output "$out" $'^0\ntare\n +0 +4242 +1\n'
    is 'owner of the file' "$(stat -c %u a/rootfs/tmp/x)" $USER_ID
}

test_life_in_the_default_state_directory() {
    reachable
    mine a 'args(["/bin/sleep", "100"])'
    quiet as_user "$TARE" create --bundle a a
    is 'where the state is' "$(ls -d user/tare/a)" user/tare/a
    quiet as_user "$TARE" start a
    is status "$(as_user "$TARE" state a | jq -r .status)" running
    quiet as_user "$TARE" kill a KILL
    within 5 sh -c "$(declare -f as_user); USER_ID=$USER_ID; T=$T; as_user '$TARE' state a | grep -q stopped"
    quiet as_user "$TARE" delete a
}

# As podman calls it: uid 0 of its user's namespace, and a reduced environment.
test_the_default_state_directory_in_a_user_namespace() {
    reachable
    mine a 'args(["/bin/sleep", "100"]) | .linux.uidMappings = [map(0; 0; 1)] | .linux.gidMappings = [map(0; 0; 1)]'
    # With USER=root it is /run/tare, where this container is not.
    local calls='"$0" create --bundle a a && ls -d user/tare/a && ! USER=root "$0" state a && "$0" delete --force a'
    quiet as_user env -u USER unshare --user --map-root-user --mount sh -c "$calls" "$TARE"
    is 'where the state is' "$out" user/tare/a
}

test_exec() {
    reachable
    mine a '.process.terminal = false | args(["/bin/sleep", "100"])'
    quiet user_tare run -d --bundle a a
    quiet user_tare exec --env X=1 --cwd /tmp a sh -c 'id -u; pwd; echo $X; hostname; cat /proc/self/setgroups; echo x >/dev/null'
    is output "$out" $'0\n/tmp\n1\ntare\ndeny'
    exits 7 user_tare exec a sh -c 'exit 7'
    quiet user_tare exec -d --pid-file user/pid a sleep 50
    is owner "$(stat -c %u "/proc/$(<user/pid)")" $USER_ID
    refused 'container a has no cgroup of its own' user_tare ps a
    exits 255 user_tare exec --user 1 a true
    has 'the field' "$err" '--user'
    exits 255 user_tare exec --additional-gids 5 a true
    has 'the group' "$err" '--additional-gids'
    as_user "$TOOLS/pty" 20 80 "$TARE" --root "$T/user/state" exec -t a sh -c 'tty; stty size' </dev/null >out.txt
    has terminal "$(<out.txt)" '/dev/pts/0'
    quiet user_tare delete --force a
}

test_cgroups_may_be_disabled() {
    reachable
    mine a 'args(["/bin/true"])'
    quiet user_tare --cgroup-manager=disabled run --bundle a a
}

test_a_limit_without_delegation_is_an_error() {
    reachable
    mine a '.linux.resources.pids = {limit: 10} | args(["/bin/true"])'
    exits 1 user_tare run --bundle a a
    has 'the field' "$err" 'config.json#/linux/resources/pids/limit'
}

test_bind_mounts_and_devices() {
    reachable
    mkdir src && echo text >src/file && chown -R $USER_ID src
    mine a "bind(\"$T/src\"; \"/m\"; \"ro,nosuid,nodev\") | sh(\"cat /m/file; echo x > /dev/null; head -c 2 /dev/zero | wc -c; touch /m/y || echo refused\")"
    quiet user_tare run --bundle a a
    is output "$out" $'text\n2\nrefused'
}

test_the_host_hierarchy_is_not_writable_inside() {
    reachable
    mine a '.mounts |= map(if .type == "cgroup" then .options -= ["ro"] else . end) | sh("ls /sys/fs/cgroup | head -1; mkdir /sys/fs/cgroup/x || echo refused")'
    user_tare run --bundle a a >out.txt 2>err.txt || true
    has 'writing' "$(<out.txt)" refused
}

test_terminal() {
    reachable
    mine a '.process.terminal = true | .mounts |= map(if .type == "devpts" then .options -= ["gid=5"] else . end) | sh("tty")'
    as_user "$TOOLS/pty" 20 80 "$TARE" --root "$T/user/state" run --bundle a a </dev/null >out.txt
    has terminal "$(<out.txt)" /dev/pts/0
}

test_multi_range_maps_need_helpers() {
    reachable
    mine a 'sh("id -u")'
    change a '.linux.uidMappings = [map(0; 4242; 1), map(1; 100000; 100)]'
    exits 1 user_tare run --bundle a a
    has 'the field' "$err" 'config.json#/linux/uidMappings'
}

test_setgroups_is_denied_as_the_kernel_demands() {
    reachable
    mine a 'sh("cat /proc/self/setgroups")'
    quiet user_tare run --bundle a a
    is setgroups "$out" deny
    change a '.process.user.additionalGids = [5]'
    exits 1 user_tare run --bundle a a
    has 'the field' "$err" 'config.json#/process/user/additionalGids'
}

test_without_a_user_namespace_it_is_refused() {
    reachable
    bundle a
    chown -R $USER_ID a
    mkdir -p user && chown $USER_ID user
    exits 1 user_tare run --bundle a a
    has 'the reason' "$err" 'operation not permitted'
}

test_others_cannot_read_the_state() {
    bundle a
    quiet tare create --bundle a a
    is mode "$(stat -c %a "$STATE" "$STATE/a" | tr '\n' ' ')" '700 700 '
    quiet tare delete a
}

# Whoever may put a record there says what the next command executes.
test_the_state_of_somebody_else() {
    reachable
    mine a
    mkdir -m 777 user/state
    refused 'can be written to by others' user_tare create --bundle a a
    chown 4243 user/state
    refused "the state directory '$T/user/state' belongs to the user 4243, not to us" user_tare create --bundle a a
    chmod 755 user/state && chown $USER_ID user/state
    mkdir -m 755 user/state/a && chown 4243 user/state/a
    refused "the state directory '$T/user/state/a' belongs to the user 4243, not to us" user_tare delete -f a
    is 'what is left' "$(ls user/state)" a
}
