#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# checks while the list changes
exec "${IDREVOKE_BUILD:?tests are run by make check}/tests/unit/concurrent"
