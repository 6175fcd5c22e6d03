# What a case may not change: mounts, cgroups, processes, the state directory, descriptors, the host's
# devices and names. One line a thing, so that a difference names what was left.

snapshot() {
    local line dir pid fd key value
    while IFS= read -r line; do echo "mount $line"; done </proc/self/mountinfo
    while IFS= read -r dir; do
        echo "cgroup ${dir#"$V2"}"
        { while read -r pid; do
            # Ourselves, and what bash forks for this very loop.
            [[ $pid == "$$" || $pid == "$BASHPID" || -z $pid ]] && continue
            name=$(tr '\0' ' ' <"/proc/$pid/cmdline") || continue
            [[ $name == *"$HERE/case.sh"* || $name == "find $V2"* || $name == '' ]] || echo "process $pid $name"
        done <"$dir/cgroup.procs"; } 2>/dev/null
    done < <(find "$V2" -mindepth 1 -type d 2>/dev/null | sort)
    # Caches ('@' cannot be in an id) and the lock's own file may stay.
    find "$STATE" -mindepth 1 -not -path "$STATE/@*" 2>/dev/null | sort | sed 's/^/state /'
    for fd in 0 1 2; do
        while read -r key value; do [[ $key == flags: ]] && echo "descriptor $fd flags $value"; done <"/proc/$$/fdinfo/$fd"
    done
    for fd in "/proc/$$/fd/"*; do echo "descriptor $(basename "$fd")"; done
    stat -c 'device %n %A %u:%g %t:%T' /dev/null /dev/zero /dev/full /dev/ptmx /dev/tty
    echo "hostname $(uname -n)"
    for dir in /sys/class/net/*; do echo "interface ${dir##*/}"; done
}

# What the kernel removes after the last reference is gone may take a moment.
nothing_left() {
    local try
    for try in 1 2 3 4 5 6 7 8 9 10 11 12; do
        snapshot >"$T.after"
        cmp -s "$1" "$T.after" && return 0
        sleep "0.$try"
    done
    echo 'left behind (>) or changed:'
    diff "$1" "$T.after" | grep '^[<>]'
    return 1
}
