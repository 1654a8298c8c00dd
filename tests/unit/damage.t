#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# damaged memory, and verifications
exec "${IDREVOKE_BUILD:?tests are run by make check}/tests/unit/damage"
