#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The unit file as it is, under a real systemd with its journal: user, capability and
# sandbox do not keep idrevoked from filling the kernel's list; status, reload,
# watchdog and journal are as idrevoked(8) says.
# shellcheck source=tests/lib/guest.sh disable=SC2317 # functions are called by name
. "${IDREVOKE_TOP:?tests are run by make check}/tests/lib/guest.sh"
export TMPDIR=/run # systemd clears /tmp when it starts
# shellcheck source=tests/lib/agent.sh
. "$IDREVOKE_TOP/tests/lib/agent.sh"
patience=60 # machines are emulated, and may be busy
case ${IDREVOKE_KERNEL-} in kasan | kcsan) patience=300 ;; esac # and slow

sources=$IDREVOKE_TOP/agent/idrevoked
card=110101199003078881

# --- a machine with systemd, and idrevoked installed

/sbin/modprobe overlay || bail_out 'no overlay file system'
# writable DIRECTORY: the host's is read-only; here it can be written to
writable() {
	local over=/run/over$1
	mkdir -p "$over/upper" "$over/work"
	mount -t overlay -o "lowerdir=$1,upperdir=$over/upper,workdir=$over/work" overlay "$1" ||
		bail_out "$1 cannot be made writable"
}
writable /etc
writable /usr/sbin
mkdir -p /run/empty/lib /run/empty/tmp
mount --bind /run/empty /var || bail_out 'no /var'
mkdir -p /run/systemd/system /etc/idrevoke
cp "$agent/idrevoked/idrevoked" /usr/sbin/
cp "$sources/idrevoked.service" /run/systemd/system/
ok 'the users' systemd-sysusers "$sources/idrevoke.sysusers"
# Of what else a machine starts only the journal is needed.
printf '%s\n' '[Unit]' Wants=systemd-journald.service >/run/systemd/system/test.target
printf '[Unit]\n' | tee /run/systemd/system/{sysinit,basic}.target >/dev/null

make_issuer 1000 --valid-for 3600 --confirm-every 300
start_issuer
usual=("state = \"/var/lib/idrevoked\";" 'metrics = "/run/idrevoked/metrics.sock";'
	'ca = "/etc/idrevoke/ca.pem";' 'poll = 1;')
cp "$work/certificate" /etc/idrevoke/ca.pem
configure() {
	settings conf "$@" "${usual[@]}"
	cp "$work/conf" /etc/idrevoke/idrevoked.conf
	chmod -R a+rX /etc/idrevoke
}
configure
load_module

mount -t cgroup2 cgroup2 /sys/fs/cgroup || bail_out 'no control groups'
start systemd unshare --pid --fork --kill-child --mount --mount-proc \
	env container=other /lib/systemd/systemd --unit=test.target --show-status=false
# What must be done where it is process 1.
inside() {
	local spaces=/proc/${process[systemd]}/ns
	nsenter --pid="$spaces/pid_for_children" --mount="$spaces/mnt" "$@"
}
property() {
	inside systemctl show --value -p "$1" idrevoked
}
has() {
	property "$1" | grep -qE -- "$2"
}
# logged ID FIELD=VALUE...: there is such a message of the service
logged() {
	local id=$1
	shift
	journalctl -q -o cat _SYSTEMD_UNIT=idrevoked.service MESSAGE_ID="$(id_of "$id")" "$@" | grep -q .
}
version() {
	ctl status --json | grep -q "\"version\": *$1,"
}
happens 'systemd runs' inside systemctl -q is-active test.target

# --- it starts

ok 'systemctl start' inside systemctl start idrevoked
is "$(property ActiveState) $(property SubState)" 'active running' 'it is active'
ok 'the list is in force' ctl wait --current --version 1 --timeout 20
happens 'the status says so' has StatusText '^Version 1 is in force: 1000 numbers\.$'
pid=$(property MainPID)
in_status() {
	inside sed -n "s/^$1:\s*//p" "/proc/$pid/status"
}
is "$(in_status Uid | cut -f1)" "$(id -u idrevoked)" 'it has a user of its own'
is "$(for set in CapInh CapPrm CapEff CapBnd CapAmb; do in_status "$set"; done | sort -u)" \
	0000000000001000 'and CAP_NET_ADMIN, and no other capability'
is "$(in_status NoNewPrivs)$(in_status Seccomp)" 12 'no new privileges; system calls are filtered'
is "$(stat -c '%U %a' /var/lib/idrevoked)" 'idrevoked 700' 'the state is its own'
happens 'metrics' scrape --unix-socket /run/idrevoked/metrics.sock http://localhost/metrics
is "$(stat -c '%U %G %a' /run/idrevoked/metrics.sock)" 'idrevoked idrevoked 660' 'at a socket of its own'

# --- the journal, as systemd has connected it

happens 'journal: in force' logged LIST_IN_FORCE IDREVOKE_VERSION=1 IDREVOKE_COUNT=1000 \
	IDREVOKE_EPOCH="$(sample idrevoke_list_epoch)" PRIORITY=6 \
	SYSLOG_IDENTIFIER=idrevoked _TRANSPORT=journal CODE_FILE=idrevoked/push.c
ok 'a report' event report "$card" --lost
happens 'journal: the next version' logged LIST_IN_FORCE IDREVOKE_VERSION=2
unload_module
happens 'journal: the module was unloaded' logged MODULE_UNLOADED PRIORITY=4
happens 'the status says what is waited for' has StatusText '^Waiting for the kernel module idrevoke\.$'
load_module
happens 'journal: it was loaded' logged MODULE_LOADED PRIORITY=5
happens 'filled again' version 2

# --- reload

configure 'poll = 0;'
exits 1 'systemctl reload refuses a bad configuration' inside systemctl reload idrevoked
ok 'its line is in the journal' bash -c \
	'journalctl -q -o cat -u idrevoked | grep -q "idrevoked.conf:[0-9]*: poll must be"'
is "$(property MainPID) $(property ActiveState)" "$pid active" 'and the service goes on'
configure 'poll = 2;'
ok 'systemctl reload with a good one' inside systemctl reload idrevoked
happens 'journal: read again' logged CONFIGURATION_READ IDREVOKE_PATH=/etc/idrevoke/idrevoked.conf
happens 'and it is active again' has ActiveState '^active$'
is "$(property MainPID)" "$pid" 'the same process'

# --- stale

feed set --store "$work/store" --valid-for 6 --confirm-every 6 >/dev/null
ok 'a report of short term' event withdraw "$card"
happens 'version 3' version 3
stop issuer
happens 'journal: stale' logged LIST_STALE IDREVOKE_VERSION=3 PRIORITY=3
happens 'journal: the feed cannot be had' logged FEED_FAILED \
	IDREVOKE_URL="https://127.0.0.1:$port/" PRIORITY=4
happens 'the status says both' has StatusText '^Version 3 .* stale: .* The feed cannot be had: '
feed set --store "$work/store" --valid-for 3600 --confirm-every 300 >/dev/null
start_issuer "$port"
ok 'systemctl reload, so that it does not wait before it tries again' inside systemctl reload idrevoked
happens 'journal: current again' logged LIST_CURRENT IDREVOKE_VERSION=3 PRIORITY=5

# --- it is watched, and started again

mkdir -p /run/systemd/system/idrevoked.service.d
printf '%s\n' '[Service]' WatchdogSec=10s RestartSec=100ms >/run/systemd/system/idrevoked.service.d/soon.conf
inside systemctl daemon-reload
ok 'systemctl restart' inside systemctl restart idrevoked
pid=$(property MainPID)
inside kill -STOP "$pid"
happens 'one that hangs is ended by the watchdog' has NRestarts '^1$'
happens 'and started again' has ActiveState '^active$'
inside kill -KILL "$(property MainPID)"
happens 'one that is killed is started again' has NRestarts '^2$'
happens 'and is active' has ActiveState '^active$'
ok 'another report' event report "$card" --lost
happens 'and works' version 4

ok 'systemctl stop' inside systemctl stop idrevoked
is "$(property Result) $(property ActiveState)" 'success inactive' 'it ended as it should'
ok 'nothing of it is left in /run' test ! -e /run/idrevoked
is "$(journalctl -q -o export | grep -c "$card")" 0 'no card number in the journal'
stop systemd KILL # unshare(1) waits for its child, and heeds no other signal
done_testing
