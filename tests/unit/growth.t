#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# bytes and lines while a list grows, shrinks and turns over
exec "${IDREVOKE_BUILD:?tests are run by make check}/tests/unit/growth"
