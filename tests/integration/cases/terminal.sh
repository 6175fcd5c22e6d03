# process.terminal, --console-socket, --pidfd-socket and our own relay.

TERMINAL='.process.terminal = true'

# receiver KIND SOCKET ...: starts one in the background; its output goes to received.txt.
receiver() {
    "$TOOLS/receive" "$@" >received.txt 2>&1 </dev/null & receiver=$!
    within 5 grep -q listening received.txt
}

test_console_socket() {
    bundle a "$TERMINAL | sh(\"tty; ls -l /dev/console; probe window; stty -a | grep -o .onlcr\")"
    receiver console "$T/sock" 33 99
    quiet tare create --bundle a --console-socket "$T/sock" a
    within 5 grep -q '^console ' received.txt
    quiet tare start a
    wait "$receiver"
    local got
    got=$(tr -d '\r' <received.txt)
    matches 'the name' "$got" 'console /dev/pts/[0-9]+'
    has 'its terminal' "$got" /dev/pts/0
    has 'the console' "$got" /dev/console
    has 'the size' "$got" '33 99'
    has 'lines end as on any terminal' "$(<received.txt)" $'\n onlcr\r'
    quiet tare delete a
}

test_console_size_of_the_config() {
    bundle a "$TERMINAL | .process.consoleSize = {height: 40, width: 77} | args([\"/bin/probe\", \"window\"])"
    receiver console "$T/sock"
    quiet tare run -d --bundle a --console-socket "$T/sock" a
    wait "$receiver"
    has size "$(<received.txt)" '40 77'
    quiet tare delete --force a
}

test_console_belongs_to_the_user() {
    bundle a "$TERMINAL | .process.user = {uid: 1000, gid: 1000} | sh(\"stat -c %u:%g \$(tty)\")"
    receiver console "$T/sock"
    quiet tare run -d --bundle a --console-socket "$T/sock" a
    wait "$receiver"
    has owner "$(<received.txt)" 1000:5
    quiet tare delete --force a
}

test_console_in_a_user_namespace() {
    mkdir -p a && cp -a "$TOOLS/rootfs" a/rootfs && chown -R 100000:100000 a/rootfs
    bundle a "$TERMINAL | userns([map(0; 100000; 65536)]) | sh(\"stat -c %u:%g \$(tty); echo x > /dev/console\")"
    receiver console "$T/sock"
    quiet tare run -d --bundle a --console-socket "$T/sock" a
    wait "$receiver"
    has owner "$(<received.txt)" 0:5
    quiet tare delete --force a
}

test_console_receiver_absent() {
    bundle a "$TERMINAL"
    refused 'no such file or directory' tare create --bundle a --console-socket "$T/none" a
    has 'the path' "$err" none
    refused 'does not exist' tare state a
}

test_console_receiver_that_does_not_accept() {
    bundle a "$TERMINAL | sh(\"echo fine\")"
    receiver console "$T/sock"
    kill -STOP "$receiver"
    # A listening socket takes the connection and the message without anybody there.
    quiet timeout 10 "$TARE" --root "$STATE" create --bundle a --console-socket "$T/sock" a
    kill -KILL "$receiver"
    quiet tare delete --force a
}

test_detached_with_a_terminal_needs_a_socket() {
    bundle a "$TERMINAL"
    exits 1 tare create --bundle a a
    has 'the error' "$err" 'cannot allocate tty if'
    exits 1 tare run -d --bundle a a
    has 'the error' "$err" 'cannot allocate tty if'
    bundle b
    receiver console "$T/sock"
    exits 1 tare create --bundle b --console-socket "$T/sock" b
    has 'the flag' "$err" 'console socket'
    kill "$receiver"
}

test_pidfd_socket() {
    bundle a 'args(["/bin/sleep", "100"])'
    receiver pidfd "$T/sock"
    quiet tare create --bundle a --pidfd-socket "$T/sock" a
    within 5 grep -q '^pidfd' received.txt
    is 'whose it is' "$(grep ^pidfd received.txt)" "pidfd $(pid_of a)"
    quiet tare delete --force a
    within 5 grep -q ended received.txt
}

test_our_relay() {
    bundle a "$TERMINAL | sh(\"tty; probe window; read x; echo got:\$x\")"
    (sleep 0.5; echo hello; sleep 0.5) | "$TOOLS/pty" 21 81 "$TARE" --root "$STATE" run --bundle a a >out.txt
    has terminal "$(<out.txt)" /dev/pts/0
    has size "$(<out.txt)" '21 81'
    has input "$(<out.txt)" got:hello
    has_not modes "$(<out.txt)" 'terminal changed'
}

test_the_relay_follows_the_window() {
    bundle a "$TERMINAL | sh(\"trap 'probe window; exit 5' WINCH; echo up; while :; do sleep 0.05; done\")"
    "$TOOLS/pty" 20 80 "$TARE" --root "$STATE" run --bundle a a >out.txt </dev/null & pty=$!
    within 5 grep -q up out.txt
    kill -USR1 "$pty"
    local status=0
    wait "$pty" || status=$?
    is status "$status" 5
    has size "$(<out.txt)" '50 132'
}

test_the_relay_passes_interrupts_and_end_of_file() {
    bundle a "$TERMINAL | sh(\"trap 'echo interrupted' INT; echo up; sleep 5; cat; echo end\")"
    (within 5 grep -q up out.txt; printf '\003'; sleep 0.3; printf '\004'; sleep 0.3) | "$TOOLS/pty" 20 80 "$TARE" --root "$STATE" run --bundle a a >out.txt
    has interrupt "$(<out.txt)" interrupted
    has 'the end' "$(<out.txt)" end
}

test_the_relay_restores_the_terminal_after_a_failure() {
    bundle a "$TERMINAL | args([\"/no/such\"])"
    local status=0
    "$TOOLS/pty" 20 80 "$TARE" --root "$STATE" run --bundle a a >out.txt </dev/null || status=$?
    is status "$status" 1
    has_not modes "$(<out.txt)" 'terminal changed'
}

test_the_relay_takes_the_terminal_from_any_descriptor() {
    bundle a "$TERMINAL | args([\"/bin/probe\", \"window\"])"
    "$TOOLS/pty" 22 82 sh -c "'$TARE' --root '$STATE' run --bundle a a </dev/null" >out.txt </dev/null
    has size "$(<out.txt)" '22 82'
}

test_the_relay_passes_much_output() {
    bundle a "$TERMINAL | sh(\"yes 123456789 | head -20000\")"
    "$TOOLS/pty" 20 80 "$TARE" --root "$STATE" run --bundle a a </dev/null >out.txt
    is lines "$(grep -c 123456789 out.txt)" 20000
}
