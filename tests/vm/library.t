#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# libidrevoke, shared, on the real device; and the example of its header
# shellcheck source=tests/lib/guest.sh
. "${IDREVOKE_TOP:?tests are run by make check}/tests/lib/guest.sh"
guest_program library
