# checkpoint and restore, with a CRIU that works on this kernel. CRIU_PATH: a folder to find it in first.

# A shell that counts: what it has counted to is in $T/a/rootfs/tmp/n.
COUNTER='sh("i=0; while :; do i=$((i+1)); echo $i >/tmp/n; sleep 0.1; done")'

needs_criu() {
    [[ -z ${CRIU_PATH:-} ]] || PATH=$CRIU_PATH:$PATH
    needs_program criu
    # Debian 12's has trouble with its own kernel: EINVAL from netlink at every dump.
    [[ $(criu --version) =~ Version:\ ([0-9]+) && ${BASH_REMATCH[1]} -ge 4 ]] || skip 'criu is older than 4'
    criu check >criu.check 2>&1 || skip "criu does not work on this kernel: $(grep -m1 Error criu.check)"
}
needs_criu_feature() { criu check --feature "$1" >/dev/null 2>&1 || skip "no criu feature $1 here"; }

count() { tail -n1 "a/rootfs/tmp/n"; }
counts_on() { local from=$1; [[ $(count) -gt $from ]]; }

# running ID [OPTION...]: starts bundle a detached.
running() {
    quiet tare run -d --bundle a "${@:2}" "$1"
}

test_a_container_goes_on_where_it_was() {
    needs_criu
    bundle a "$COUNTER"
    running a
    within 5 counts_on 3
    quiet tare checkpoint --image-path images a
    is status "$(state_of a)" stopped
    [[ -s images/descriptors.json && -s images/dump.log ]] || fail 'files are missing in the images'
    local before
    before=$(count)
    sleep 0.3
    is 'counted while stopped' "$(count)" "$before"
    quiet tare delete a
    quiet tare restore -d --image-path images --bundle a --pid-file pid b
    is status "$(state_of b)" running
    is 'the pid file' "$(<pid)" "$(pid_of b)"
    within 5 counts_on "$((before + 2))"
    [[ $(count) -lt $((before + 200)) ]] || fail 'it has begun again'
    quiet tare kill b KILL
    within 5 has_status b stopped
    quiet tare delete b
}

test_the_same_id_can_be_restored_at_once() {
    needs_criu
    bundle a "$COUNTER"
    running a
    within 5 counts_on 2
    quiet tare checkpoint --image-path images --work-path logs a
    [[ -s logs/dump.log ]] || fail 'no log in --work-path'
    quiet tare restore -d --image-path images --work-path logs --bundle a a
    [[ -s logs/restore.log ]] || fail 'no log in --work-path'
    refused 'already exists' tare restore -d --image-path images --bundle a a
    is status "$(state_of a)" running
    # and once more
    quiet tare checkpoint --image-path again a
    quiet tare restore -d --image-path again --bundle a a
    within 5 counts_on "$(($(count) + 2))"
    quiet tare delete --force a
}

test_leave_running() {
    needs_criu
    bundle a "$COUNTER"
    running a
    within 5 counts_on 2
    local pid
    pid=$(pid_of a)
    quiet tare checkpoint --leave-running --image-path images a
    is status "$(state_of a)" running
    is pid "$(pid_of a)" "$pid"
    within 5 counts_on "$(($(count) + 2))"
    refused 'already exists' tare restore -d --image-path images --bundle a a
    quiet tare delete --force a
}

test_a_paused_container() {
    needs_criu
    bundle a "$COUNTER"
    running a
    within 5 counts_on 2
    quiet tare pause a
    quiet tare checkpoint --image-path images a
    is status "$(state_of a)" stopped
    quiet tare restore -d --image-path images --bundle a a
    within 5 counts_on "$(($(count) + 2))"
    quiet tare delete --force a
}

test_into_another_cgroup() {
    needs_criu
    bundle a "$COUNTER | .linux.cgroupsPath = \"/tare-it-one-$$\""
    running a
    within 5 counts_on 2
    quiet tare checkpoint --image-path images a
    quiet tare delete a
    change a ".linux.cgroupsPath = \"/tare-it-two-$$\""
    local mode
    for mode in soft ignore; do
        quiet tare restore -d --manage-cgroups-mode "$mode" --image-path images --bundle a a
        has "the cgroup ($mode)" "$(cat "/proc/$(pid_of a)/cgroup")" "/tare-it-two-$$"
        within 5 counts_on "$(($(count) + 2))"
        quiet tare delete --force a
    done
    [[ ! -e $V2/tare-it-one-$$ ]] || fail 'the old cgroup is there again'
}

test_namespaces_and_mounts_are_restored() {
    needs_criu
    mkdir -p data hosts.d && echo here >data/file && echo 1.2.3.4 >hosts.d/hosts
    bundle a "sh(\"while [ ! -e /tmp/go ]; do sleep 0.1; done; hostname; cat /data/file /etc/hosts /dev/shm/kept; wc -c </proc/keys; mount | wc -l; echo written >/data/out; ip link show lo | grep -o LOWER_UP\")
        | .hostname = \"inside\" | bind(\"$T/data\"; \"/data\"; \"rw\") | bind(\"$T/hosts.d/hosts\"; \"/etc/hosts\"; \"ro\")"
    change a '.process.args[2] = "echo kept >/dev/shm/kept; mount | wc -l >/tmp/mounts; " + .process.args[2]'
    tare run -d --bundle a a >out.txt 2>&1 </dev/null
    within 5 test -s a/rootfs/tmp/mounts
    quiet tare checkpoint --image-path images a
    quiet tare delete a
    # the images may be used elsewhere: other sources, and mount points that are missing
    mv data elsewhere && change a "(.mounts[] | select(.destination == \"/data\") | .source) = \"$T/elsewhere\""
    rmdir a/rootfs/data
    touch a/rootfs/tmp/go
    exits 0 tare restore --image-path images --bundle a a
    is 'what it sees' "$(tr '\n' ' ' <<<"$out")" \
        "inside here 1.2.3.4 kept 0 $(<a/rootfs/tmp/mounts) LOWER_UP "
    is 'what it writes' "$(<elsewhere/out)" written
    refused 'does not exist' tare state a
}

test_standard_streams_are_pipes() {
    needs_criu
    bundle a 'sh("echo first; read line; echo got $line; echo bad >&2; exit 7")'
    { echo "$BASHPID" >sleeper; exec sleep 60; } | tare run -d --bundle a a 2>&1 | cat >first.txt & shell=$!
    within 5 grep -q first first.txt
    quiet tare checkpoint --image-path images a
    quiet tare delete a
    has 'what is noted' "$(<images/descriptors.json)" pipe:
    kill "$(<sleeper)"
    wait "$shell" || true
    local status=0
    echo hello | tare restore --image-path images --bundle a a >second.txt || status=$?
    is status "$status" 7
    is 'output and errors, which were one pipe' "$(tr '\n' ' ' <second.txt)" 'got hello bad '
}

test_standard_streams_are_files() {
    needs_criu
    bundle a 'sh("touch /tmp/up; while [ ! -e /tmp/go ]; do sleep 0.1; done; echo second")'
    tare run -d --bundle a a >first.txt 2>&1 </dev/null
    within 5 test -e a/rootfs/tmp/up
    quiet tare checkpoint --image-path images a
    touch a/rootfs/tmp/go
    exits 0 tare restore --image-path images --bundle a a
    is 'the new file' "$out" second
    is 'the old file' "$(<first.txt)" ''
}

test_the_exit_status_of_a_restored_container() {
    needs_criu
    bundle a 'sh("while [ ! -e /tmp/go ]; do sleep 0.1; done; exit 3")'
    running a
    quiet tare checkpoint --image-path images a
    touch a/rootfs/tmp/go
    exits 3 tare restore --image-path images --bundle a a
    refused 'does not exist' tare state a
    rm a/rootfs/tmp/go
    (within 20 has_status a running; tare kill a KILL) &
    exits 137 tare restore --image-path images --bundle a a
}

test_a_terminal() {
    needs_criu
    bundle a '.process.terminal = true | sh("echo up; read x; echo got:$x; tty; exit 5")'
    "$TOOLS/receive" console "$T/sock" 33 99 >received.txt 2>&1 </dev/null & receiver=$!
    within 5 grep -q listening received.txt
    quiet tare run -d --bundle a --console-socket "$T/sock" a
    within 5 grep -q up received.txt
    quiet tare checkpoint --image-path images a
    quiet tare delete a
    wait "$receiver" || true
    refused 'cannot allocate tty' tare restore -d --image-path images --bundle a a
    (sleep 1.5; echo hello; sleep 0.5) \
        | "$TOOLS/pty" 21 81 "$TARE" --root "$STATE" restore --image-path images --bundle a a >out.txt || true
    has input "$(<out.txt)" got:hello
    has terminal "$(<out.txt)" /dev/pts/0

    rm -f sock received.txt
    "$TOOLS/receive" console "$T/sock" >received.txt 2>&1 </dev/null & receiver=$!
    within 5 grep -q listening received.txt
    quiet tare restore -d --image-path images --bundle a --console-socket "$T/sock" a
    within 5 grep -q '^console /dev/pts/' received.txt
    is status "$(state_of a)" running
    quiet tare delete --force a
    wait "$receiver" || true
}

test_a_joined_network_namespace() {
    needs_criu
    unshare -n sleep 300 & holder=$!
    within 5 has_own_network "$holder"
    nsenter -t "$holder" -n ip link add name eth7 type bridge || { kill "$holder"; skip 'no bridge here'; }
    bundle a "no_ns(\"network\") | ns(\"network\"; \"/proc/$holder/ns/net\")
        | sh(\"while [ ! -e /tmp/go ]; do sleep 0.1; done; ip link | grep -c eth7:\")"
    running a
    quiet tare checkpoint --image-path images a
    touch a/rootfs/tmp/go
    exits 0 tare restore --image-path images --bundle a a
    is 'its device' "$out" 1
    kill "$holder"
}

test_hooks_at_restore() {
    needs_criu
    bundle a "$COUNTER"
    local kind
    for kind in prestart createRuntime poststart poststop; do
        change a "hook(\"$kind\"; \"/bin/sh\"; [\"sh\", \"-c\", \"(echo; echo $kind; cat) >>$T/hooks.txt\"])"
    done
    running a
    within 5 counts_on 2
    quiet tare checkpoint --image-path images a
    quiet tare delete a
    rm hooks.txt
    quiet tare restore -d --image-path images --bundle a b
    is 'which ran' "$(grep -o '^[a-zA-Z]*$' hooks.txt | tr '\n' ' ')" 'prestart createRuntime poststart '
    has 'the state' "$(<hooks.txt)" '"status":"creating"'
    quiet tare delete --force b
    is 'the last' "$(grep -o '^[a-zA-Z]*$' hooks.txt | tail -n1)" poststop
    # one that fails leaves nothing
    change a 'hook("createRuntime"; "/bin/false"; ["false"])'
    refused 'config.json#/hooks/createRuntime/1' tare restore -d --image-path images --bundle a c
    refused 'does not exist' tare state c
}

test_a_tcp_connection() {
    needs_criu
    bundle a 'sh("nc -l -p 7 -e /bin/sh -c \"while :; do echo tick; sleep 0.1; done\" & sleep 0.5; nc 127.0.0.1 7 >/tmp/n")'
    running a
    within 10 test -s a/rootfs/tmp/n
    refused 'criu failed' tare checkpoint --image-path refused a
    is status "$(state_of a)" running
    has 'the cause' "$err" tcp
    quiet tare checkpoint --tcp-established --image-path images a
    local size
    size=$(stat -c %s a/rootfs/tmp/n)
    quiet tare restore -d --tcp-established --image-path images --bundle a a
    within 10 eval "[[ \$(stat -c %s a/rootfs/tmp/n) -gt $size ]]"
    quiet tare delete --force a
}

test_memory_in_steps() {
    needs_criu
    needs_criu_feature mem_dirty_track
    bundle a "$COUNTER"
    running a
    within 5 counts_on 2
    refused 'must be relative' tare checkpoint --pre-dump --image-path one --parent-path "$T/x" a
    refused 'no such file' tare checkpoint --pre-dump --image-path one --parent-path ../x a
    quiet tare checkpoint --pre-dump --image-path one a
    is status "$(state_of a)" running
    quiet tare checkpoint --pre-dump --image-path two --parent-path ../one a
    quiet tare checkpoint --image-path three --parent-path ../two a
    [[ -e three/parent ]] || fail 'the last images do not know their parents'
    quiet tare restore -d --image-path three --bundle a a
    within 5 counts_on "$(($(count) + 2))"
    quiet tare delete --force a
}

test_memory_to_a_page_server() {
    needs_criu
    bundle a "$COUNTER"
    running a
    within 5 counts_on 2
    mkdir pages
    criu page-server --images-dir pages --port 27127 >server.txt 2>&1 & server=$!
    sleep 1
    quiet tare checkpoint --image-path images --page-server 127.0.0.1:27127 a
    wait "$server" || true
    compgen -G 'pages/pages-*.img' >/dev/null || fail "no memory at the server: $(<server.txt)"
    cp pages/*.img images/
    quiet tare restore -d --image-path images --bundle a a
    within 5 counts_on "$(($(count) + 2))"
    quiet tare delete --force a
}

test_memory_that_comes_later() { # timeout=90
    needs_criu
    needs_criu_feature uffd-noncoop
    needs_capability 24 CAP_SYS_RESOURCE # for pipes of several MB: criu 4.2 does not notice when it has none
    bundle a "$COUNTER"
    running a
    within 5 counts_on 2
    mkfifo ready
    exec 9<>ready
    tare checkpoint --lazy-pages --page-server 127.0.0.1:27128 --status-fd 9 --image-path images a \
        >dump.txt 2>&1 9<>ready & dump=$!
    timeout 20 head -c1 <&9 >/dev/null || fail "not ready: $(<dump.txt)"
    exec 9<&-
    criu lazy-pages --page-server --address 127.0.0.1 --port 27128 -D images -W . >lazy.txt 2>&1 & lazy=$!
    within 10 test -S lazy-pages.socket
    quiet tare restore -d --lazy-pages --image-path images --work-path . --bundle a b
    within 10 counts_on "$(($(count) + 2))"
    wait "$dump" || fail "the dump: $(<dump.txt)"
    wait "$lazy" || true
    quiet tare delete a
    quiet tare delete --force b
}

test_a_user_namespace() {
    needs_criu
    mkdir -p a && cp -a "$TOOLS/rootfs" a/rootfs && chown -R 100000:100000 a/rootfs
    bundle a "$COUNTER | userns([map(0; 100000; 65536)])"
    tare run -d --bundle a a >/dev/null 2>&1 </dev/null # files of the caller it could not open again
    within 5 counts_on 2
    quiet tare checkpoint --image-path images a
    tare restore -d --image-path images --bundle a a >/dev/null 2>err.txt </dev/null || fail "$(<err.txt)"
    within 5 counts_on "$(($(count) + 2))"
    matches 'its ids' "$(tr -s ' \n' ' ' <"/proc/$(pid_of a)/uid_map")" '0 100000 65536'
    quiet tare delete --force a
}

test_a_unit_of_systemd() {
    needs_criu
    [[ -d /run/systemd/system && -n ${WITH_SYSTEMD:-} ]] || skip 'systemd is not process 1 here'
    bundle a "$COUNTER"' | .linux.cgroupsPath = "system.slice:it:a"'
    quiet tare --systemd-cgroup run -d --bundle a a
    within 5 counts_on 2
    quiet tare --systemd-cgroup checkpoint --image-path images a
    quiet tare --systemd-cgroup delete a
    is 'after the checkpoint' "$(systemctl show --value -p LoadState it-a.scope)" not-found
    quiet tare --systemd-cgroup restore -d --image-path images --bundle a a
    is state "$(systemctl show --value -p ActiveState it-a.scope)" active
    is cgroup "$(sed -n 's/^0:://p' "/proc/$(pid_of a)/cgroup")" /system.slice/it-a.scope
    within 5 counts_on "$(($(count) + 2))"
    quiet tare kill a KILL
    within 5 has_status a stopped
    quiet tare --systemd-cgroup delete a
    is 'at the end' "$(systemctl show --value -p LoadState it-a.scope)" not-found
}

test_errors_of_checkpoint() {
    bundle a "$COUNTER"
    refused 'container does not exist: a' tare checkpoint a
    quiet tare create --bundle a a
    refused 'cannot be checkpointed: it is created' tare checkpoint a
    quiet tare start a
    refused '--page-server must be ADDRESS:PORT' tare checkpoint --page-server 27 a
    refused 'must be one of soft, full, strict, ignore' tare checkpoint --manage-cgroups-mode none a
    refused '--status-fd needs --lazy-pages' tare checkpoint --status-fd 1 a
    refused '--empty-ns must be network' tare checkpoint --empty-ns ipc a
    quiet tare kill a KILL
    within 5 has_status a stopped
    refused 'container not running: a' tare checkpoint a
    quiet tare delete a
    # what engines ask for
    quiet tare checkpoint --help
    exits 1 tare restore --lsm-mount-context
    has 'as podman looks for it' "$err" 'requires an argument'
}

test_errors_of_restore() {
    needs_program criu
    bundle a "$COUNTER"
    refused "--image-path: open '$T/none'" tare restore -d --image-path none --bundle a a
    mkdir empty
    refused '--image-path is no checkpoint of a container' tare restore -d --image-path empty --bundle a a
    refused 'must be apparmor:NAME' tare restore --lsm-profile x --image-path empty --bundle a a
    refused 'does not exist' tare state a
}

test_errors_of_criu() {
    needs_criu
    bundle a "$COUNTER"
    mkdir empty
    echo '["","",""]' >empty/descriptors.json
    refused 'restore of container a: criu failed' tare restore -d --image-path empty --bundle a a
    has 'where to look' "$err" "all of it is in '$T/empty/restore.log'"
    refused 'does not exist' tare state a
}

test_a_process_that_is_killed_during_its_restore() { # timeout=120
    needs_criu
    bundle a "$COUNTER"
    running a
    within 5 counts_on 2
    quiet tare checkpoint --image-path images a
    quiet tare delete a
    local try restoring pid
    for try in 1 2 3; do
        pid=
        exec_tare restore -d --image-path images --bundle a a >out.txt 2>&1 & restoring=$!
        until pid=$(jq -e '.init.pid | select(. > 0)' "$STATE/a/record.json" 2>/dev/null); do
            kill -0 "$restoring" || break
        done
        [[ -z $pid ]] || kill -KILL "$pid" || true
        wait "$restoring" || true
        quiet tare delete --force a
    done
}

test_killed_at_any_moment() { # timeout=120
    needs_criu
    bundle a "$COUNTER"
    running a
    within 5 counts_on 2
    quiet tare checkpoint --image-path images a
    quiet tare delete a
    local delay
    for delay in 0.02 0.1 0.2 0.3 0.4 0.5 0.7 1.0; do
        exec_tare restore -d --image-path images --bundle a a >/dev/null 2>&1 & tare=$!
        sleep "$delay"
        kill -KILL "$tare" 2>/dev/null || true
        wait "$tare" 2>/dev/null || true
        quiet tare delete --force a
        refused 'does not exist' tare state a
    done
}
