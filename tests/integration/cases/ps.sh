# ps: the processes of a container, as containerd and people ask for them.

sleeping() { bundle a 'sh("sleep 100 & sleep 100; :")'; quiet tare run -d --bundle a a; within 5 has_three; }
# In user-mode Linux it cannot tell when the system was booted, and gives up.
ps_works() { ps -ef >/dev/null 2>&1; }
has_three() { (( $(tare ps -f json a | jq length) == 3 )); }

test_json_has_every_process() {
    sleeping
    local pids
    pids=$(tare ps --format json a)
    is 'an array of integers' "$(jq -c 'map(type) | unique' <<<"$pids")" '["number"]'
    is 'the same as the cgroup' "$(jq -r '.[]' <<<"$pids")" "$(sort -n "$V2/a/cgroup.procs")"
    has 'with its init' " $(jq -r '.[]' <<<"$pids" | tr '\n' ' ')" " $(pid_of a) "
    quiet env PATH=/nowhere "$TARE" --root "$STATE" ps --format json a
    is 'without ps(1)' "$(jq -c . <<<"$out")" "$pids"
    quiet tare delete -f a
}

test_table_is_that_of_ps() {
    ps_works || skip "the host's ps(1) does not work here"
    sleeping
    quiet tare ps a
    is 'lines with the header' "$(wc -l <<<"$out")" 4
    matches header "$(head -1 <<<"$out")" '^UID +PID +PPID '
    has 'the command' "$out" 'sleep 100'
    quiet tare ps a -e -x
    matches header "$(head -1 <<<"$out")" '^ *PID '
    is lines "$(wc -l <<<"$out")" 4
    quiet tare ps a -eo comm,pid,args
    is lines "$(wc -l <<<"$out")" 4
    refused 'there is no column PID' tare ps a -eo comm
    refused 'ps --nonsense: exit status' tare ps a --nonsense
    refused "option --format must be one of table, json, not \"xml\"" tare ps -f xml a
    refused '--format json needs no ps(1)' env PATH=/nowhere "$TARE" --root "$STATE" ps a
    quiet tare delete -f a
}

test_processes_in_its_own_cgroups_are_listed() {
    bundle a '.mounts |= map(if .type == "cgroup" then .options -= ["ro"] else . end)
      | sh("mkdir /sys/fs/cgroup/below; echo 0 > /sys/fs/cgroup/below/cgroup.procs; sleep 100 & sleep 100; :")'
    quiet tare run -d --bundle a a
    within 5 has_three
    quiet tare delete -f a
}

test_a_stopped_container_has_none() {
    bundle a 'args(["/bin/true"])'
    quiet tare create --bundle a a
    is 'created: its init' "$(tare ps -f json a)" "[$(pid_of a)]"
    quiet tare start a
    within 5 has_status a stopped
    is none "$(tare ps -f json a)" '[]'
    if ps_works; then
        quiet tare ps a
        is 'the header alone' "$(wc -l <<<"$out")" 1
    fi
    quiet tare delete a
    refused 'container does not exist: a' tare ps a
}
