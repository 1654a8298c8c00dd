#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The agent killed 100 times at random while an issuer publishes all the time: what is in
# force, and what was saved, is always a whole list that was published. Every other
# time it is killed before it has caught up. IDREVOKE_SEED replays the delays.
# shellcheck disable=SC2317 # functions are called by name

# shellcheck disable=SC2329 # called by guest.sh
prepare() {
	set -e
	# shellcheck source=tests/lib/tap.sh
	. "$IDREVOKE_TOP/tests/lib/tap.sh"
	# shellcheck source=tests/lib/gateway.sh
	. "$IDREVOKE_TOP/tests/lib/gateway.sh"
	issuer 10000
	cp -r "$work/store" "$work/key" "$work/certificate" "$IDREVOKE_PREPARED"
	echo "$vkey" >"$IDREVOKE_PREPARED/vkey"
}

guest_options='--timeout 600'
# shellcheck source=tests/lib/guest.sh
. "${IDREVOKE_TOP:?tests are run by make check}/tests/lib/guest.sh"
# shellcheck source=tests/lib/gateway.sh
. "$IDREVOKE_TOP/tests/lib/gateway.sh"

: "${IDREVOKE_SEED:=$RANDOM}"
diag "IDREVOKE_SEED=$IDREVOKE_SEED"

cp -r "$IDREVOKE_PREPARED"/* "$work"
vkey=$(cat "$work/vkey")
serve

put_down

# publish_all_the_time: one report after another, until it is told to end
publish_all_the_time() {
	while [ ! -e "$work/enough" ]; do
		publish report 110101199003078881 --lost >/dev/null || exit
		put_down
		publish withdraw 110101199003078881 >/dev/null || exit
		put_down
	done
}
ended() { ! runs "$1"; }

kills() {
	"$IDREVOKE_BUILD/tests/vm/kills" 100 "$IDREVOKE_SEED" "$state" "$vkey" "$work/published" \
		"$agent/idrevoked/idrevoked" -c "$work/conf" 2>"$work/kills.log"
}

load_module
run_agent
ctl wait --current --timeout 60 >/dev/null || bail_out "not current: $(cat "$work/agent.log")"
comes 20 state_is "$(of_issuer)" || bail_out 'the first list is not saved'
stop agent
start publisher publish_all_the_time

ok 'killed 100 times: always a whole list that was published, or none after a flush' \
	kills
diag "$(tail -n 1 "$work/kills.log")"

touch "$work/enough"
comes 20 ended publisher || bail_out 'the publisher does not end'
diag "$(wc -l <"$work/published") versions were published"

# --- the end

newest=$(of_issuer)
kernel_is() { [ "$(of_kernel)" = "$1" ]; }
run_agent
until_true 'at the end the newest list is in force' kernel_is "$newest"
until_true 'and saved' state_is "$newest"
is "$(find "$state" -name '*.incoming' -o -name '.latest.*')" '' 'nothing is left over'
stop agent
is $? 0 'the agent ends when told to'
ok 'the module is unloaded' unload_module
done_testing
