#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# libidrevoke with many threads, processes, and modules that come and go
# shellcheck source=tests/lib/guest.sh
. "${IDREVOKE_TOP:?tests are run by make check}/tests/lib/guest.sh"
guest_program library_threads
