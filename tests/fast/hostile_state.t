#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Bad disks and bad state directories; hostile.t has the table of what is tested
# where. Runs in a mount namespace of its own, for the disks are file systems in
# memory.
# shellcheck disable=SC2317 # functions are called by name
: "${IDREVOKE_TOP:?tests are run by make check}"
if [ -z "${HOSTILE_NAMESPACE-}" ]; then
	HOSTILE_NAMESPACE='--mount'
	[ "$(id -u)" -eq 0 ] || HOSTILE_NAMESPACE='--mount --user --map-root-user'
	export HOSTILE_NAMESPACE
	# shellcheck disable=SC2086 # a list of words
	exec unshare $HOSTILE_NAMESPACE "$0" "$@"
fi
# shellcheck source=tests/lib/tap.sh
. "$IDREVOKE_TOP/tests/lib/tap.sh"
# shellcheck source=tests/lib/hostile.sh
. "$IDREVOKE_TOP/tests/lib/hostile.sh"

issuer_and_server

manifest() {
	(cd "$work/$1" && find . -type f -exec sha256sum {} + | sort)
}
# refuses NAME STATUS PATTERN TEXT: an agent ends at once, and says why
refuses() {
	local name=$1 want=$2 pattern=$3 text=$4 said status=0
	said=$(timeout 20 "$tools/idrevoked/idrevoked" -c "$work/$name.conf" 2>&1) || status=$?
	is "$status" "$want" "$text: the agent does not start"
	like "$said" "$pattern" "$text: it says so"
}

# --- a disk that is full

disk agent size=256k
settings agent
run_agent agent
happens 'the list comes' follows
before=$(kept)
fill agent
mark
news
happens 'full disk: it says so' heard "$work/agent: .*No space left on device"
is "$(kept)" "$before" 'full disk: the last good list stays'
unfill agent
happens 'full disk: current again when there is room' follows
happens 'full disk: it says that, too' heard "$work/agent: the list is saved again"

disk empty size=256k
fill empty
settings empty
heard_from=0
run_agent empty
happens 'full disk, no list yet: it says so' heard "$work/empty: .*No space left on device" empty
unfill empty
happens 'full disk, no list yet: current when there is room' follows empty
stop empty

# --- a disk that cannot be written to

before=$(kept)
mount -o remount,ro "$work/agent" || bail_out 'no disk to read only'
mark
news
happens 'read-only disk: it says so' heard "$work/agent: .*Read-only file system"
is "$(kept)" "$before" 'read-only disk: the last good list stays'
stop agent
mark
run_agent agent
happens 'read-only disk: it starts with what was saved' heard 'version [0-9]+ was saved'
happens 'read-only disk, after a restart: it says so' heard "$work/agent: .*Read-only file system"
mount -o remount,rw "$work/agent"
happens 'read-only disk: current again when it can be written to' follows

disk frozen size=256k,ro
settings frozen
heard_from=0
run_agent frozen
happens 'read-only disk, nothing on it: it says so' heard "$work/frozen: " frozen
mount -o remount,rw "$work/frozen"
happens 'read-only disk, nothing on it: current when it can be written to' follows frozen
stop frozen

# --- a second agent

settings second "state = \"$work/agent\";"
refuses second 1 "$work/agent: cannot use this state directory: another idrevoked uses it" 'a second agent'

# --- the state directory of another feed

feed init --store "$work/other_store" --name other.example >"$work/other_key" ||
	bail_out 'no other store'
feed publish --store "$work/other_store" >/dev/null || bail_out 'no other feed'
ln -s "$work/other_store/feed" "$store/feed/other"
other_key=$(cat "$work/other_key")
stop agent
before=$(manifest agent)
cp "$work/agent.conf" "$work/right.conf"
settings agent "root_key = \"$other_key\";"
refuses agent 1 "$work/agent: .*test\+[0-9a-f]{8}.*other.example\+[0-9a-f]{8}" 'another root_key'
is "$(manifest agent)" "$before" 'another root_key: the last good list stays'
settings agent "root_key = \"$other_key\";" "url = \"https://127.0.0.1:$port/other/\";"
refuses agent 1 "$work/agent: .*test\+[0-9a-f]{8}.*other.example\+[0-9a-f]{8}" 'another feed'
is "$(manifest agent)" "$before" 'another feed: the last good list stays'
settings agent
mark
run_agent agent
happens 'the right feed again: it starts with what was saved' heard "version $version was saved"
settings agent "root_key = \"$other_key\";" "url = \"https://127.0.0.1:$port/other/\";"
mark
kill -HUP "${process[agent]}"
happens 'another feed on SIGHUP: it says so' heard 'the configuration stays as it was'
is "$(manifest agent)" "$before" 'another feed on SIGHUP: the last good list stays'
settings agent
news
happens 'another feed on SIGHUP: the right one goes on' follows
stop agent

# --- what is no directory, or not ours

settings file
: >"$work/file"
refuses file 1 "$work/file: cannot use this state directory: Not a directory" 'a file'
settings loop
ln -s loop "$work/loop"
refuses loop 1 "$work/loop: cannot use this state directory: Too many levels" 'a link to itself'
settings nowhere "state = \"$work/no/where\";"
refuses nowhere 1 "$work/no/where: cannot use this state directory: No such file" \
	'no directory above it'
settings link
ln -s agent "$work/link"
run_agent link
happens 'a link to a state directory: it is used' follows link
stop link

# Root may do anything to its directories, so somebody else has to try.
if [ "$HOSTILE_NAMESPACE" = --mount ]; then
	chmod 711 "$work"
	cp "$tools/idrevoked/idrevoked" "$work/program"
	chmod 644 "$work/ca.crt"
	mkdir -m 755 "$work/foreign"
	settings foreign
	as_somebody=(setpriv --reuid 65534 --regid 65534 --clear-groups)
else
	cp "$tools/idrevoked/idrevoked" "$work/program"
	settings foreign 'state = "/root";'
	as_somebody=()
fi
said=$(timeout 20 "${as_somebody[@]}" "$work/program" -c "$work/foreign.conf" 2>&1)
is $? 1 "somebody else's directory: the agent does not start"
like "$said" ': cannot use this state directory: (Operation not permitted|Permission denied)' \
	"somebody else's directory: it says so"

# --- damage

# damaged TEXT PATTERN COMMAND...: the command damages what is saved; the agent says
# something of the pattern, and gets what it lacks
damaged() {
	local text=$1 pattern=$2
	shift 2
	mark
	"$@" || bail_out "$*"
	run_agent agent
	news
	happens "$text: it says so" heard "$pattern"
	happens "$text: current again" follows
	memory_bounded "$text"
	stop agent
}
saved_snapshot() {
	find "$work/agent/snapshot" -name '*.zst'
}
flip_snapshot() { flip "$(saved_snapshot)"; }
cut_snapshot() { truncate -s 100 "$(saved_snapshot)"; }
remove_snapshot() { rm "$(saved_snapshot)"; }

unused="$work/agent: the saved list is not used: "
damaged 'latest with a flipped bit' "${unused}a signature is wrong" flip "$work/agent/latest"
for change in '— test /— tesu ' '\(test .\)./\1~' 'test ./test Z'; do
	damaged "a damaged signature: $change" "${unused}not signed by the key that counts" \
		sed -i "/^— /s/$change/" "$work/agent/latest"
done
damaged 'an empty latest' "${unused}not a signed note" truncate -s 0 "$work/agent/latest"
damaged 'an enormous latest' "${unused}File too large" truncate -s 1G "$work/agent/latest"
damaged 'a snapshot with a flipped bit' 'snapshot/.*: the payload has another SHA-256' flip_snapshot
damaged 'a snapshot cut short' 'snapshot/.*: the payload is not as long' cut_snapshot
damaged 'no snapshot' "version [0-9]+ was saved" remove_snapshot

# What cannot be read is not thrown away either.
mv "$work/agent/latest" "$work/moved"
mkdir "$work/agent/latest"
mark
run_agent agent
happens 'latest is a directory: it says so' heard "${unused}Is a directory"
happens 'latest is a directory: it says that it cannot be replaced' heard \
	"$work/agent: cannot save the list: Is a directory"
rmdir "$work/agent/latest"
happens 'latest is a directory: current when it is gone' follows
stop agent

# --- what a crash has left

touch "$work/agent/.latest.4711" "$work/agent/snapshot/1-ab.zst.incoming" "$work/agent/notes"
run_agent agent
news
happens 'left-over files: current' follows
ok 'left-over files: they are gone' test ! -e "$work/agent/.latest.4711" -a \
	! -e "$work/agent/snapshot/1-ab.zst.incoming"
ok 'somebody else'\''s file stays' test -e "$work/agent/notes"
stop agent
is $? 0 'the agent ends when told to'
is "$(grep -l "$card" "$work"/*.log)" '' 'no card number in what was said'
done_testing
