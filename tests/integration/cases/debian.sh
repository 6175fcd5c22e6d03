# A real Debian root: made by tests/vm/debian.sh, used read-only under an overlay.

DEBIAN=${DEBIAN:-$HERE/../../build/vm/debian}

# debian FILTER: the bundle `a` with a fresh overlay over the Debian root.
debian() {
    [[ -e $DEBIAN/etc/debian_version ]] || skip 'no Debian root: make build/vm/debian.made'
    mkdir -p a/rootfs upper
    mount -t tmpfs upper upper
    mkdir upper/files upper/work
    mount -t overlay -o "lowerdir=$(realpath "$DEBIAN"),upperdir=upper/files,workdir=upper/work" root a/rootfs
    bundle a "$1"
}
no_debian() { umount a/rootfs && umount upper; }

LIKE_DOCKER='all_caps(["CAP_CHOWN","CAP_DAC_OVERRIDE","CAP_FOWNER","CAP_FSETID","CAP_KILL","CAP_SETGID","CAP_SETUID","CAP_SETPCAP","CAP_NET_BIND_SERVICE","CAP_SYS_CHROOT","CAP_MKNOD","CAP_AUDIT_WRITE","CAP_SETFCAP"]) | .process.noNewPrivileges = false'

test_bash() {
    debian "$LIKE_DOCKER | args([\"bash\", \"-c\", \"echo \$BASH_VERSION; cat /etc/os-release; exit 3\"])"
    exits 3 tare run --bundle a a
    has system "$out" Debian
    no_debian
}

test_apt() { # timeout=180
    debian "$LIKE_DOCKER | args([\"bash\", \"-c\", \"apt-get -s install bash && dpkg --audit && apt-get --version | head -1 && apt-mark showmanual | wc -l\"])"
    quiet tare run --bundle a a
    has output "$out" 'bash is already the newest version'
    no_debian
}

test_apt_installs_a_package() { # timeout=180
    local package
    [[ $PLACE == native ]] || skip 'the guest has no network'
    mkdir packages
    (cd packages && apt-get download -qq hello 2>/dev/null) || skip 'no archive'
    package=$(ls packages)
    debian "$LIKE_DOCKER | bind(\"$T/packages\"; \"/packages\"; \"ro\") | args([\"bash\", \"-c\", \"apt-get install -y -qq -o APT::Sandbox::User=root /packages/$package >/dev/null 2>&1; hello\"])"
    quiet tare run --bundle a a
    has output "$out" 'Hello, world!'
    no_debian
}

test_a_long_lived_server() {
    debian "$LIKE_DOCKER | args([\"perl\", \"-MIO::Socket::INET\", \"-e\", \"\$s = IO::Socket::INET->new(LocalPort => 80, Listen => 5) or die; while (\$c = \$s->accept) { print \$c qq(HTTP/1.0 200 OK\\n\\nserved\\n); close \$c }\"])"
    quiet tare run -d --bundle a a
    local pid i
    pid=$(pid_of a)
    within 30 nsenter -t "$pid" -n busybox wget -q -O - http://127.0.0.1/
    for i in 1 2 3 4 5; do
        has "answer $i" "$(nsenter -t "$pid" -n busybox wget -q -O - http://127.0.0.1/)" served
    done
    is status "$(state_of a)" running
    quiet tare kill a TERM
    quiet tare delete --force a
    no_debian
}

test_systemd_as_process_one() { # alone timeout=120
    [[ $PLACE != native ]] || skip 'systemd needs a unified hierarchy that it owns'
    # What systemd asks of a container manager: systemd.io, "The Container Interface".
    debian "$LIKE_DOCKER | all_caps([\"CAP_CHOWN\",\"CAP_DAC_OVERRIDE\",\"CAP_FOWNER\",\"CAP_FSETID\",\"CAP_KILL\",\"CAP_SETGID\",\"CAP_SETUID\",\"CAP_SETPCAP\",\"CAP_NET_BIND_SERVICE\",\"CAP_NET_ADMIN\",\"CAP_SYS_CHROOT\",\"CAP_SYS_ADMIN\",\"CAP_AUDIT_WRITE\",\"CAP_SETFCAP\",\"CAP_MKNOD\",\"CAP_SYS_PTRACE\",\"CAP_DAC_READ_SEARCH\"])
      | args([\"/sbin/init\"]) | .process.env += [\"container=tare\"]
      | mount(\"/run\"; \"tmpfs\"; \"tmpfs\"; \"mode=755\") | mount(\"/run/lock\"; \"tmpfs\"; \"tmpfs\"; \"mode=1777\") | mount(\"/tmp\"; \"tmpfs\"; \"tmpfs\"; \"mode=1777\")
      | .mounts |= map(if .type == \"cgroup\" then .options -= [\"ro\"] else . end)
      | .linux.maskedPaths = [] | .linux.readonlyPaths = []"
    mkdir -p a/rootfs/etc/systemd/system/multi-user.target.wants
    ln -s ../reached.service a/rootfs/etc/systemd/system/multi-user.target.wants/reached.service
    printf '%s\n' '[Service]' 'Type=oneshot' 'ExecStart=/bin/touch /reached' >a/rootfs/etc/systemd/system/reached.service
    quiet tare run -d --bundle a a
    within 60 test -e a/rootfs/reached
    # It made cgroups of its own below the container's, and all of them go away.
    [[ -d $V2/a/system.slice ]] || fail 'systemd made no slice'
    quiet tare kill a SIGRTMIN+3
    within 30 has_status a stopped
    quiet tare delete a
    no_debian
}
