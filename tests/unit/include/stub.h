/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel that kmod runs on here, as a test steers it. */
#ifndef TESTS_UNIT_STUB_H
#define TESTS_UNIT_STUB_H

#include <linux/types.h>

/* The clocks. Boot time is moved by stub_clock_advance(), which lets timers fire;
 * the wall clock may be set to anything.
 */
extern u64 stub_boottime_ns;
extern s64 stub_wall_seconds;
void stub_clock_advance(u64 ns);

/* Runs what is queued, and what that queues, at most @limit works, in this
 * thread. Several may do so; none runs a work that another is at. Returns how
 * many ran. What waited for readers does not count: it comes when RCU's own
 * thread gets a processor, maybe much of it at once.
 */
unsigned long stub_run_work(unsigned long limit);
/* Also waits for readers, and runs what waited for them. */
void stub_settle(void);

/* Called by cond_resched() while this thread holds no mutex, and before each work. */
extern void (*stub_resched)(void);
/* What fatal_signal_pending() says, after so many questions. */
extern long stub_signal_after;

/* The allocation after so many more fails, and none after it; < 0: none. */
extern long stub_fail_after;
extern bool stub_starved;	/* one has failed */
extern u64 stub_allocations;
extern u64 stub_live;		/* allocations not freed yet */
extern u64 stub_live_bytes;

/* What get_random_bytes() gives follows from this. */
void stub_random_seed(u64 seed);

#endif
