#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The agent's state directory: killed at each call that changes it, and at each call
# in turn given an error. Killed before a call is killed after the one before it.
# shellcheck disable=SC2317 # functions are called by name
# shellcheck source=tests/lib/tap.sh
. "${IDREVOKE_TOP:?tests are run by make check}/tests/lib/tap.sh"
# shellcheck source=tests/lib/gateway.sh
. "$IDREVOKE_TOP/tests/lib/gateway.sh"

card=110101199003078881

# --- an old state and a new one that needs none of its files

# Statements are not renewed meanwhile, so that every run makes the same calls.
issuer 1000 --valid-for 86400 --confirm-every 86400
serve
publish report "$card" --lost >/dev/null || bail_out 'no report'
old=$(of_issuer)
run_agent
comes 20 state_is "$old" || bail_out "no state: $(cat "$work/agent.log")"
stop agent
mv "$state" "$work/old_state"
is "$(find "$work/old_state" -type f | wc -l)" 3 'the old state: latest, a snapshot, a delta'

# After so many deltas a new snapshot is due.
snapshots() { find "$work/store/feed/snapshot" -type f | wc -l; }
while [ "$(snapshots)" -lt 2 ]; do
	publish withdraw "$card"
	publish report "$card" --lost
done >/dev/null
publish withdraw "$card" >/dev/null || bail_out 'no withdrawal'
new=$(of_issuer)
run_agent
comes 20 state_is "$new" || bail_out "no state: $(cat "$work/agent.log")"
stop agent
new_files=$(state_files)
is "$(wc -l <<<"$new_files")" 3 'the new state: latest, a snapshot, a delta'
is "$(cd "$work/old_state" && find . -type f | sort | comm -12 - <(echo "$new_files"))" ./latest \
	'they have no payload in common'

# Of these, whatever concerns the state directory is looked at. Counted each by itself.
calls='mkdir mkdirat openat fallocate write sendfile sync_file_range fsync renameat fchmod unlinkat'

paths=(-P "$state" -P "$state/snapshot" -P "$state/delta" -P "$state/latest")
for file in $(cd "$work/old_state" && find . -type f -path '*/*.zst') $(grep zst <<<"$new_files"); do
	paths+=(-P "$state/${file#./}" -P "$state/${file#./}.incoming")
done

# injected CALL WHAT: the agent, to which that happens at a call
# With -D it keeps the process id of this shell, which is part of a name.
injected() {
	: >"$work/trace"
	exec strace -D -f -qq -o "$work/trace" "${paths[@]}" -P "$state/.latest.$BASHPID" \
		-e "trace=$1" -e "inject=$1:$2" "$agent/idrevoked/idrevoked" -c "$work/conf"
}

# begin none|old: the state directory before a run
begin() {
	rm -rf "$state"
	[ "$1" = none ] || cp -a "$work/old_state" "$state"
	rm -f "$work/agent.log"
}

# all_done: the new version is saved, and nothing else is left
all_done() { state_is "$new" && [ "$(state_files)" = "$new_files" ]; }
ended() { ! runs agent || all_done; }

# settle: waits until the agent under test has come to its end, one way or the other
settle() { comes 20 ended; }

# How many files and directories are opened until what was saved is known.
begin old
start agent injected openat delay_enter=1
comes 20 all_done
stop agent
opened=$(grep -n '"latest", O_RDONLY' "$work/trace" | cut -d: -f1)

# killed none|old CALL N: whether the agent was killed there
killed() {
	begin "$1"
	start agent injected "$2" "signal=SIGKILL:when=$3"
	settle || diag "neither killed nor done: $2 $3: $(cat "$work/agent.log")"
	stop agent
	[ $? -eq 137 ]
}

# What the state directory is found to be: old, new, none, or what is wrong.
found() {
	local text
	text=$(ctl verify --state "$state" --key "$vkey" 2>&1)
	case $(three <<<"$text") in
	"$old") echo old ;;
	"$new") echo new ;;
	*)
		if [ ! -e "$state" ] || [[ $text == *'there is no latest' && ! -e $state/latest ]]; then
			echo none
		else
			echo "$text"
		fi
		;;
	esac
}

# recovers: an agent that is started now brings everything up to date
recovers() {
	local status=0
	run_agent
	comes 20 all_done || status=1
	stop agent
	return "$status"
}

# kills none|old NAME: goes through all kill points
kills() {
	local before=$1 name=$2 call n points=0 wrong=''
	declare -A seen=()
	for call in $calls; do
		n=1
		while killed "$before" "$call" "$n"; do
			points=$((points + 1))
			now=$(found)
			seen[$now]=$((${seen[$now]:-0} + 1))
			[ "$now" = "$before" ] || [ "$now" = new ] ||
				wrong+="$call $n: $now"$'\n'
			recovers || wrong+="$call $n: not current again: $(cat "$work/agent.log")"$'\n'
			n=$((n + 1))
		done
	done
	is "$wrong" '' "$name: killed at each of $points calls ($before ${seen[$before]:-0}, new ${seen[new]:-0} times)"
	ok "$name: of every kind" test "$points" -ge 20 -a "${seen[$before]:-0}" -gt 0 -a "${seen[new]:-0}" -gt 0
}

kills none 'first list'
kills old 'another list'

# --- errors

# suffers CALL N ERROR: the agent survives it, says so, and the new list is saved;
# false if there is no such call
suffers() {
	local call=$1 n=$2 error=$3 status
	begin old
	start agent injected "$call" "error=$error:when=$n"
	settle || wrong+="$call $n $error: neither ended nor done: $(cat "$work/agent.log")"$'\n'
	grep -q INJECTED "$work/trace" || { stop agent; return 1; }
	if all_done; then
		runs agent || wrong+="$call $n $error: has ended"$'\n'
		stop agent
	else
		stop agent
		status=$?
		# Only that the directory is not ours to use is a reason not to start.
		[ "$status" -eq 1 ] || wrong+="$call $n $error: status $status: $(cat "$work/agent.log")"$'\n'
		[ "$(found)" = old ] || wrong+="$call $n $error: $(found)"$'\n'
	fi
	# Until then it is tried again at once, or only to tidy up.
	[ "$call" = openat ] && [ "$n" -lt "$opened" ] && return
	said agent 'No space left|Input/output error' ||
		wrong+="$call $n $error: not said: $(cat "$work/agent.log")"$'\n'
}

wrong='' points=0
for call in openat fallocate write sendfile sync_file_range fsync renameat fchmod unlinkat; do
	for error in ENOSPC EIO; do
		n=1
		# That the directory's parent is on the disk is made sure of first, if it can be.
		while suffers "$call" "$n" "$error"; do
			points=$((points + 1))
			n=$((n + 1))
		done
	done
done
is "$wrong" '' "an error at each of $points calls"
ok 'errors of every kind' test "$points" -ge 30

# lasting NAME CALLS WHAT: as long as it lasts the old list stays; then the new one is saved
lasting() {
	local name=$1
	begin old
	start agent injected "$2" "$3"
	until_true "$name: said once" said agent 'cannot save the list: .*; trying again'
	is "$(found)" old "$name: the last good list stays"
	ok "$name: the agent goes on" runs agent
	stop agent
	is "$(grep -c 'cannot save the list' "$work/agent.log")" 1 "$name: and only once"
	ok "$name: saved when it is over" recovers
}
lasting 'a full disk' write,sendfile,fallocate error=ENOSPC
lasting 'a broken disk' fsync error=EIO
lasting 'a disk that turned read-only' openat "error=EROFS:when=$((opened + 1))+"

stop server
done_testing
