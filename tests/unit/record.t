#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# records, verdicts and digests
exec "${IDREVOKE_BUILD:?tests are run by make check}/tests/unit/record"
