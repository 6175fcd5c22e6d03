# Standard streams, inherited and preserved descriptors, sockets of service managers.

test_closed_streams_become_null() {
    bundle a 'args(["/bin/probe", "descriptors"])'
    tare run --bundle a a <&- >out.txt 2>&-
    is input "$(sed -n 1p out.txt)" '0 /dev/null'
    is errors "$(sed -n 3p out.txt)" '2 /dev/null'
    bundle b 'sh("probe descriptors > /got")'
    tare run --bundle b b <&- >&- 2>&-
    is descriptors "$(sed -n 1p b/rootfs/got)" '0 /dev/null'
}

test_a_full_output_is_survived() {
    bundle a 'sh("echo x; exit 9")'
    local status=0
    tare run --bundle a a >/dev/full 2>/dev/full || status=$?
    is status "$status" 9
    quiet tare create --bundle a a
    exits 1 sh -c "'$TARE' --root '$STATE' state a >/dev/full"
    quiet tare delete a
}

test_descriptors_of_the_caller_are_not_inherited() {
    bundle a 'args(["/bin/probe", "descriptors"])'
    tare run --bundle a a 3</ 7</etc/passwd 200<"$T" >out.txt
    is 'all there are' "$(cut -d' ' -f1 out.txt | tr '\n' ' ')" '0 1 2 '
}

test_preserved_descriptors() {
    bundle a 'sh("probe descriptors; cat <&4")'
    echo text >file
    tare run --bundle a --preserve-fds 2 a 3</dev/zero 4<file 5</ >out.txt
    has 'the first' "$(<out.txt)" '3 /dev/zero'
    has 'the second' "$(<out.txt)" text
    has_not 'one more' "$(<out.txt)" $'\n5 '
    bundle b
    exits 1 tare run --bundle b --preserve-fds 2 b 4<file
    matches 'which is missing' "$err" '\b3\b'
}

test_listen_fds() {
    bundle a 'sh("echo $LISTEN_PID $LISTEN_FDS; probe descriptors")'
    LISTEN_FDS=2 LISTEN_PID=1 tare run --bundle a --preserve-fds 1 a 3</dev/zero 4</dev/null 5</dev/full >out.txt
    is environment "$(sed -n 1p out.txt)" '1 2'
    is 'how many' "$(grep -c -E '^[345] /dev/(zero|null|full)' out.txt)" 3
    exits 1 env LISTEN_FDS=2 LISTEN_PID=1 "$TARE" --root "$STATE" run --bundle a b 3</dev/null
    matches 'which is missing' "$err" '\b4\b'
    (export LISTEN_FDS=1 LISTEN_PID=$BASHPID && exec_tare run --bundle a a) 3</dev/zero >out.txt
    is 'for us' "$(sed -n 1p out.txt)" '1 1'
    # as podman has it since 3.4: its own pid, and the sockets once
    change a '.process.env += ["LISTEN_FDS=1", "LISTEN_PID=1"]'
    LISTEN_FDS=1 LISTEN_PID=$$ tare run --bundle a --preserve-fds 1 a 3</dev/zero >out.txt
    is "podman's" "$(sed -n 1p out.txt)" '1 1'
}

# Of a daemon further up, which was activated by a socket and has left its environment as it was.
test_listen_fds_of_somebody_else_mean_nothing() {
    bundle a 'sh("echo $LISTEN_PID $LISTEN_FDS.; probe descriptors; exec sleep 100")'
    LISTEN_FDS=1 LISTEN_PID=$$ tare run -d --bundle a a 3</dev/zero >out.txt 2>&1
    within 5 grep -q '^0 ' out.txt
    is environment "$(sed -n 1p out.txt)" .
    has_not 'its socket' "$(<out.txt)" $'\n3 '
    LISTEN_FDS=2 LISTEN_PID=$$ quiet tare exec a true
    quiet tare delete -f a
}

test_created_container_holds_nothing_of_the_caller() {
    bundle a
    tare create --bundle a a 5</ 9<"$T" </dev/null >/dev/null 2>&1
    local pid fd target
    pid=$(pid_of a)
    for fd in "/proc/$pid/fd/"*; do
        target=$(readlink "$fd")
        case $target in
        /dev/null | /memfd:* | "$STATE"/a/* | /a/* | pipe:* | socket:* | 'anon_inode:[pidfd]') ;;
        *) fail "descriptor ${fd##*/} of init is $target" ;;
        esac
    done
    quiet tare delete a
}

test_notify_socket() {
    bundle a 'sh("probe notify READY=1; probe notify \"MAINPID=1\"; probe notify \"READY=1\nMAINPID=7\"; sleep 0.3")'
    "$TOOLS/receive" datagram "$T/notify" >received.txt 2>&1 & receiver=$!
    within 5 grep -q listening received.txt
    NOTIFY_SOCKET=$T/notify quiet tare run --bundle a a
    kill "$receiver"
    has 'all could be sent' "$out" $'done\ndone\ndone'
    has 'what arrived' "$(<received.txt)" READY=1
    has_not 'what may not pass' "$(<received.txt)" MAINPID=7
    has_not 'what may not pass' "$(<received.txt)" MAINPID=1$'\n'
}

# Who has sent a message must live until the manager has looked.
# What create did not take for a notify socket, or did not have, is none for start either.
test_notify_socket_that_start_cannot_use() {
    bundle a 'args(["/bin/sleep", "100"])'
    local socket
    for socket in vsock:2:99 "$T/nobody"; do
        case $socket in
        vsock*) NOTIFY_SOCKET=$socket quiet tare create --bundle a a ;;
        *) quiet tare create --bundle a a ;;
        esac
        NOTIFY_SOCKET=$socket quiet tare start a
        is "status with $socket" "$(state_of a)" running
        quiet tare delete --force a
    done
}

test_notify_socket_of_start_waits_for_the_manager() {
    bundle a 'sh("probe notify READY=1; sleep 100")'
    "$TOOLS/receive" datagram "$T/notify" >received.txt 2>&1 & receiver=$!
    within 5 grep -q listening received.txt
    NOTIFY_SOCKET=$T/notify quiet tare create --bundle a a
    NOTIFY_SOCKET=$T/notify quiet tare start a
    is 'a warning' "$err" ''
    has 'what arrived' "$(<received.txt)" $'READY=1\nMAINPID='"$(pid_of a)"
    has 'what arrived last' "$(<received.txt)" BARRIER=1
    kill "$receiver"
    quiet tare delete -f a
}

test_regular_files_go_to_the_user() {
    bundle a '.process.user = {uid: 1000, gid: 1000} | sh("echo x > /dev/stdout; stat -c %u -L /proc/self/fd/1")'
    local before
    before=$(stat -c %u:%g /dev/null)
    quiet tare run --bundle a a </dev/null
    is 'the owner' "${out##*$'\n'}" 1000
    is 'the device' "$(stat -c %u:%g /dev/null)" "$before"
}

test_the_streams_stay_blocking() {
    bundle a 'args(["/bin/sleep", "100"])'
    exec 8>pipe.txt
    tare run -d --bundle a a </dev/null >&8 2>&8
    local flags
    flags=$(awk '/^flags/ { print $2 }' "/proc/$BASHPID/fdinfo/8")
    (( (0$flags & 04000) == 0 )) || fail "flags $flags"
    quiet tare delete -f a
}

test_run_ends_with_the_process_although_children_live() {
    bundle a 'no_ns("pid") | sh("sleep 30 & exit 4")'
    local start=$SECONDS
    exits 4 tare run --bundle a a
    (( SECONDS - start < 10 )) || fail 'it waited for the child'
}
