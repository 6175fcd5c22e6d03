# The leak check: tools/snapshot before and after a case.

snapshot() { "$TOOLS/snapshot" "$$" "$V2" "$STATE"; }

# What the kernel removes after the last reference is gone may take a moment.
nothing_left() {
    local try before after
    for try in ${LEAK_TRIES:-1 2 3 4 5 6 7 8}; do
        snapshot >"$T.after"
        slurp before "$1"
        slurp after "$T.after"
        [[ $before == "$after" ]] && return 0
        sleep "0.$try"
    done
    echo 'left behind (>) or changed:'
    diff "$1" "$T.after" | grep '^[<>]'
    return 1
}
