#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# the list against a model, with time passing and commands in between
exec "${IDREVOKE_BUILD:?tests are run by make check}/tests/unit/list"
