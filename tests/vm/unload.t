#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# unloading while something is under way
guest_options='--timeout 900'
# shellcheck source=tests/lib/guest.sh
. "${IDREVOKE_TOP:?tests are run by make check}/tests/lib/guest.sh"
guest_program unload
