/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Clocks that a test sets: kernel/stub.h. */
#ifndef _STUB_LINUX_KTIME_H
#define _STUB_LINUX_KTIME_H

#include <time.h>
#include <linux/kernel.h>

#define NSEC_PER_SEC		1000000000L
#define NSEC_PER_MSEC		1000000L
#define TICK_NSEC		4000000L

u64 ktime_get_boottime_ns(void);
u64 ktime_get_coarse_boottime_ns(void);
u64 ktime_get_real_ns(void);

static inline ktime_t ns_to_ktime(u64 ns)
{
	return ns;
}

#endif
