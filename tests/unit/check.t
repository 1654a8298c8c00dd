#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# verdicts, flags and budgets
exec "${IDREVOKE_BUILD:?tests are run by make check}/tests/unit/check"
