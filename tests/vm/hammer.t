#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Programs of others that are made to break kernels, on the device: stress-ng, and
# trinity where it runs; IDREVOKE_HAMMER_SECONDS of the first.
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

# As nobody, since it calls anything with any argument.
nobody=(setpriv --reuid=65534 --regid=65534 --clear-groups)
trinity=(trinity -q -l off -C 2 -c ioctl -V /dev/idrevoke -N "${IDREVOKE_TRINITY_CALLS:-5000}")
if ! "${nobody[@]}" timeout 60 trinity -q -l off -C 1 -c getpid -N 10 >"$log" 2>&1; then
	tap_result ok "trinity # SKIP it does not run here: $(tail -n 1 "$log")"
else
	beaten 'trinity -c ioctl' "${nobody[@]}" timeout 120 "${trinity[@]}"
fi
rm -f "$log"
done_testing
