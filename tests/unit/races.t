#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# everything at once, under ThreadSanitizer
exec "${IDREVOKE_BUILD:?tests are run by make check}/tests/unit/races"
