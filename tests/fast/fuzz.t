#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# what fuzzing has found and kept, and a little more of it
# IDREVOKE_FUZZ_RUNS: how often each target runs
exec "${IDREVOKE_TOP:?tests are run by make check}/tests/fuzz/run" --check
