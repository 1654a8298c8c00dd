#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# every number at every hop, with keys of 16 bits
exec "${IDREVOKE_BUILD:?tests are run by make check}/tests/unit/exhaustive_16"
