# Runs as PID 1 of the demonstration container: what does it see of itself?
echo "PID 1        $(tr '\0' ' ' < /proc/1/cmdline)"
echo "processes    $(ls /proc | grep -c '^[0-9]') (this shell and its children)"
echo "hostname     $(hostname)"
echo "user         $(id)"
echo "capabilities $(grep CapEff /proc/self/status | tr -d '\t')"
echo "no new privs $(grep NoNewPrivs /proc/self/status | tr -d '\t')"
echo "cgroup       $(cat /proc/self/cgroup | grep '^0::')"
echo "interfaces   $(ls /sys/class/net | tr '\n' ' ')"
echo "devices      $(ls /dev | tr '\n' ' ')"
echo "mounts"
while read -r source target type options _; do
    echo "    $target ($type, ${options%%,*}) of $source"
done < /proc/mounts
touch /a 2> /dev/null && echo "the root is writable?!" || echo "root         read-only"
