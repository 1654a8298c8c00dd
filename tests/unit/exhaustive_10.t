#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# every number told from every other, with keys of 10 bits
exec "${IDREVOKE_BUILD:?tests are run by make check}/tests/unit/exhaustive_10"
