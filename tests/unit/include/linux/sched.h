/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <linux/kernel.h>

/* May call what a test has set: kernel/stub.h. */
void cond_resched(void);
