#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The agent and the kernel module: loaded later, and again, flushed; deltas where they
# reach, a snapshot where not; confirmations
# shellcheck disable=SC2317 # functions are called by name

card=110101199003078881

# Histories of one issuer, each the continuation of the one before: a list, two versions
# more, another snapshot, and more than deltas are kept for.
# shellcheck disable=SC2329 # called by guest.sh
prepare() {
	# shellcheck source=tests/lib/tap.sh
	. "$IDREVOKE_TOP/tests/lib/tap.sh"
	# shellcheck source=tests/lib/gateway.sh
	. "$IDREVOKE_TOP/tests/lib/gateway.sh"
	issuer 10000 --confirm-every 3600 --valid-for 86400
	cp -r "$work/store" "$IDREVOKE_PREPARED/first"
	set -e
	publish report "$card" --lost
	publish withdraw "$card"
	cp -r "$work/store" "$IDREVOKE_PREPARED/second"
	for ((i = 0; i < 28; i++)); do
		publish report "$card" --lost
		publish withdraw "$card"
	done
	cp -r "$work/store" "$IDREVOKE_PREPARED/third"
	for ((i = 0; i < 35; i++)); do
		publish report "$card" --lost
		publish withdraw "$card"
	done
	cp -r "$work/store" "$IDREVOKE_PREPARED/fourth"
	cp "$work/key" "$work/certificate" "$IDREVOKE_PREPARED"
	echo "$vkey" >"$IDREVOKE_PREPARED/vkey"
} >/dev/null

# shellcheck source=tests/lib/guest.sh
. "${IDREVOKE_TOP:?tests are run by make check}/tests/lib/guest.sh"
# shellcheck source=tests/lib/gateway.sh
. "$IDREVOKE_TOP/tests/lib/gateway.sh"

cp "$IDREVOKE_PREPARED/key" "$IDREVOKE_PREPARED/certificate" "$work"
vkey=$(cat "$IDREVOKE_PREPARED/vkey")

# history NAME: the issuer is there from now on
history() {
	[ -z "${process[server]-}" ] || stop server
	rm -rf "$work/store"
	cp -r "$IDREVOKE_PREPARED/$1" "$work/store"
	serve
}

# filled NAME COMMAND...: the list is in force within a second of the command. By the
# kernel's log: programs of a test may take that long to start in an emulated machine.
# Other kernels than Debian's are slow, or have a second machine beside them.
filled() {
	local name=$1 took
	shift
	"$@" || bail_out "$*"
	ok "$name: the list is in force" ctl wait --current --timeout "$patience"
	took=$(/bin/dmesg | tr -d '[]' | awk '
		/idrevoke: (loaded; no list yet|NOT_READY, was)/ { empty = $1; took = "" }
		/idrevoke: CURRENT, was NOT_READY/ { took = int(($1 - empty) * 1000) }
		END { print took }')
	if [ "${IDREVOKE_KERNEL:-debian}" = debian ]; then
		ok "$name: $took ms later" test "$took" -le 1000
	else
		diag "$name: $took ms later"
	fi
}

# version: in force
version() { ctl status | awk '$1 == "version" { print $2 }'; }
version_is() { [ "$(version)" = "$1" ]; }
newest() { feed show --store "$work/store" | awk '$1 == "version" { print $2 }'; }

# --- the module

history first
run_agent
until_true 'without the module: the list is kept' state_is "$(of_issuer)"
ok 'and the module awaited' said agent 'module idrevoke is not loaded; waiting for it'

filled 'the module is loaded' load_module
is "$(of_kernel)" "$(of_issuer)" 'issuer and kernel count the same'
for i in 1 2 3 4 5; do
	ok "it is unloaded, whoever is connected ($i)" unload_module
	filled "and loaded again ($i)" load_module
done
is "$(grep -c 'idrevoke was unloaded' "$work/agent.log")" 5 'all of which was said'

exec {device}<>/dev/idrevoke
exits 1 'it is not unloaded while a device is open' unload_module
exec {device}>&-
filled 'the list is flushed by hand' "$IDREVOKE_BUILD/tests/vm/flush"
is "$(of_kernel)" "$(of_issuer)" 'issuer and kernel count the same'

# The module goes away while nobody serves the feed: the state directory is enough.
stop server
unload_module
filled 'the module is loaded again, without a network' load_module

# --- deltas and snapshots

stop agent
history second
: >"$work/agent.log"
run_agent
until_true 'two versions later: the newest is in force' version_is "$(newest)"
ok 'by way of deltas' said agent 'in force: .* \(delta of '
ok 'and nothing else' test -z "$(grep 'snapshot of' "$work/agent.log")"
until_true 'and saved' state_is "$(of_issuer)"

# Deltas reach, but one of them cannot be had.
stop agent
history third
missing=$(find "$work/store/feed/delta" -name '9-10-*')
rm "$missing"
: >"$work/agent.log"
run_agent
until_true 'a delta is missing: the newest is in force' version_is "$(newest)"
ok 'by way of a snapshot' said agent 'in force: .* \(snapshot of '
until_true 'and saved' state_is "$(of_issuer)"

stop agent
history fourth
: >"$work/agent.log"
run_agent
until_true '70 versions later: the newest is in force' version_is "$(newest)"
ok 'by way of a snapshot' said agent 'in force: .* \(snapshot of '
ok 'and nothing else' test -z "$(grep 'delta of' "$work/agent.log")"
until_true 'and saved' state_is "$(of_issuer)"
is "$(of_kernel)" "$(of_issuer)" 'issuer and kernel count the same'

# --- a list that the issuer signed, and that is not what it says

before=$(of_state)
ok 'a snapshot with a mistake beside right deltas' "$IDREVOKE_BUILD/tests/fast/spoil" "$work/store"
until_true 'is noticed' said agent 'its files do not make up its list; waiting for another'
is "$(of_kernel)" "$before" 'in force stays what was'
is "$(of_state)" "$before" 'and saved as well'
publish report "$card" --lost >/dev/null
until_true 'the issuer goes on with a right one: in force' version_is "$(newest)"
until_true 'and saved' state_is "$(of_issuer)"

# --- confirmations

start watch "$agent/idrevokectl/idrevokectl" watch
confirmed() { [ "$(grep -c '^confirm .*CURRENT' "$work/watch.log")" -ge "$1" ]; }
valid_for=4
[ "${IDREVOKE_KERNEL:-debian}" = debian ] || valid_for=30 # they stand still for seconds
feed set --store "$work/store" --valid-for "$valid_for" --confirm-every 1 >/dev/null
until_true "the issuer vouches every second for $valid_for" confirmed $((valid_for + 6))
ok 'so the list is current all the time' test -z "$(grep STALE "$work/watch.log")"
stop server
until_true 'no word from the issuer: stale' said watch STALE
serve
ok 'the issuer is back: current' ctl wait --current --timeout "$patience"
stop watch

stop agent
is $? 0 'the agent ends when told to'
ok 'the module is unloaded' unload_module
done_testing
