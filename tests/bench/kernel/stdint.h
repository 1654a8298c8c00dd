/* SPDX-License-Identifier: GPL-2.0 */
/* For tests/bench/lib/numbers.h: the kernel has these types elsewhere. */
#include <linux/types.h>
