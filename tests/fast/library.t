#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# libidrevoke without the kernel's device
exec "${IDREVOKE_BUILD:?tests are run by make check}/tests/fast/library"
