#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# random changes of all kinds under continuous checks, each answer judged by a model
guest_options='--timeout 1200'
# shellcheck source=tests/lib/guest.sh
. "${IDREVOKE_TOP:?tests are run by make check}/tests/lib/guest.sh"
guest_program oracle
