/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _IDRV_BUDGET_H
#define _IDRV_BUDGET_H

#include <linux/atomic.h>
#include <linux/cache.h>
#include <linux/list.h>
#include <linux/percpu.h>
#include <linux/types.h>
#include <linux/uidgid.h>

/**
 * struct idrv_budget_counts - what was answered to a user, on one processor
 * @hits: answers given that revealed a listing
 * @throttled: answers withheld
 */
struct idrv_budget_counts {
	u64 hits;
	u64 throttled;
};

/**
 * struct idrv_budget - how many listed answers a user may still have
 * @node: in the list of all budgets
 * @uid: the user
 * @openers: open descriptors of that user
 * @counts: what was answered
 * @full_at: when the bucket will be full again, in ns of CLOCK_BOOTTIME
 *
 * Answers that are paid for write @full_at, as often as the limit says at most and not
 * without one, on a cache line of its own: nothing else that checks write is shared by
 * processors.
 */
struct idrv_budget {
	struct list_head node;
	kuid_t uid;
	unsigned int openers;
	struct idrv_budget_counts __percpu *counts;
	atomic64_t full_at ____cacheline_aligned;
};

extern unsigned int idrv_hits_per_hour;

struct idrv_budget *idrv_budget_get(kuid_t uid);
void idrv_budget_put(struct idrv_budget *budget);
bool idrv_budget_spend(struct idrv_budget *budget, u64 now);
struct idrv_budget_counts idrv_budget_count(const struct idrv_budget *budget);
void idrv_budget_exit(void);

#endif
