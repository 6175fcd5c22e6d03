#!/bin/bash
# run.sh [FILTER...]: the integration suite, as root. Each FILTER is an extended regular expression for
# TOPIC/NAME; without one everything runs.
#   TARE=build/tare       the runtime; TARE_OPTIONS: global options for each call
#   PLACE=native|vm       whose list of expected skips counts
#   JOBS=2                cases at a time; SHARD=1/3: only every third
#   KEEP=1                keep the cases' folders; SLOWNESS=5: so many times longer may things take
#   ALL=1                 all, where taken.PLACE.txt says that a place takes but some without a filter
# A case is a function `test_NAME() { # [alone] [timeout=SECONDS] [soak]` in cases/*.sh. `alone`: nothing
# else runs meanwhile; `soak`: only with SOAK=1.
set -u
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.." || exit 1
export TARE=${TARE:-$PWD/build/tare} TARE_OPTIONS=${TARE_OPTIONS:-} PLACE=${PLACE:-native}
export TOOLS=${TOOLS:-$PWD/build/integration} HERE=$here
[[ $TARE == /* ]] || TARE=$PWD/$TARE
jobs=${JOBS:-2} shard=${SHARD:-1/1}

[[ $(id -u) == 0 ]] || { echo "the integration suite needs root"; exit 1; }
[[ -x $TARE ]] || { echo "no runtime at $TARE"; exit 1; }
V2=$(awk '{ for (i = 7; i < NF; i++) if ($i == "-") { if ($(i + 1) == "cgroup2") print $5; break } }' \
  /proc/self/mountinfo | head -1)
[[ -n $V2 ]] || { echo "cgroup2 is mounted nowhere"; exit 1; }
export V2

work=$(mktemp -d "${TMPDIR:-/tmp}/tare-integration-XXXXXX")
chmod 755 "$work"
export WORK=$work

# One line a case: TOPIC/NAME FILE TIMEOUT WORDS
list_cases() {
    local file topic line name words limit
    for file in "$here"/cases/*.sh; do
        topic=${file##*/} # no program per case: in a guest a fork takes its time
        while IFS= read -r line; do
            name=${line%%(*} words=${line#*\{}
            limit=60
            [[ $words =~ timeout=([0-9]+) ]] && limit=${BASH_REMATCH[1]}
            [[ $words == *soak* && -z ${SOAK:-} ]] && continue
            echo "${topic%.sh}/${name#test_} $file $limit $words"
        done < <(grep -E '^test_[a-z0-9_]+\(\) \{' "$file")
    done
}

filters=("$@")
if [[ $# == 0 && -z ${ALL:-} && -e $here/taken.$PLACE.txt ]]; then
    while read -r pattern _; do [[ $pattern == '' || $pattern == \#* ]] || filters+=("^$pattern"); done \
        <"$here/taken.$PLACE.txt"
fi

wanted() {
    local filter
    [[ ${#filters[@]} == 0 ]] && return 0
    for filter in "${filters[@]}"; do [[ $1 =~ $filter ]] && return 0; done
    return 1
}

took() { printf '%d.%02d' $(($1 / 100)) $(($1 % 100)); } # took HUNDREDTHS

# Runs one case; leaves NUMBER.out and NUMBER.status: ok, skip, or the exit status.
run_case() {
    local number=$1 name=$2 file=$3 limit=$(($4 * ${SLOWNESS:-1})) start=$EPOCHREALTIME status
    mkdir -m 755 "$work/$number"
    "$TOOLS/supervise" "$limit" "$V2" "tare-it-$$-$number" \
        bash "$here/case.sh" "$file" "test_${name#*/}" "$work/$number" >"$work/$number.out" 2>&1 </dev/null
    status=$?
    [[ $status == 124 ]] && echo "the case took more than $limit s" >>"$work/$number.out"
    [[ -n ${KEEP:-} ]] || rm -rf "${work:?}/$number" "$work/$number".{before,after}
    took $(((${EPOCHREALTIME/[.,]/} - ${start/[.,]/}) / 10000)) >"$work/$number.time"
    echo "$status" >"$work/$number.status"
}

expected="$here/expected-skips.$PLACE.txt"
declare -A is_expected
while read -r name _; do [[ $name == '' || $name == \#* ]] || is_expected[$name]=1; done <"$expected"

passed=0 failed=0 skipped=0 failures=()
report() {
    local number=$1 name=$2 status time
    status=$(<"$work/$number.status") time=$(<"$work/$number.time")
    case $status in
    0) passed=$((passed + 1)); echo "ok $number $name ($time s)" ;;
    77)
        skipped=$((skipped + 1)); echo "ok $number $name # skip $(tail -1 "$work/$number.out")"
        if [[ -z ${is_expected[$name]:-} ]]; then
            failed=$((failed + 1)); failures+=("$name (unexpected skip)")
            echo "not ok $number $name: this skip is not listed in ${expected#"$PWD"/}"
        fi ;;
    *)
        failed=$((failed + 1)); failures+=("$name")
        echo "not ok $number $name ($time s)"; sed 's/^/    /' "$work/$number.out" | head -${LINES_SHOWN:-60} ;;
    esac
}

declare -A name_of=()
declare -a together=() alone=()
number=0 count=0
while read -r name file limit words; do
    number=$((number + 1))
    wanted "$name" || continue
    (( ++count % ${shard#*/} == ${shard%/*} % ${shard#*/} )) || continue
    name_of[$number]="$name $file $limit"
    if [[ $words == *alone* ]]; then alone+=("$number"); else together+=("$number"); fi
done < <(list_cases)

started=$SECONDS
declare -A running=()
# Waits until fewer than $1 cases run, and reports those that have ended.
settle() {
    local pid number
    while (( ${#running[@]} >= $1 )) && (( ${#running[@]} > 0 )); do
        wait -n -p pid "${!running[@]}" || true
        number=${running[$pid]}
        unset "running[$pid]"
        read -r name _ <<<"${name_of[$number]}"
        report "$number" "$name"
    done
}
for number in "${together[@]}"; do
    settle "$jobs"
    read -r name file limit <<<"${name_of[$number]}"
    run_case "$number" "$name" "$file" "$limit" &
    running[$!]=$number
done
settle 1
for number in "${alone[@]}"; do
    read -r name file limit <<<"${name_of[$number]}"
    run_case "$number" "$name" "$file" "$limit"
    report "$number" "$name"
done

for number in "${together[@]}" "${alone[@]}"; do
    echo "slow: $(<"$work/$number.time") s ${name_of[$number]%% *}"
done | sort -k 2 -rn | head -"${SLOWEST:-5}"
[[ -n ${KEEP:-} ]] && echo "kept: $work" || rm -rf "$work"
[[ ${#failures[@]} == 0 ]] || printf 'failed: %s\n' "${failures[@]}"
echo "$passed passed, $failed failed, $skipped skipped in $((SECONDS - started)) s ($PLACE, $(basename "$TARE"))"
[[ $failed == 0 && $((passed + skipped)) != 0 ]]
