#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# no memory, and signals, at every point
exec "${IDREVOKE_BUILD:?tests are run by make check}/tests/unit/allocation"
