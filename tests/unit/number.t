#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# numbers and dates as cards bear them
exec "${IDREVOKE_BUILD:?tests are run by make check}/tests/unit/number"
