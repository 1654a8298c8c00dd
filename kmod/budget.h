/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _IDRV_BUDGET_H
#define _IDRV_BUDGET_H

#include <linux/atomic.h>
#include <linux/cache.h>
#include <linux/list.h>
#include <linux/types.h>
#include <linux/uidgid.h>

/**
 * struct idrv_budget - how many listed answers a user may still have
 * @node: in the list of all budgets
 * @uid: the user
 * @openers: open descriptors of that user
 * @full_at: when the bucket will be full again, in ns of CLOCK_BOOTTIME
 * @hits: answers given that revealed a listing
 * @throttled: answers withheld
 *
 * What hits write is on a cache line of its own: who opens the device reads the others,
 * of every user.
 */
struct idrv_budget {
	struct list_head node;
	kuid_t uid;
	unsigned int openers;
	atomic64_t full_at ____cacheline_aligned;
	atomic64_t hits;
	atomic64_t throttled;
};

extern unsigned int idrv_hits_per_hour;

struct idrv_budget *idrv_budget_get(kuid_t uid);
void idrv_budget_put(struct idrv_budget *budget);
bool idrv_budget_spend(struct idrv_budget *budget, u64 now);
void idrv_budget_exit(void);

#endif
