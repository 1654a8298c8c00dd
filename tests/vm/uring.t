#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# the device's commands through io_uring
# shellcheck source=tests/lib/guest.sh
. "${IDREVOKE_TOP:?tests are run by make check}/tests/lib/guest.sh"
guest_program uring
