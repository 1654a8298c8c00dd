#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What the agent makes of a state directory that is damaged, or not its own, and what it
# does not let into it
# shellcheck disable=SC2317 # functions are called by name
# shellcheck source=tests/lib/tap.sh
. "${IDREVOKE_TOP:?tests are run by make check}/tests/lib/tap.sh"
# shellcheck source=tests/lib/gateway.sh
. "$IDREVOKE_TOP/tests/lib/gateway.sh"

card=110101199003078881

# again: as after a restart
again() {
	[ -z "${process[agent]-}" ] || stop agent
	rm -f "$work/agent.log"
	run_agent
}

# with CALLS WHAT: starts the agent, to which that happens at a call
injected() {
	exec strace -D -f -qq -o /dev/null -P "$state" -P "$state/latest" -e "trace=$1" \
		-e "inject=$1:$2" "$agent/idrevoked/idrevoked" -c "$work/conf"
}
with() {
	[ -z "${process[agent]-}" ] || stop agent
	rm -f "$work/agent.log"
	start agent injected "$@"
}

issuer 1000 --valid-for 86400 --confirm-every 86400
serve

# --- whose directory it is

mkdir -m 755 "$state"
echo mine >"$state/letter"
exits 1 "somebody's directory is refused" timeout 20 "$agent/idrevoked/idrevoked" -c "$work/conf"
idrevoked -c "$work/conf" 2>"$work/said" &
wait $!
like "$(cat "$work/said")" "$state: cannot use this state directory: Directory not empty" 'which says why'
is "$(stat -c %a "$state") $(ls "$state") $(cat "$state/letter")" '755 letter mine' 'and is as it was'
rm -r "$state"

# --- a disk on which there is no room even for a directory

with mkdir error=ENOSPC:when=1..3
until_true 'no room for the directory: it says so' said agent \
	'cannot make this state directory: No space left on device; trying again'
until_true 'and that the list is not saved' said agent 'cannot save the list: No space left on device'
until_true 'the list is saved when there is room' state_is "$(of_issuer)"
ok 'which it says, too' said agent 'the list is saved again'

# --- what was saved cannot be read: then what is newer is not known

stop agent
before=$(of_state)
publish report "$card" --lost >/dev/null
with openat error=EIO:when=4+
until_true 'latest cannot be read: it says so' said agent \
	'the saved list cannot be read: Input/output error; trying again'
ok 'and nothing else is begun' test -z "$(grep -v 'cannot be read' "$work/agent.log")"
kill -HUP "${process[agent]}"
until_true 'a reload' said agent 'the configuration was read again'
said_twice() { [ "$(grep -c 'cannot be read' "$work/agent.log")" -ge 2 ]; }
until_true 'after which it says so again' said_twice
ok 'does not begin it either' test -z "$(grep -vE 'cannot be read|was read again' "$work/agent.log")"
is "$(of_state)" "$before" 'the last good list stays'
again
until_true 'it can be read again: current' state_is "$(of_issuer)"

# --- damage

before=$(of_state)
stop agent
printf X | dd of="$state/latest" bs=1 seek=100 conv=notrunc status=none
again
until_true 'latest is damaged: it says so' said agent 'the saved list is not used: a signature is wrong'
until_true 'and gets another' state_is "$before"
ok 'the damaged one is set aside' test -e "$state/latest.unusable"

# The statement of the issuer is the same as before: nothing new makes it look.
damaged=$(find "$state/snapshot" -type f)
printf X | dd of="$damaged" bs=1 seek=1000 conv=notrunc status=none
exits 4 'a snapshot is damaged' ctl verify --state "$state" --key "$vkey"
again
until_true 'it is noticed in an idle moment' said agent \
	'snapshot/.*: the payload has another SHA-256 than latest says; it will be fetched again'
until_true 'and fetched again' state_is "$before"

stop agent
damaged=$(find "$state/delta" -type f)
: >"$damaged"
again
until_true 'so is a delta' state_is "$before"
stop agent
rm "$damaged"
again
until_true 'and one that is missing' state_is "$before"

# --- a list that the issuer signed, and that is not what it says

before=$(of_state)
ok 'the issuer signs a snapshot with a mistake' "$IDREVOKE_BUILD/tests/fast/spoil" "$work/store"
until_true 'it is noticed when it is counted' said agent 'its files do not make up its list; waiting for another'
is "$(of_state)" "$before" 'the last good list stays'
publish withdraw "$card" >/dev/null
until_true 'the issuer goes on with a right one: current' state_is "$(of_issuer)"
is "$(state_files | grep -c zst)" 3 'with nothing else in the directory'
is "$(grep -c 'waiting for another' "$work/agent.log")" 1 'the mistake was said once'

# --- what a power cut must not leave half done

traced() {
	exec strace -D -f -qq -y -o "$work/calls" -e trace=fsync,renameat \
		"$agent/idrevoked/idrevoked" -c "$work/conf"
}
# renamed: what got its name, and how many were not on the disk by then
renamed() {
	awk -F '[<>"]' '/fsync\(.*= 0$/ { synced[$2] = 1 }
		/renameat\(.*= 0$/ {
			sub("/.*", "", $8)
			names = names " " $8
			unsafe += !(($2 "/" $4) in synced)
		}
		END { print names, unsafe + 0 }' "$work/calls"
}
stop agent
publish report "$card" --lost >/dev/null
start agent traced
until_true 'a change is saved' state_is "$(of_issuer)"
is "$(renamed)" ' delta latest 0' 'each file is on the disk before it gets its name'

stop agent
is $? 0 'the agent ends when told to'
stop server
done_testing
