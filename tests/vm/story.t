#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What make run tells, asserted step by step; it boots its own machine.

exec "${IDREVOKE_TOP:?tests are run by make check}/scripts/story" --tap
