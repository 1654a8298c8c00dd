#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A kernel that does not take, or does not hold, what the issuer has: idrevoked says
# so, changes nothing, and goes on when it can.
# shellcheck source=tests/lib/guest.sh disable=SC2317 # functions are called by name
. "${IDREVOKE_TOP:?tests are run by make check}/tests/lib/guest.sh"
# shellcheck source=tests/lib/agent.sh
. "$IDREVOKE_TOP/tests/lib/agent.sh"
patience=60 # machines are emulated, and may be busy

card=110101199003078881
# What a kernel holds that another agent had filled: nine numbers.
other_list() {
	"$IDREVOKE_BUILD/tests/vm/ctl" list "$1" 3600
}
list_is() {
	ctl status | tr -s ' ' | grep -E '^(version|count) ' | paste -sd ' ' | grep -qxF "version $1 count $2"
}
run_agent() {
	exec "$agent/idrevoked/idrevoked" -c "$work/conf"
}

make_issuer 1000
start_issuer
settings conf

load_module
ok 'a list of the same version, with other records' other_list 1
start one run_agent
happens 'idrevoked says so' said one 'version 1 of the feed: the kernel holds another list under this version'
ok 'and leaves it' list_is 1 9
ok 'a report' event report "$card" --lost
happens 'but the next version is put in force, as a whole' list_is 2 1001
like "$(cat "$work/one.log")" 'version 2 is in force: 1001 numbers .snapshot' 'since no delta starts from the other list'

ok 'a list of a later version' other_list 7
ok 'another report' event report 110101199003070011 --lost
happens 'idrevoked says so' said one 'version 3 of the feed: the kernel has had a newer one, and takes no older'
ok 'and leaves it' list_is 7 9
stop one
is $? 0 'it ends well'
unload_module

load_module max_entries=500
start two run_agent
happens 'a list that is too long is refused' said two \
	'the kernel refused the snapshot to version 3: more records than max_entries'
like "$(ctl status | tr -s ' ')" 'state NOT_READY' 'and no list is in force'
echo 2000 >/sys/module/idrevoke/parameters/max_entries
happens 'it is tried again, and put in force' list_is 3 1002
exits 0 'and is what the issuer has' ctl verify --kernel --state "$work/state" --key "$vkey"

# Only latest is published of the next version, not what it names.
cp -r "$work/store" "$work/next"
feed report --store "$work/next" --by test --why test --publish --lost <<<110101199003070038 >/dev/null
cp "$work/next/feed/latest" "$work/store/feed/.latest"
mv "$work/store/feed/.latest" "$work/store/feed/latest"
happens 'a version whose files are missing is told' said two 'delta/.*404'
unload_module
happens 'the module goes' said two 'the kernel module idrevoke was unloaded'
load_module
happens 'and comes again: it gets the list that was saved' list_is 3 1002
cp "$work/next/feed/delta"/3-4-* "$work/store/feed/delta/"
happens 'and the newest when that can be had' list_is 4 1003
stop two
is $? 0 'it ends well'
done_testing
