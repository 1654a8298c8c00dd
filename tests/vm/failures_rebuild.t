#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# whatever can fail in a rebuild in the background fails once
# shellcheck source=tests/lib/guest.sh
. "${IDREVOKE_TOP:?tests are run by make check}/tests/lib/guest.sh"
guest_program failures_rebuild
