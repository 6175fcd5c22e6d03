#!/bin/bash
# without-limits.sh RUNTIME ARGUMENTS...: RUNTIME with what a place without controllers and CAP_SYS_RESOURCE cannot give
# taken out of the bundle's config: resources other than devices, rlimits, the OOM score. Costs each runtime the same.
runtime=$1
shift
bundle=. previous=
for word in "$@"; do
    case $word in --bundle=*) bundle=${word#*=} ;; esac
    case $previous in --bundle | -b) bundle=$word ;; esac
    previous=$word
done
case " $* " in
*' create '* | *' run '*)
    config=$(jq 'del(.process.oomScoreAdj, .process.rlimits) | if .linux.resources then .linux.resources |= {devices} else . end' "$bundle/config.json") &&
        printf '%s\n' "$config" >"$bundle/config.json"
    ;;
esac
exec "$runtime" "$@"
