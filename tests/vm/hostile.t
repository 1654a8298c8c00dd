#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Bad feeds and bad disks, and what is in force in the kernel meanwhile; the table of
# what is tested where stands in fast/hostile.t.
# shellcheck disable=SC2317 # functions are called by name
# shellcheck source=tests/lib/guest.sh
. "${IDREVOKE_TOP:?tests are run by make check}/tests/lib/guest.sh"
# shellcheck source=tests/lib/hostile.sh
. "$IDREVOKE_TOP/tests/lib/hostile.sh"

unlisted=990000199001018887

load_module
issuer_and_server
disk agent size=256k
settings agent 'stall_timeout = 20;' 'connect_timeout = 20;'
run_agent agent

# current: the newest version is in force
current() {
	ctl wait --current --version "$version" --timeout "$patience" >/dev/null
}
# in_force: state and list in the kernel
in_force() {
	ctl status | awk '$1 ~ /^(state|epoch|version|count|digest)$/'
}
# verdict NUMBER
verdict() {
	ctl check <<<"$1" | sed 's/, version.*//'
}

happens 'the list is in force' current
happens 'and kept' follows
is "$(verdict "$unlisted")" CLEAR 'a card that is not listed: CLEAR'

# put_back: the feed is again what the issuer published
put_back() {
	cp "$1" "$store/feed/.latest"
	mv "$store/feed/.latest" "$store/feed/latest"
}

# refused CASE PATTERN: the agent says something of this pattern; what is in force, and
# what is kept, stays until the issuer goes on
refused() {
	local case=$1 pattern=$2 before held
	before=$(kept) held=$(in_force)
	mark
	forge "$case" >/dev/null || bail_out "forge $case"
	happens "$case: the agent says so" heard "$pattern"
	is "$(in_force)" "$held" "$case: the same list is in force"
	is "$(kept)" "$before" "$case: the same list is kept"
	good_latest
	news
	happens "$case: current again afterwards" current
	happens "$case: and kept" follows
}

list='(another list than latest names|is not the one that the payloads name)'
refused other-digest "$list"
refused other-count "$list"
refused wrong-digest "$list"
refused from-the-future '(ahead of|future)'

# --- older than what is in force

cp "$work/latest" "$work/older"
news
happens 'older version: a newer one is in force first' current
happens 'older version: and kept' follows
held=$(in_force)
mark
put_back "$work/older"
happens 'older version: the agent says so' heard 'older version'
is "$(in_force)" "$held" 'older version: the same list is in force'
ok 'older version: the same list is kept' follows
good_latest

# --- a delta that removes what is not there: what results is what was signed

before=$(in_force)
version=$(forge removes-nothing)
happens 'removal of what is not listed: in force' current
is "$(in_force | grep -v version)" "$(grep -v version <<<"$before")" \
	'removal of what is not listed: the list is the same'
good_latest
version=$((version - 1))
news
news
happens 'removal of what is not listed: current again afterwards' current

# --- no longer valid

mark
forge expired >/dev/null
stale() {
	[[ $(in_force) =~ STALE ]]
}
happens 'expired: the list is STALE' stale
happens 'expired: the agent says so' heard '/latest: .*expired'
is "$(verdict "$unlisted")" 'UNKNOWN (STALE) STALE' 'expired: a card that is not listed is not CLEAR'
good_latest
news
news
happens 'expired: current again afterwards' current
is "$(verdict "$unlisted")" CLEAR 'expired: CLEAR again'
happens 'expired: and kept' follows

# --- disks

fill agent
before=$(kept)
mark
news
happens 'full disk: the list is in force all the same' current
happens 'full disk: the agent says so' heard "$work/agent: .*No space left on device"
is "$(kept)" "$before" 'full disk: the last good list stays'
unfill agent
happens 'full disk: kept when there is room' follows

before=$(kept)
mount -o remount,ro "$work/agent"
mark
news
happens 'read-only disk: the list is in force all the same' current
happens 'read-only disk: the agent says so' heard "$work/agent: .*Read-only file system"
is "$(kept)" "$before" 'read-only disk: the last good list stays'
mount -o remount,rw "$work/agent"
happens 'read-only disk: kept when it can be written to' follows

# --- the module is loaded again while what was saved is damaged and no server is there

stop server
flip "$(find "$work/agent/snapshot" -name '*.zst')"
mark
unload_module
load_module
happens 'damaged snapshot: the agent says so' heard 'snapshot/.*: the payload has another SHA-256'
is "$(verdict "$unlisted")" 'UNKNOWN (NOT_READY)' 'damaged snapshot: no card is CLEAR'
start server "$hostile/server" "$store/feed" "$work/rules" "$work/good.pem" "$port"
happens 'damaged snapshot: current when the server is back' current
happens 'damaged snapshot: and kept' follows

stop server
flip "$(find "$work/agent/snapshot" -name '*.zst')"
mount -o remount,ro "$work/agent"
mark
unload_module
load_module
happens 'damaged snapshot that stays: the agent says so' heard 'snapshot/.*: the payload has another SHA-256'
start server "$hostile/server" "$store/feed" "$work/rules" "$work/good.pem" "$port"
happens 'damaged snapshot that stays: current when the server is back' current
mount -o remount,rw "$work/agent"
news
happens 'damaged snapshot that stays: kept when the disk can be written to' follows
is "$(tail -c "+$((heard_from + 1))" "$work/agent.log" | grep -c SHA-256)" 1 \
	'damaged snapshot that stays: said once'

ok 'the agent is still the same process' kill -0 "${process[agent]}"
is "$(grep -l "$card" "$work"/*.log)" '' 'no card number in what was said'
stop agent
is $? 0 'the agent ends when told to'

# --- the same with a disk that cannot be read

unreadable_agent() {
	exec strace -D -f --seccomp-bpf -qq -o "$work/calls" -P "$1" -e trace=read \
		-e inject=read:error=EIO "$tools/idrevoked/idrevoked" -c "$work/agent.conf"
}
stop server
unload_module
load_module
snapshot=$(find "$work/agent/snapshot" -name '*.zst')
start agent unreadable_agent "$snapshot"
happens 'unreadable snapshot: the agent says so' said agent 'snapshot/.*: the payload cannot be read'
is "$(verdict "$unlisted")" 'UNKNOWN (NOT_READY)' 'unreadable snapshot: no card is CLEAR'
ok 'unreadable snapshot: it stays, since it may be read some day' test -e "$snapshot"
start server "$hostile/server" "$store/feed" "$work/rules" "$work/good.pem" "$port"
happens 'unreadable snapshot: current when the server is back' current
stop agent
ok 'the module can be unloaded' unload_module
done_testing
