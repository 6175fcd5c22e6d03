# How the files of tests become a list. In such a file,
#
#   requirement LEVEL SECTION "What is required"
#   test_name() { ... }
#
# is one test; where many share a shape, the test is a command instead:
#
#   requirement LEVEL SECTION "What is required" command words...

declare -A TEXT LEVEL SECTION COMMAND
IDS=()

requirement() {
    local name command
    if (($# > 3)); then
        command=$(printf '%q ' "${@:4}")
        name=${*:4}
        [[ $name != *[!a-zA-Z0-9_\ .,=:/-]* ]] || name=$3
        name=${name//[^a-zA-Z0-9=]/_}
    else
        command=${FUNCTIONS[next_function++]}
        name=${command#test_}
    fi
    local id=$FILE_ID/$name
    while [ -n "${TEXT[$id]:-}" ]; do id+=_; done
    IDS+=("$id")
    LEVEL[$id]=$1 SECTION[$id]=$2 TEXT[$id]=$3 COMMAND[$id]=$command
}

load() {
    local file
    for file; do
        FILE_ID=${file#"$SUITE/"}
        FILE_ID=${FILE_ID%.sh}
        mapfile -t FUNCTIONS < <(grep -oE '^test_[a-zA-Z0-9_]+' "$file" || true)
        next_function=0
        . "$file"
        ((next_function == ${#FUNCTIONS[@]})) \
            || { echo "$file: $next_function requirements for ${#FUNCTIONS[@]} tests" >&2; exit 2; }
    done
}
