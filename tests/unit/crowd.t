#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# numbers that no table of their key has places for
exec "${IDREVOKE_BUILD:?tests are run by make check}/tests/unit/crowd"
