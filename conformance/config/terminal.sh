# Creates the container with a terminal, which `host console` takes and whose output it collects.
with_terminal() {
    config '.process.terminal = true'
    in_background "$TOOLS/host" console "$WORK/console" ${1+"$1"} > "$WORK/terminal" 2>&1
    until_socket "$WORK/console"
    create --console-socket "$WORK/console"
}
shows() {
    start
    until_status stopped
    wait "${HELPERS[-1]}"
    same terminal "$(tr -d '\r' < "$WORK/terminal")" "$1"
}

requirement MUST config.md#process "terminal: a pseudoterminal is the process's standard streams"
test_terminal() {
    process_sh '[ -t 0 ] && [ -t 1 ] && [ -t 2 ] && echo terminal'
    with_terminal
    shows terminal
}

requirement MUST config.md#process "terminal: what is written to it, the process reads"
test_input() {
    process_sh 'stty -echo; read -r line; echo "read $line"'
    with_terminal $'word\n'
    start
    until_status stopped
    wait "${HELPERS[-1]}"
    like terminal "$(< "$WORK/terminal")" "read word"
}

requirement MUST config.md#process "terminal: it is the container's controlling terminal"
test_controlling() {
    process_sh 'echo hello > /dev/tty'
    with_terminal
    shows hello
}

requirement MUST config.md#process "terminal: it is one of the container's own devpts"
test_own_devpts() {
    process tty
    with_terminal
    start
    until_status stopped
    wait "${HELPERS[-1]}"
    like terminal "$(< "$WORK/terminal")" '/dev/(pts/0|console)'
}

requirement MUST config.md#process "consoleSize is the size of the terminal"
test_size() {
    config '.process.consoleSize = { height: 31, width: 117 }'
    process stty size
    with_terminal
    shows "31 117"
}

requirement MUST config.md#process "consoleSize is ignored without terminal"
test_size_ignored() {
    config '.process.terminal = false | .process.consoleSize = { height: 31, width: 117 }'
    inside echo hello
    prints hello
}

requirement MUST config.md#process "consoleSize is ignored when terminal is not given"
test_size_ignored_unset() {
    config '.process.consoleSize = { height: 31, width: 117 }'
    inside echo hello
    prints hello
}

requirement MUST config-linux.md#default-devices "/dev/console is the terminal"
test_console() {
    process_sh 'echo hello > /dev/console'
    with_terminal
    shows hello
}

requirement MUST config-linux.md#default-devices "/dev/console is a bind mount of the pseudoterminal"
test_console_mount() {
    process grep -c ' /dev/console .* - devpts ' /proc/self/mountinfo
    with_terminal
    shows 1
}

requirement MUST config.md#process "terminal: the user may open it again"
test_user() {
    config '.process.user = { uid: 1000, gid: 1000 }'
    process_sh 'echo hello > "$(tty)"'
    with_terminal
    shows hello
}

requirement MUST runtime.md#errors "terminal: create without a console socket to send it to, is an error"
test_no_socket() {
    config '.process.terminal = true'
    refused
}

requirement MUST runtime.md#errors "terminal: a console socket that nobody listens on, is an error"
test_dead_socket() {
    config '.process.terminal = true'
    fails create --bundle "$BUNDLE" --console-socket "$WORK/nothing" "$ID"
    gone
}
