// SPDX-License-Identifier: GPL-2.0
/*
 * Recounting what is in force: every entry is read where it lies, looked for as a
 * check would, and put into a count and a digest. Commits go on meanwhile, and
 * tell the walk of what they change in lines that it has passed, so that at its
 * end it has exactly what is there then.
 */
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>

#include "list.h"

struct recount {
	struct idrv_walk walk;
	u64 count;
	struct idrv_digest digest;
};

static int recount_entry(struct idrv_walk *walk, u64 number, u32 value)
{
	struct recount *recount = container_of(walk, struct recount, walk);
	u32 found;

	/* An entry that no check finds is none. */
	if (!idrv_table_find(walk->table, number, &found) || found != value)
		return 0;
	recount->count++;
	idrv_digest_add(&recount->digest, number, value);
	return 0;
}

static void recount_change(struct idrv_walk *walk, u64 number, u32 before, u32 after)
{
	struct recount *recount = container_of(walk, struct recount, walk);

	if (before != IDRV_VALUE_REMOVE) {
		recount->count--;
		idrv_digest_subtract(&recount->digest, number, before);
	}
	if (after != IDRV_VALUE_REMOVE) {
		recount->count++;
		idrv_digest_add(&recount->digest, number, after);
	}
}

/**
 * idrv_list_verify - recount the list in force
 * @count: entries found, each by way of a check as well
 * @digest: their digest
 * @status: what is in force at the end of the walk
 * @refusal: why it was refused
 *
 * Context: may sleep, and takes time; delays commits by a few lines only.
 * Return: 0; -ENODATA if no list is loaded; -EINTR.
 */
int idrv_list_verify(u64 *count, struct idrv_digest *digest, struct idrv_status *status,
		     struct idrv_refusal *refusal)
{
	struct recount recount = { .walk.changed = recount_change };
	const struct idrv_view *view;
	int error = 0, ignored;

	idrv_list_lock();
	for (;;) {
		if (fatal_signal_pending(current)) {
			error = idrv_refuse(refusal, -EINTR, "interrupted");
			break;
		}
		if (!recount.walk.table) {
			/* At first, and when another table took over. */
			view = idrv_list_current();
			if (!view) {
				error = idrv_refuse(refusal, -ENODATA, "no list is loaded");
				break;
			}
			recount.count = 0;
			recount.digest = (struct idrv_digest){};
			idrv_walk_begin(&recount.walk, view->table);
		}
		if (!idrv_list_walk(&recount.walk, recount_entry, &ignored))
			break;
		mutex_unlock(&idrv_list.lock);
		cond_resched();
		idrv_list_lock();
	}
	idrv_walk_end(&recount.walk);
	idrv_list_status(status);
	mutex_unlock(&idrv_list.lock);
	*count = recount.count;
	*digest = recount.digest;
	return error;
}
