#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# what a window does about a card, by the table in the library's header
accept=${IDREVOKE_BUILD:?tests are run by make check}/tests/fast/accept
exec "$accept" <"$IDREVOKE_TOP/include/idrevoke.h"
