# crun raises RLIMIT_MEMLOCK before it loads its device rules, and ends where it may not.
if ! prlimit --memlock=unlimited:unlimited true 2> /dev/null; then
    RUNTIME_OPTIONS=(--cgroup-manager=disabled)
    CGROUPS=no NO_CGROUPS="crun needs CAP_SYS_RESOURCE for its device rules"
fi
