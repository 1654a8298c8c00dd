#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Right and mutated netlink messages and device calls, against a model:
# IDREVOKE_FUZZ_CALLS of them (0: without end); IDREVOKE_SEED replays a run.
# shellcheck source=tests/lib/guest.sh
. "${IDREVOKE_TOP:?tests are run by make check}/tests/lib/guest.sh"
# Some ten seconds.
case ${IDREVOKE_KERNEL:-debian} in
uml) calls=50000 ;;
kasan | kcsan) calls=4000 ;;
*) calls=20000 ;;
esac
export IDREVOKE_FUZZ_CALLS="${IDREVOKE_FUZZ_CALLS:-$calls}"
guest_program fuzz "$IDREVOKE_TOP/tests/vm/fuzz.corpus"
