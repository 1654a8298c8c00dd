#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Programs of others that are made to break kernels, on the device: stress-ng for
# IDREVOKE_HAMMER_SECONDS, and trinity, only with IDREVOKE_TRINITY_CALLS: Debian's
# trinity 1.9 makes a handful of system calls a minute in user-mode Linux, and none that
# reaches the device in qemu's machines (counted by a kprobe). tests/vm/fuzz.t does what
# it is there for.
# shellcheck source=tests/lib/guest.sh
. "${IDREVOKE_TOP:?tests are run by make check}/tests/lib/guest.sh"

hammer=$IDREVOKE_BUILD/tests/vm/hammer
log=$(mktemp)
cd /tmp || exit

# beaten NAME COMMAND...: the device stands it
beaten() {
	local name=$1
	shift
	if "$hammer" "$@" >"$log" 2>&1; then
		tap_result ok "$name"
	else
		tap_result 'not ok' "$name"
	fi
	diag "$(tail -n 20 "$log")"
}

beaten 'stress-ng --dev' stress-ng --dev 2 --dev-file /dev/idrevoke \
	--timeout "${IDREVOKE_HAMMER_SECONDS:-5}"

# As nobody, since it calls anything with any argument. Sockets are not ours, and it
# crashes of some options that it sets on them.
nobody=(setpriv --reuid=65534 --regid=65534 --clear-groups timeout 120)
trinity=(trinity -q -l off -C 2 --disable-fds=sockets)
if [ -z "${IDREVOKE_TRINITY_CALLS-}" ]; then
	tap_result ok 'trinity # SKIP only with IDREVOKE_TRINITY_CALLS: it hardly gets to the device'
elif ! "${nobody[@]}" "${trinity[@]}" -c getpid -N 10 >"$log" 2>&1; then
	tap_result ok "trinity # SKIP it does not run here: $(tail -n 1 "$log")"
else
	beaten 'trinity -c ioctl' "${nobody[@]}" "${trinity[@]}" -c ioctl -V /dev/idrevoke \
		-N "$IDREVOKE_TRINITY_CALLS"
fi
rm -f "$log"
done_testing
