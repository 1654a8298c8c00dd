#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# idrevoked and idrevokectl where there is no module: configuration, usage, and a
# list that is fetched from a real server and kept while the module is awaited
# shellcheck source=tests/lib/tap.sh
. "${IDREVOKE_TOP:?tests are run by make check}/tests/lib/tap.sh"

agent=$IDREVOKE_BUILD/agent
work=$(mktemp -d)
processes=()

clean_up() {
	local process
	for process in "${processes[@]}"; do
		kill "$process" 2>/dev/null
		wait "$process" 2>/dev/null
	done
	rm -rf "$work"
}
trap clean_up EXIT

idrevoked() { "$agent/idrevoked/idrevoked" "$@"; }
ctl() { "$agent/idrevokectl/idrevokectl" "$@"; }

# --- usage

exits 0 'idrevoked --help' idrevoked --help
exits 2 'idrevoked with an unknown option' idrevoked --nonsense
exits 2 'idrevoked with an argument' idrevoked nonsense
exits 0 'idrevokectl --help' ctl --help
exits 0 'idrevokectl check --help' ctl check --help
exits 2 'idrevokectl without a command' ctl
exits 2 'idrevokectl with an unknown command' ctl nonsense
exits 2 'check with an unknown option' ctl check --nonsense
exits 2 'check with a number on the command line' ctl check 110101199003078881
exits 2 'check with half a date' ctl check --start 2019
exits 2 'check with an unknown consistency' ctl check --consistency smell
exits 2 'check without a number' ctl check </dev/null
exits 2 'wait without --current' ctl wait
exits 2 'wait with a bad time' ctl wait --current --timeout soon
exits 2 'verify with a directory but no key' ctl verify --state "$work"
exits 2 'verify with a bad key' ctl verify --state "$work" --key nonsense
exits 2 'status with an argument' ctl status nonsense

check_without_device() {
	echo 110101199003078881 | ctl check --device "$work/nothing"
}
exits 4 'check without a device' check_without_device
# shellcheck disable=SC2312 # its status was looked at
like "$(check_without_device 2>&1)" 'is the kernel module idrevoke loaded' 'which says why'
check_other_device() {
	echo 110101199003078881 | ctl check --device /dev/null
}
exits 4 'check on another device' check_other_device
if [ ! -e /sys/module/idrevoke ]; then
	exits 4 'status without the module' ctl status
	exits 4 'verify without the module' ctl verify
	exits 3 'wait that is not fulfilled in time' ctl wait --current --timeout 0
fi

# --- configuration

# config LINE...: a file with these lines
config() {
	printf '%s\n' "$@" >"$work/conf"
}
# refused NAME PATTERN LINE...: a file with these lines is refused with this text
refused() {
	local name=$1 pattern=$2 said status=0
	shift 2
	config "$@"
	said=$(idrevoked -t -c "$work/conf" 2>&1) || status=$?
	is "$status" 1 "$name"
	like "$said" "$pattern" "$name: it says where"
}

url='url = "https://localhost:1/feed";'
# The key of an example in the specification of signed notes.
key='root_key = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";'

config "$url" "$key"
exits 0 'a short configuration' idrevoked -t -c "$work/conf"
config "$url" "$key" 'wait = 30;' 'poll = 5;' 'connect_timeout = 3;' "state = \"$work/state\";"
exits 0 'a long one' idrevoked -t -c "$work/conf"
ok 'a test makes no state directory' test ! -e "$work/state"
exits 1 'a file that is not there' idrevoked -t -c "$work/nothing"
refused 'a typing error' 'conf:3: there is no setting sate' "$url" "$key" 'sate = "/x";'
refused 'a syntax error' 'conf:3: syntax error' "$url" "$key" 'wait = ;'
refused 'no url' 'the setting url is missing' "$key"
refused 'no key' 'the setting root_key is missing' "$url"
refused 'a bad key' 'conf:2: root_key is no verifier key' "$url" 'root_key = "x";'
refused 'another scheme' 'conf:1: url must begin with https://' 'url = "http://x/";' "$key"
refused 'a number as a text' 'conf:3: wait must be a number' "$url" "$key" 'wait = "9";'
refused 'a number too large' 'conf:3: wait must be a number from 1 to 3600' "$url" "$key" 'wait = 3601;'
refused 'a text as a number' 'conf:3: state must be a text' "$url" "$key" 'state = 1;'
refused 'a CA file that is not there' 'conf:3: ca: cannot read' "$url" "$key" "ca = \"$work/no\";"

. "$IDREVOKE_TOP/tests/fast/agent_feed.sh"
done_testing
