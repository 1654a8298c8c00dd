#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The module is loaded and unloaded many times while the agent is connected and fills it
# shellcheck disable=SC2317 # functions are called by name
guest_options='--timeout 1200'

# IDREVOKE_RELOADS: how many times
rounds=${IDREVOKE_RELOADS:-200}

# shellcheck source=tests/lib/guest.sh
. "${IDREVOKE_TOP:?tests are run by make check}/tests/lib/guest.sh"
# shellcheck source=tests/lib/gateway.sh
. "$IDREVOKE_TOP/tests/lib/gateway.sh"

issuer 5000 --confirm-every 3600 --valid-for 86400
serve
run_agent
until_true 'the agent has the list' state_is "$(of_issuer)"

reload() { "$IDREVOKE_BUILD/tests/vm/reload" "$rounds" >"$work/reload.log"; }
ok "loaded, filled and unloaded $rounds times, and nothing is left" reload
sed 's/^/# /' "$work/reload.log"
ok 'the agent has been there all the time' runs agent
noticed() { [ "$(grep -c 'idrevoke was unloaded' "$work/agent.log")" -eq "$rounds" ]; }
until_true 'and has noticed each time' noticed

load_module confirm_interval=3600
ok 'in the end the list is in force' ctl wait --current --timeout 60
is "$(of_kernel)" "$(of_issuer)" 'issuer and kernel count the same'
stop agent
is $? 0 'the agent ends when told to'
ok 'the module is unloaded' unload_module
done_testing
