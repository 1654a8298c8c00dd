#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# checks and changes between each other's steps
exec "${IDREVOKE_BUILD:?tests are run by make check}/tests/unit/interleaving"
