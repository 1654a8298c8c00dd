#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# what a check writes
exec "${IDREVOKE_BUILD:?tests are run by make check}/tests/unit/readonly"
