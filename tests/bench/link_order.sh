#!/bin/bash
# link_order.sh TARE MAP INIT_MAP EXECUTED CONFIG FOLDER: link_order.ld and init_order.ld in FOLDER: which functions of
# tare and of tare-init a container's life executes, on what `docker run` generates. TARE is linked as the maps say.
set -eu
. "$(dirname "$0")/docker_bundle.sh"
if [[ -z ${BENCH_INSIDE:-} ]]; then
    BENCH_INSIDE=1 exec unshare --mount --propagation private "$0" "$@"
fi
tare=$(realpath "$1") map=$(realpath "$2") init_map=$(realpath "$3") executed=$(realpath "$4") config=$(realpath "$5")
folder=$(realpath "$6")
umount -R /sys/fs/cgroup
mount -t cgroup2 cgroup2 /sys/fs/cgroup

work=$(mktemp -d /dev/shm/tare-order-XXXXXX)
finish() {
    "$tare" --root "$work/state" delete --force c >/dev/null 2>&1 || true
    rm -rf "$work"
}
trap finish EXIT
make_bundle docker '.process.terminal = false'
here=$PWD
cd "$work/docker"

# step INIT_FILE COMMAND...
step() { "$executed" "$work/by_$2" "$1" "$tare" --root "$work/state" "${@:2}" </dev/null >/dev/null; }
"$tare" --root "$work/state" run first # later ones know the profile
step "$work/init_by_run" run c
jq '.process.args = ["/bin/busybox", "sleep", "1000"]' config.json >"$work/config" && cp "$work/config" config.json
step - create c
step - start c
"$tare" --root "$work/state" exec c /bin/true # later ones know the filter
step "$work/init_by_exec" exec c /bin/true
step - state c
step - kill c KILL
sleep 0.5
step - delete c

cd "$here"
# write MAP FILE...
write() {
    cat <<'END'
/* Written by `make link-order`: what a container's life executes, before all other code: what run executes and exec does
   not, what both do, what exec alone does, and the rest. src/README.md, "what is executed lies together", says what for. A
   function that is not here, or no more, changes nothing but that. */
SECTIONS
{
  .text.executed :
  {
END
    python3 tests/bench/executed_sections.py "$@"
    cat <<'END'
  }
  tare_executed_end = .;
}
INSERT BEFORE .text;
END
}
write "$map" "$work"/by_{run,exec,create,start,state,kill,delete} >"$folder/link_order.ld"
write "$init_map" "$work"/init_by_{run,exec} >"$folder/init_order.ld"
