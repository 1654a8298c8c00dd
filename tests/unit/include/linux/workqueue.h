/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Queued work runs when a test says so: stub_run_work(). */
#ifndef _STUB_LINUX_WORKQUEUE_H
#define _STUB_LINUX_WORKQUEUE_H

#include <linux/rcupdate.h>
#include <linux/types.h>

struct workqueue_struct;
struct work_struct;
typedef void (*work_func_t)(struct work_struct *work);

struct work_struct {
	work_func_t func;
	struct work_struct *next;
	bool pending;
	bool waited;		/* for readers */
};

struct delayed_work {
	struct work_struct work;
	struct delayed_work *next;
	u64 due;		/* ns of the clock; 0: not set */
};

struct rcu_work {
	struct work_struct work;
	struct rcu_head rcu;
};

#define WQ_UNBOUND		0
#define HZ			250

struct workqueue_struct *alloc_workqueue(const char *name, unsigned int flags, int max_active);
void destroy_workqueue(struct workqueue_struct *workqueue);
bool queue_work(struct workqueue_struct *workqueue, struct work_struct *work);
bool cancel_work_sync(struct work_struct *work);
bool mod_delayed_work(struct workqueue_struct *workqueue, struct delayed_work *work,
		      unsigned long delay);
bool delayed_work_pending(struct delayed_work *work);
bool cancel_delayed_work_sync(struct delayed_work *work);
bool queue_rcu_work(struct workqueue_struct *workqueue, struct rcu_work *work);

#define INIT_WORK(at, function)		(*(at) = (struct work_struct){ .func = (function) })
#define INIT_DELAYED_WORK(at, function)	(*(at) = (struct delayed_work){ .work.func = (function) })
#define INIT_RCU_WORK(at, function)	INIT_WORK(&(at)->work, function)
#define to_rcu_work(at)			container_of(at, struct rcu_work, work)

#endif
