#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# every refusal of the device
# shellcheck source=tests/lib/guest.sh
. "${IDREVOKE_TOP:?tests are run by make check}/tests/lib/guest.sh"
guest_program device
