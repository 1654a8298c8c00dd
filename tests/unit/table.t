#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# the table against an array
exec "${IDREVOKE_BUILD:?tests are run by make check}/tests/unit/table"
