#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# unloading while something is under way
guest_options='--timeout 900'
# shellcheck source=tests/lib/guest.sh
. "${IDREVOKE_TOP:?tests are run by make check}/tests/lib/guest.sh"
# Where everything takes its time, a shorter list is under way for as long.
case ${IDREVOKE_KERNEL:-debian} in
kcsan) listed=10000 ;;
*) listed=100000 ;;
esac
guest_program unload "$listed"
