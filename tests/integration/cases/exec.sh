# exec; reference: callers.md, semantics.md, conformance.md.

# up [FILTER]: a container `a` that sleeps.
up() {
    bundle a "args([\"/bin/sleep\", \"100\"]) | ${1:-.}"
    quiet tare run -d --bundle a a
}
down() { quiet tare delete --force a; }

# refuses TEXT WORD...: exec must fail with 255, and say TEXT.
refuses() {
    local text=$1
    shift
    exits 255 tare exec "$@"
    [[ $err == *"$text"* ]] || fail "exec $*: '$text' is not in: $err"
}

test_command_line() {
    up
    exits 42 tare exec a sh -c 'echo hello; echo trouble >&2; exit 42'
    is output "$out" hello
    is errors "$err" trouble
    exits 137 tare exec a sh -c 'kill -9 $$'
    quiet tare exec a sh -c 'cat; tr "\0" " " </proc/1/cmdline' <<<input
    is 'input, and the pid namespace' "$out" $'input\n/bin/sleep 100 '
    quiet tare exec a hostname
    is hostname "$out" tare
    down
}

# A manager may put somebody's words behind the ID: none of them is ours, as with runc and crun.
test_all_behind_the_id_is_the_command() {
    up
    quiet tare exec --cwd /bin a sh -c 'pwd; echo "$@"' sh -x --cwd
    is 'what reached the command' "$out" $'/bin\n-x --cwd'
    refuses 'exec: "-u": executable file not found in $PATH' a -u 1000 id
    refuses 'exec: "--": executable file not found in $PATH' a -- id
    refuses 'exec: "--help": executable file not found in $PATH' a --help
    down
}

test_everything_that_the_options_say() {
    up '.process.env += ["A=old"] | .process.user = {uid: 0, gid: 7, additionalGids: [70]}'
    quiet tare exec -e A=new --env B=2 -u 1000:1001 -g 5,6 --additional-gids 7 --cwd /tmp a \
        sh -c 'echo $A $B $HOME; id -u; id -g; id -G; pwd; umask'
    is 'what it got' "$out" $'new 2 /root\n1000\n1001\n1001 5 6 7 70\n/tmp\n0022'
    quiet tare exec -u 1000 a id -g
    is 'without a group' "$out" 7
    quiet tare exec -e HOME= a sh -c 'echo $HOME'
    is 'an empty HOME' "$out" /root
    down
}

# CVE-2026-30892: never 0 by accident.
test_users_are_whole_numbers() {
    up
    local user
    for user in root 1x x1 -1 1: :1 1:x 4294967295 99999999999 '' ' 1' 0x1 1:2:3; do
        refuses '--user' -u "$user" a id
    done
    refuses '--additional-gids' -g 1,x a id
    down
}

test_capabilities_are_added_but_not_inheritable() {
    up
    quiet tare exec --cap CAP_SYS_ADMIN -c chown a grep Cap /proc/self/status
    local default=20000420 more=20200421
    is sets "$(tr -d '\t' <<<"$out")" "CapInh:0000000000000000
CapPrm:00000000$more
CapEff:00000000$more
CapBnd:00000000$more
CapAmb:0000000000000000"
    quiet tare exec a grep CapEff /proc/self/status
    has 'those of the container' "$out" "$default"
    quiet tare exec --cap CAP_FLY a grep CapEff /proc/self/status
    has 'those of the container' "$out" "$default"
    has 'the warning' "$err" "warning: --cap: 'CAP_FLY' is no capability that this build knows: left out"
    down
    bundle a 'args(["/bin/sleep", "100"]) | all_caps(["CAP_KILL"])'
    quiet tare run -d --bundle a a
    quiet tare exec --cap CAP_KILL --cap CAP_CHOWN a grep Cap /proc/self/status
    is sets "$(tr -d '\t' <<<"$out")" "CapInh:0000000000000020
CapPrm:0000000000000021
CapEff:0000000000000021
CapBnd:0000000000000021
CapAmb:0000000000000020"
    down
}

test_a_process_file() {
    up '.process.user.umask = 63 | .process.rlimits = [{type: "RLIMIT_NOFILE", soft: 100, hard: 200}]'
    echo '{"user": {"uid": 1000, "gid": 1001}, "args": ["sh", "-c", "id -u; id -g; pwd; echo $A $B; umask; ulimit -n; ulimit -Hn; grep -E \"NoNewPrivs|CapBnd\" /proc/self/status"], "env": ["PATH=/bin", "A=1"], "cwd": "/tmp"}' >p.json
    quiet tare exec --process p.json a
    is 'what it got' "$out" $'1000\n1001\n/tmp\n1\n0077\n100\n200\nCapBnd:\t0000000020000420\nNoNewPrivs:\t1'
    jq '.noNewPrivileges = false | .capabilities = {} | .rlimits = [{type: "RLIMIT_NOFILE", soft: 50, hard: 60}] | .user.umask = 0' p.json >q.json
    quiet tare exec -p q.json -e B=2 a
    is 'what the file says' "$out" $'1000\n1001\n/tmp\n1 2\n0000\n50\n60\nCapBnd:\t0000000000000000\nNoNewPrivs:\t0'
    down
}

# What a dying init has lost may be missing before its end can be seen: the reason is its end all the same.
test_a_container_that_is_being_killed() {
    bundle a 'args(["/bin/sleep", "100"])'
    local i killer
    for i in {1..15}; do
        quiet tare run -d --bundle a a
        (sleep "0.00$((i % 5))"; tare kill a KILL) & killer=$!
        while tare exec a true 2>err.txt; do :; done
        matches 'the reason' "$(<err.txt)" 'cannot exec in a stopped container|; the container has stopped meanwhile$|^$'
        wait "$killer"
        quiet tare delete --force a
    done
}

test_a_process_file_without_a_user_has_the_containers() {
    up '.process.user = {uid: 1000, gid: 1001, umask: 63}'
    echo '{"args": ["sh", "-c", "id -u; id -g; umask"], "cwd": "/", "env": ["PATH=/bin"]}' >p.json
    quiet tare exec --process p.json a
    is user "$out" $'1000\n1001\n0077'
    jq '.user = {gid: 5}' p.json >q.json
    quiet tare exec --process q.json a
    is 'half a user' "$out" $'0\n5\n0077'
    down
}

test_a_process_file_that_is_wrong() {
    up
    echo '{"user": {"uid": -1, "gid": 0}, "args": ["true"], "cwd": "/"}' >p.json
    refuses 'p.json#/user/uid' --process p.json a
    echo '{"user": {"uid": 0, "gid": 0}, "args": ["true"], "cwd": "/", "oomScoreAdj": "x"}' >p.json
    refuses 'p.json#/oomScoreAdj' --process p.json a
    echo '{' >p.json
    refuses 'p.json' --process p.json a
    local process='{"user": {"uid": 0, "gid": 0}, "args": ["/bin/true"], "cwd": "/"}'
    quiet tare exec --process - a <<<"$process"
    refuses "(standard input)#/cwd: chdir to '/nowhere': no such file or directory" -p - a <<<"${process/\/\"/\/nowhere\"}"
    refuses "--process: open 'none.json': no such file or directory" --process none.json a
    echo '{"user": {"uid": 0, "gid": 0}, "args": ["true"], "cwd": "/nowhere"}' >p.json
    refuses "p.json#/cwd: chdir to '/nowhere': no such file or directory" --process p.json a
    echo '{"user": {"uid": 0, "gid": 0}, "args": ["nothing"], "cwd": "/", "env": ["PATH=/bin"]}' >p.json
    refuses 'p.json#/args/0: exec: "nothing": executable file not found in $PATH' --process p.json a
    down
}

test_errors() {
    refuses 'container does not exist: a' a true
    refuses 'missing argument ID' --cwd /
    refuses 'unknown option "--nonsense"' --nonsense a true
    bundle a 'args(["/bin/sleep", "100"])'
    quiet tare run -d --bundle a a
    refuses 'process args cannot be empty' a
    refuses 'exec: "nothing": executable file not found in $PATH' a nothing
    is 'one line' "$(wc -l <<<"$err")" 1
    refuses 'exec /nothing: no such file or directory' a /nothing
    refuses 'exec /etc/passwd: permission denied' a /etc/passwd
    refuses "--cwd: chdir to '/nowhere': no such file or directory" --cwd /nowhere a true
    refuses 'must be an absolute path' --cwd tmp a true
    refuses "--env: 'A' must be NAME=value" -e A a true
    refuses 'cannot allocate tty if tare will detach without setting console socket' -d -t a true
    refuses 'cannot use console socket if tare will not detach or allocate tty' --console-socket s a true
    refuses '--pid-file' --pid-file /nowhere/pid a true
    refuses 'this host has no SELinux' --process-label some_t a true
    quiet tare kill a KILL
    within 5 has_status a stopped
    refuses 'cannot exec in a stopped container' a true
    quiet tare delete a
}

test_a_failure_leaves_no_process() {
    up
    refuses 'not found' a nothing
    refuses '--pid-file' -d --pid-file /nowhere/pid a sleep 77
    within 5 test "$(tare exec a sh -c 'ls -d /proc/[0-9]*' | wc -l)" = 2 # init and sh
    down
}

test_in_a_created_container() {
    bundle a
    quiet tare create --bundle a a
    quiet tare exec a sh -c 'hostname; ls /proc/1/fd | wc -l'
    has 'it is in' "$out" tare
    is 'still' "$(state_of a)" created
    quiet tare start a
    within 5 has_status a stopped
    quiet tare delete a
}

test_detached() {
    up
    quiet tare exec -d --pid-file pid a sleep 55
    local pid
    pid=$(<pid)
    has 'the pid is the host'\''s' "$(tr '\0' ' ' <"/proc/$pid/cmdline")" 'sleep 55'
    is 'its pid namespace' "$(readlink "/proc/$pid/ns/pid")" "$(readlink "/proc/$(pid_of a)/ns/pid")"
    echo '{"user": {"uid": 0, "gid": 0}, "args": ["sleep", "56"], "cwd": "/", "env": ["PATH=/bin"]}' >p.json
    quiet tare exec --process p.json --detach --pid-file pid2 a
    has 'from a file' "$(tr '\0' ' ' <"/proc/$(<pid2)/cmdline")" 'sleep 56'
    down
    within 5 is_gone "$pid"
}

test_signals_are_forwarded() {
    up
    exec_tare exec a sh -c 'trap "echo term; exit 7" TERM; echo up; while :; do sleep 0.05; done' >out.txt & local runner=$!
    within 5 grep -q up out.txt
    kill -TERM "$runner"
    local status=0
    wait "$runner" || status=$?
    is status "$status" 7
    has output "$(<out.txt)" term
    down
}

test_all_namespaces_and_the_cgroup_are_those_of_init() {
    up
    local name
    quiet tare exec -d --pid-file pid a sleep 55
    for name in pid net ipc uts mnt cgroup user; do
        is "namespace $name" "$(readlink "/proc/$(<pid)/ns/$name")" "$(readlink "/proc/$(pid_of a)/ns/$name")"
    done
    is 'the root' "$(stat -Lc %i "/proc/$(<pid)/root")" "$(stat -Lc %i "/proc/$(pid_of a)/root")"
    is 'the cgroup' "$(grep ^0:: "/proc/$(<pid)/cgroup")" "$(grep ^0:: "/proc/$(pid_of a)/cgroup")"
    down
}

test_in_a_user_namespace() {
    mkdir -p a && cp -a "$TOOLS/rootfs" a/rootfs && chown -R 100000:100000 a/rootfs
    bundle a 'userns([map(0; 100000; 65536)]) | args(["/bin/sleep", "100"])'
    quiet tare run -d --bundle a a
    quiet tare exec -u 5:6 a sh -c 'id -u; id -g; cat /proc/self/uid_map; touch /tmp/made; echo $$'
    matches 'inside' "$out" $'^5\n6\n +0 +100000 +65536\n[0-9]+$'
    is 'outside' "$(stat -c %u:%g a/rootfs/tmp/made)" 100005:100006
    refuses '--user: become 70000:0: invalid argument (not mapped in the user namespace)' -u 70000:0 a true
    down
}

test_without_some_namespaces() {
    up 'no_ns("pid") | no_ns("network") | no_ns("cgroup")'
    quiet tare exec a sh -c 'readlink /proc/self/ns/pid; readlink /proc/self/ns/net'
    is 'those of the host' "$out" "$(readlink /proc/self/ns/pid /proc/self/ns/net)"
    down
}

test_without_a_mount_namespace() {
    bundle a 'no_ns("mount") | .mounts = [] | del(.linux.maskedPaths, .linux.readonlyPaths) | args(["/bin/sleep", "100"])'
    quiet tare run -d --bundle a a
    quiet tare exec a ls /
    has 'its root' "$out" bin
    has_not 'not the host'\''s' "$out" "${T#/}"
    touch a/rootfs/mark
    quiet tare exec --cwd / a ls mark
    down
}

test_in_a_time_namespace() {
    needs_namespace time
    up 'ns("time"; null) | .linux.timeOffsets = {boottime: {secs: 100000, nanosecs: 0}}'
    quiet tare exec a cut -d. -f1 /proc/uptime
    (( out >= 100000 )) || fail "uptime $out"
    down
}

test_the_terminal_of_the_caller() {
    up
    "$TOOLS/pty" 30 90 "$TARE" --root "$STATE" exec -t a sh -c 'tty; probe window; read x; echo got $x; exit 5' <<<hello >out.txt || status=$?
    local got
    got=$(tr -d '\r' <out.txt)
    is status "${status:-0}" 5
    has 'a terminal' "$got" /dev/pts/
    has 'its size' "$got" '30 90'
    has 'its input' "$got" 'got hello'
    has_not 'the modes' "$got" 'terminal changed'
    down
}

# Where what enters may be traced, it forks when it has a terminal already: attacks.sh.
test_the_terminal_of_a_process_that_enters_last() {
    up 'caps(["CAP_SYS_PTRACE"]) | .process.noNewPrivileges = true | .linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW"}'
    quiet script -qec "'$TARE' --root '$STATE' exec -t a sh -c 'echo it is the controlling one >/dev/tty; ps -o pid,args; exit 7' || echo status \$?" /dev/null
    has 'it can be opened by that name' "$out" 'it is the controlling one'
    strace -f -qq -e trace=fork,clone,vfork -o calls "$TARE" --root "$STATE" exec a true
    has 'it does enter last' "$(<calls)" 'clone(child_stack=NULL, flags=CLONE_PARENT|SIGCHLD)'
    has 'its status' "$out" 'status 7'
    quiet tare exec -d --pid-file pid a sleep 50
    is 'whose pid is told' "$(tr '\0' ' ' <"/proc/$(<pid)/cmdline")" 'sleep 50 '
    refuses 'exec: "nothing": executable file not found in $PATH' a nothing
    exits 137 tare exec a sh -c 'kill -9 $$'
    exits 0 tare exec --user 1000:1000 a true
    down
}

test_a_console_socket() {
    up
    "$TOOLS/receive" console "$T/sock" >received.txt 2>&1 </dev/null & local receiver=$!
    within 5 grep -q listening received.txt
    echo '{"terminal": true, "consoleSize": {"height": 40, "width": 77}, "user": {"uid": 1000, "gid": 1000}, "args": ["sh", "-c", "tty; probe window; stat -c %u:%g $(tty)"], "cwd": "/", "env": ["PATH=/bin"]}' >p.json
    quiet tare exec --detach --process p.json --console-socket "$T/sock" a
    wait "$receiver"
    has 'the size' "$(<received.txt)" '40 77'
    has 'the owner' "$(<received.txt)" 1000:5
    down
}

test_a_pidfd_socket() {
    up
    "$TOOLS/receive" pidfd "$T/sock" >received.txt 2>&1 </dev/null & local receiver=$!
    within 5 grep -q listening received.txt
    quiet tare exec --detach --pid-file pid --pidfd-socket "$T/sock" a sleep 0.2
    wait "$receiver"
    has 'its pid' "$(<received.txt)" "pidfd $(<pid)"
    down
}

test_descriptors() {
    up
    tare exec a probe descriptors 3</ 7</etc/passwd 200<"$T" </dev/null >out.txt 2>/dev/null
    is 'all there are' "$(cut -d' ' -f1 out.txt | tr '\n' ' ')" '0 1 2 '
    echo text >file
    tare exec -preserve-fds 2 a sh -c 'probe descriptors; cat <&4' 3</dev/zero 4<file 5</ >out.txt
    has 'the first' "$(<out.txt)" '3 /dev/zero'
    has 'the second' "$(<out.txt)" text
    has_not 'one more' "$(<out.txt)" $'\n5 '
    LISTEN_FDS=2 LISTEN_PID=1 tare exec a sh -c 'echo $LISTEN_PID $LISTEN_FDS; probe descriptors' 3</dev/zero 4</dev/null >out.txt
    is environment "$(sed -n 1p out.txt)" '1 2'
    has 'the second' "$(<out.txt)" '4 /dev/null'
    refuses '--preserve-fds: descriptor 3 is not open' --preserve-fds 1 a true
    down
}

test_a_pause() {
    up
    echo 1 >"$V2/a/cgroup.freeze"
    within 5 has_status a paused
    refuses 'cannot exec in a paused container' a true
    exec_tare exec --ignore-paused a echo went on >out.txt & local runner=$!
    sleep 0.3
    is 'nothing yet' "$(<out.txt)" ''
    echo 0 >"$V2/a/cgroup.freeze"
    wait "$runner"
    is 'afterwards' "$(<out.txt)" 'went on'
    down
}

test_init_that_has_moved_to_a_cgroup_below() {
    up
    mkdir "$V2/a/sub"
    pid_of a >"$V2/a/sub/cgroup.procs"
    quiet tare exec a cat /proc/self/cgroup
    has 'where init is' "$out" /sub
    quiet tare exec --cgroup / a cat /proc/self/cgroup
    has_not 'where it was told' "$out" /sub
    down
}

# A cgroup that hands controllers down takes no processes.
test_a_cgroup_with_controllers_below() {
    local controller
    controller=$(awk '{ print $1 }' "$V2/cgroup.controllers")
    [[ -n $controller ]] || skip 'no cgroup v2 controller here'
    up
    grep -qw "$controller" "$V2/cgroup.subtree_control" || echo "+$controller" >"$V2/cgroup.subtree_control"
    mkdir "$V2/a/sub" "$V2/a/other"
    pid_of a >"$V2/a/sub/cgroup.procs"
    echo "+$controller" >"$V2/a/cgroup.subtree_control"
    quiet tare exec a cat /proc/self/cgroup
    has 'where init is' "$out" /sub
    quiet tare exec --cgroup other a cat /proc/self/cgroup
    has 'where it was told' "$out" /other
    refuses '--cgroup' --cgroup / a true
    has 'the reason' "$err" 'busy'
    refuses '--cgroup' --cgroup none a true
    has 'the reason' "$err" 'no such file or directory'
    refuses 'must not leave' --cgroup ../b a true
    refuses 'names a controller' --cgroup cpu:x a true
    down
}

test_affinity() {
    (($(nproc) > 1)) || skip 'one CPU alone'
    up '.process.execCPUAffinity = {initial: "0", final: "1"}'
    quiet tare exec a grep Cpus_allowed_list /proc/self/status
    is final "${out##*$'\t'}" 1
    echo '{"execCPUAffinity": {"initial": "0"}, "user": {"uid": 0, "gid": 0}, "args": ["grep", "Cpus_allowed_list", "/proc/self/status"], "cwd": "/", "env": ["PATH=/bin"]}' >p.json
    quiet taskset -c 0 "$TARE" --root "$STATE" exec -p p.json a
    is 'the cpuset' "${out##*$'\t'}" "$(awk '/Cpus_allowed_list/ { print $2 }' "/proc/$(pid_of a)/status")"
    echo '{"execCPUAffinity": {"final": "4000"}, "user": {"uid": 0, "gid": 0}, "args": ["true"], "cwd": "/", "env": ["PATH=/bin"]}' >p.json
    refuses 'p.json#/execCPUAffinity/final' -p p.json a
    echo '{"execCPUAffinity": {"initial": "4000"}, "user": {"uid": 0, "gid": 0}, "args": ["true"], "cwd": "/", "env": ["PATH=/bin"]}' >p.json
    refuses 'p.json#/execCPUAffinity/initial' -p p.json a
    down
}

test_the_seccomp_filter_holds_here_too() {
    up '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", syscalls: [{names: ["mkdir", "mkdirat"], action: "SCMP_ACT_ERRNO", errnoRet: 28}]}'
    exits 1 tare exec a mkdir /x
    has 'the reason' "$err" 'No space left'
    quiet tare exec a grep Seccomp: /proc/self/status
    has 'a filter' "$out" 2
    down
}

# An init that is there before its plan is only quicker: nothing else would show that there is none.
test_init_is_executed_ahead_of_its_plan() {
    needs_program strace
    up
    modes() { strace -f -qq -e trace=execve,execveat -o calls "$TARE" --root "$STATE" exec "$@" && grep -oE '"tare-init", "[0-9]+"(, "[a-z]+")?' calls; }
    has 'usually' "$(modes a true)" '"ahead"'
    has 'with another cgroup' "$(modes --cgroup / a true)x" '"x'
    down
    up '.process.capabilities.bounding += ["CAP_SYS_PTRACE"]'
    has 'among processes that may look into it' "$(modes a true)x" '"x'
    down
}

# The first one leaves config and filter in the state directory, for as long as config.json is the same.
test_what_an_exec_leaves() {
    up '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", architectures: ["SCMP_ARCH_X86_64"], syscalls: [{names: ["mkdir", "mkdirat"], action: "SCMP_ACT_ERRNO", errnoRet: 28}]}'
    local i
    holds() {
        quiet tare exec a sh -c 'mkdir /tmp/x 2>&1; grep Seccomp: /proc/self/status'
        has "the errno, $1" "$out" 'No space left'
        has "a filter, $1" "$out" $'Seccomp:\t2'
    }
    for i in 1 2 3; do holds "$i"; done
    [[ -f $STATE/a/exec ]] || fail 'nothing was left'
    rm -r "$STATE/@seccomp" # it was asked for already
    holds 'without the cache'
    [[ ! -e $STATE/@seccomp ]] || fail 'the profile was compiled again'
    head -c 60 "$STATE/a/exec" >cut && cp cut "$STATE/a/exec"
    holds 'with a damaged file'
    holds 'with what that left'
    sed -E 's/("errnoRet": *)28/\113/' "$STATE/a/config.json" >other
    [[ $(stat -c %s other) == "$(stat -c %s "$STATE/a/config.json")" ]] || fail 'another size'
    mv other "$STATE/a/config.json"
    for i in 1 2 3; do
        quiet tare exec a sh -c 'mkdir /tmp/x 2>&1; true'
        has "what another config.json says, $i" "$out" 'Permission denied'
    done
    down
    [[ ! -e $STATE/a ]] || fail 'delete left something'
}

test_init_and_its_settings() {
    up '.process.oomScoreAdj = 123 | .linux.personality = {domain: "LINUX32"} | .process.scheduler = {policy: "SCHED_BATCH", nice: 3}'
    quiet tare exec a sh -c 'cat /proc/self/oom_score_adj /proc/self/personality; cut -d" " -f19 /proc/self/stat'
    is settings "$out" $'123\n00000008\n3' # PER_LINUX32
    down
}

# CRI-O's foreground exec: output that is taken slowly, or not at all.
test_a_slow_reader_gets_everything() {
    up
    tare exec a sh -c 'head -c 3000000 /dev/zero; echo end' | { sleep 1; wc -c; } >out.txt
    is bytes "$(<out.txt)" 3000004
    "$TOOLS/pty" 30 90 "$TARE" --root "$STATE" exec -t a sh -c 'head -c 300000 /dev/zero | tr "\0" x; echo end' </dev/null | { sleep 1; cat; } >out.txt
    is 'bytes on a terminal' "$(tr -cd x <out.txt | wc -c)" 300000
    down
}

test_a_reader_that_goes_away() {
    up
    { tare exec a sh -c 'yes; echo status $? >&2' 2>err.txt || true; } | head -1 >/dev/null
    matches 'it got SIGPIPE' "$(<err.txt)" 'status 141'
    # With a terminal the process must not notice.
    { "$TARE" --root "$STATE" exec -t a sh -c 'seq 20000; exit 3' </dev/null || echo $? >status.txt; } 2>/dev/null | head -1 >/dev/null
    is status "$(<status.txt)" 3
    down
}

# Nothing to do is nothing done. Seconds would tell of the machine, so it is system calls that count: an exec makes
# some hundreds; what loops without waiting comes to this many at once, and is killed there.
test_no_busy_loop() {
    up
    local status=0 counted=("$TOOLS/kill_at" 4000 "$TARE" --root "$STATE" exec -t a sh -c)
    "${counted[@]}" 'echo; exec <&- >&- 2>&-; sleep 3' </dev/null >out.txt 2>&1 || status=$?
    is 'it came to its end' "$status" 3
    mkfifo pipe
    exec 9<>pipe
    status=0
    timeout 4 "${counted[@]}" 'head -c 1000000 /dev/zero' </dev/null >pipe 2>err.txt || status=$?
    is 'it waits for room in the pipe' "$status" 124
    exec 9<&-
    down
}

test_many_at_once() {
    up
    local i
    for i in {1..20}; do exec_tare exec a sh -c "echo $i; exit $i" >"out.$i" & eval "pid$i=$!"; done
    for i in {1..20}; do
        local status=0 pid=pid$i
        wait "${!pid}" || status=$?
        is "status of $i" "$status" "$i"
        is "output of $i" "$(<"out.$i")" "$i"
    done
    down
}

only_init_left() { [[ $(wc -l <"$V2/a/cgroup.procs") == 1 ]]; }

test_killed_at_any_system_call() { # timeout=300
    up
    local n status
    for ((n = 1; n < 3000; n += ${SWEEP_STEP:-7})); do
        status=0
        "$TOOLS/kill_at" "$n" "$TARE" --root "$STATE" exec -d --pid-file pid a true >out.txt 2>&1 || status=$?
        within 5 only_init_left
        [[ $status != 3 ]] || break
        [[ $status == 0 ]] || fail "stop $n: $(<out.txt)"
    done
    ((n > 20 && n < 3000)) || fail "it ended at stop $n"
    quiet tare exec a true
    down
}
