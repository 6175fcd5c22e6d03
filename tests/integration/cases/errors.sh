# Messages: what was attempted, for which field, why. Callers match parts of them.

test_a_bundle_that_is_not_there() {
    refused 'no such file or directory' tare create --bundle "$T/none" a
    has 'the path' "$err" "$T/none"
    mkdir empty
    refused 'no such file or directory' tare create --bundle empty a
    has 'the file' "$err" config.json
    bundle a '.root.path = "none"'
    refused 'no such file or directory' tare create --bundle a a
    has 'the field' "$err" 'config.json#/root/path'
    is 'what is left' "$(find "$STATE" -mindepth 1 2>/dev/null || true)" ''
}

test_a_config_that_is_not_json() {
    bundle a
    printf '{\n  "ociVersion": "1.0.2",\n  oops\n}\n' >a/config.json
    exits 1 tare create --bundle a a
    has 'line and column' "$err" 'config.json:3:3:'
    printf '' >a/config.json
    exits 1 tare create --bundle a a
    rm a/config.json && mkdir a/config.json
    exits 1 tare create --bundle a a
}

test_hostile_configs_end_in_an_error() {
    bundle a
    local file="$T/a/config.json"
    head -c 1000000 /dev/zero | tr '\0' '[' >"$file"
    exits 1 tare create --bundle a a
    printf '{"ociVersion":"1.0.2","ociVersion":"1.0.2"}' >"$file"
    exits 1 tare create --bundle a a
    has 'what is twice' "$err" ociVersion
    printf '{"ociVersion":"1.0.2","hostname":"a\\u0000b"}' >"$file"
    exits 1 tare create --bundle a a
    printf '{"ociVersion":"1.0.2","hostname":"\xff"}' >"$file"
    exits 1 tare create --bundle a a
    bundle a '.process.user.uid = 4294967296'
    exits 1 tare create --bundle a a
    has 'the field' "$err" 'config.json#/process/user/uid'
    bundle a '.process.oomScoreAdj = 123456'
    sed -i 's/123456/1e400/' a/config.json
    exits 1 tare create --bundle a a
    has 'the place' "$err" 'config.json:'
    bundle a '.ociVersion = "9.0.0"'
    exits 1 tare create --bundle a a
    has 'the field' "$err" 'config.json#/ociVersion'
}

test_a_config_of_ten_megabytes() {
    bundle a '.annotations = (reduce range(100000) as $i ({}; . + {("key.\($i)"): "a value of about one hundred characters, which is how the file becomes so large that it matters, yes"})) | sh("echo large")'
    (( $(stat -c %s a/config.json) > 10000000 )) || fail 'the file is too small'
    quiet tare run --bundle a a
    is output "$out" large
}

test_json_log() {
    exits 1 tare --log "$T/log" --log-format json state nothing
    is 'lines' "$(wc -l <log)" 1
    is level "$(jq -r .level log)" error
    has message "$(jq -r .msg log)" 'does not exist'
    matches time "$(jq -r .time log)" '^20[0-9-]+T[0-9:.]+(Z|[+-][0-9:]+)$'
    has 'the same on stderr' "$err" "$(jq -r .msg log)"
    exits 1 tare --log "$T/log" --log-format json state nothing
    is 'it was appended to' "$(jq -s length log)" 2
    is mode "$(stat -c %a log)" 644
}

test_the_log_of_an_init_that_fails() {
    bundle a 'args(["/no/such"])'
    exits 1 tare --log "$T/log" --log-format json run --bundle a a
    is 'one object' "$(jq -s length log)" 1
    has 'what it says' "$(jq -r .msg log)" 'no such file or directory'
}

test_text_log() {
    exits 1 tare --log "$T/log" state nothing
    has 'the file' "$(<log)" 'does not exist'
    exits 1 tare --log "$T/none/log" state nothing
    has 'the error' "$err" "$T/none/log"
}

test_arguments() {
    exits 1 tare
    exits 1 tare nosuchcommand
    has 'the command' "$err" nosuchcommand
    exits 1 tare create
    exits 1 tare create one two
    exits 1 tare kill
    exits 1 tare state
    exits 1 tare --log-format yaml list
    exits 1 tare --cgroup-manager magic list
    exits 1 tare create --preserve-fds x a
    mkdir -m 700 "$STATE"
    quiet tare --criu /usr/sbin/criu --rootless=F list
    has 'what is obsolete' "$err" 'warning: option --criu is obsolete and ignored: criu is looked for in $PATH'
    quiet tare h
    has commands "$out" create
    quiet tare h create
    has flags "$out" console-socket
    quiet tare --help
    has commands "$out" create
    quiet tare create --help
    has flags "$out" console-socket
    quiet tare --version
    matches 'three lines' "$out" $'^tare version [^\n]+\ncommit: [^\n]+\nspec: 1\.[0-9.]+'
    quiet tare -v
    quiet tare features
    is features "$(jq -r .linux.seccomp.enabled <<<"$out")" true
}

test_plan_prints_and_does_nothing() {
    bundle a '.linux.resources.pids = {limit: 7}'
    quiet tare plan a
    has 'a field' "$out" mounts
    has 'the value' "$out" pids.max
    quiet tare plan --format json a
    jq -e . <<<"$out" >/dev/null || fail 'not JSON'
    [[ ! -e $STATE ]] || is 'what is left' "$(tare list -q)" ''
}

test_a_missing_state_directory_is_not_made_by_reading() {
    exits 1 "$TARE" --root "$T/none" state a
    [[ ! -e $T/none ]] || fail 'it was made'
    exits 1 "$TARE" --root "$T/none" list
    [[ ! -e $T/none ]] || fail 'it was made'
}

test_long_paths() {
    local deep=$T/deep i
    for i in 1 2 3 4 5 6 7 8 9 10; do deep+=/$(printf 'd%.0s' {1..240}); done
    mkdir -p "$deep"
    bundle a
    mv a "$deep/a"
    quiet tare run --bundle "$deep/a" a
    exits 1 tare create --bundle "$deep/a" --console-socket "$deep/sock" b
    bundle c '.process.terminal = true | args(["/bin/tty"])'
    mkdir -p "$deep/c" && (cd "$deep/c" && "$TOOLS/receive" console sock) >received.txt 2>&1 & local receiver=$!
    within 5 grep -q listening received.txt
    # A path longer than a socket address is no reason to fail.
    quiet tare run -d --bundle c --console-socket "$deep/c/sock" c
    within 5 grep -q /dev/pts/0 received.txt
    wait "$receiver"
    quiet tare delete -f c
}

test_limits_without_their_controller_are_named() {
    [[ " $(<"$V2/cgroup.controllers") " != *" memory "* ]] || skip 'the controller is there'
    bundle a '.linux.resources.memory = {limit: 10000000}'
    exits 1 tare run --bundle a a
    has 'the field' "$err" 'config.json#/linux/resources/memory/limit'
    has 'the file' "$err" memory.max
    has 'the hierarchy' "$err" "$V2"
    quiet tare --cgroup-manager=disabled list
}

# `start` compiles the plan again to find the words; what only create's command line decided must not shift them.
test_start_names_the_step_that_create_planned() {
    bundle a 'hook("startContainer"; "/bin/false"; ["false"]) | hook("startContainer"; "/bin/true"; ["true"])'
    NOTIFY_SOCKET=$T/notify quiet tare create --no-new-keyring --bundle a a
    exits 1 tare start a
    has 'the step' "$err" "config.json#/hooks/startContainer/0: error running startContainer hook #0: '/bin/false'"
    quiet tare delete -f a
}
