#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# the budget of listed answers
# shellcheck source=tests/lib/guest.sh
. "${IDREVOKE_TOP:?tests are run by make check}/tests/lib/guest.sh"
guest_program budget
