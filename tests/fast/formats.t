#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# numbers, dates, notes, latest and payloads, and every way to damage them
exec "${IDREVOKE_BUILD:?tests are run by make check}/tests/fast/formats"
