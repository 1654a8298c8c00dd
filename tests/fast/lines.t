#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# lines and CSV: marks, ends, quotes, and what is wrong with them
exec "${IDREVOKE_BUILD:?tests are run by make check}/tests/fast/lines"
