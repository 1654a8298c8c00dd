// SPDX-License-Identifier: GPL-2.0
/* The list: the view in force, its publication, its status and its end. */
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/slab.h>

#include "list.h"

/* Lines that are passed at most before the lock is released. */
#define LINES_AT_ONCE	64

struct idrv_list idrv_list;

struct idrv_limits idrv_limits = {
	.max_entries = 200000000,
	.max_valid_for = 86400,
	.max_skew = 60,
	.idle_timeout = 60,
	.confirm_interval = 60,
};

/**
 * idrv_list_init - prepare the list; none is loaded
 *
 * Context: may sleep; before anything else of the list is called.
 * Return: 0 or -ENOMEM.
 */
int idrv_list_init(void)
{
	memset(&idrv_list, 0, sizeof(idrv_list));
	idrv_list.workqueue = alloc_workqueue("idrevoke", WQ_UNBOUND, 0);
	if (!idrv_list.workqueue)
		return -ENOMEM;
	mutex_init(&idrv_list.writer);
	mutex_init(&idrv_list.turn);
	mutex_init(&idrv_list.lock);
	mutex_init(&idrv_list.notify_lock);
	init_waitqueue_head(&idrv_list.wait);
	idrv_freshness_init();
	idrv_transaction_init();
	idrv_rebuild_init();
	return 0;
}

/**
 * idrv_list_exit - drop the list
 *
 * Context: may sleep; when nobody can call into the list any more.
 */
void idrv_list_exit(void)
{
	idrv_transaction_exit();
	idrv_rebuild_bar();
	idrv_list_lock();
	idrv_list_publish(NULL);
	mutex_unlock(&idrv_list.lock);
	kfree(rcu_replace_pointer(idrv_list.floor, NULL, true));
	idrv_freshness_exit();
	/* Callbacks of RCU queue the work that frees tables: first all of them. */
	rcu_barrier();
	destroy_workqueue(idrv_list.workqueue);
}

/**
 * idrv_list_current - the view in force
 *
 * Context: idrv_list.lock is held.
 * Return: the view; NULL if no list is loaded.
 */
struct idrv_view *idrv_list_current(void)
{
	return rcu_dereference_protected(idrv_list.view, lockdep_is_held(&idrv_list.lock));
}

/**
 * idrv_list_floor - the newest view since load
 *
 * Context: idrv_list.lock is held.
 * Return: the view, in force or not; NULL if there was none.
 */
const struct idrv_view *idrv_list_floor(void)
{
	return rcu_dereference_protected(idrv_list.floor, lockdep_is_held(&idrv_list.lock));
}

/**
 * idrv_list_publish - put a view in force
 * @view: the view; NULL for none. If its table is another one than before, that
 *	is freed once nobody reads it.
 *
 * Every store into the table comes before this, and rcu_assign_pointer()
 * releases them: whoever reads this version's number reads this version's
 * entries, or newer ones.
 *
 * Context: idrv_list.lock is held.
 */
void idrv_list_publish(struct idrv_view *view)
{
	struct idrv_view *old = idrv_list_current();
	struct idrv_view *floor = rcu_dereference_protected(idrv_list.floor,
							    lockdep_is_held(&idrv_list.lock));

	if (view && (!old || view->table != old->table)) {
		view->table->marks_new = view->table->marks;
		view->table->hops_new = view->table->hops;
	}
	/* Epoch and version of the floor change at once, and before the view. */
	if (view)
		rcu_assign_pointer(idrv_list.floor, view);
	rcu_assign_pointer(idrv_list.view, view);
	if (old && (!view || view->table != old->table))
		idrv_table_retire(old->table, idrv_list.workqueue);
	/* The view that goes stays the floor until the next one comes. */
	if (view && floor)
		kfree_rcu(floor, rcu);
}

/**
 * idrv_list_commit - put another version in force, and say so
 * @view: the view
 *
 * Context: idrv_list.lock is held.
 */
void idrv_list_commit(struct idrv_view *view)
{
	idrv_list_publish(view);
	idrv_freshness_announce(true);
	idrv_rebuild_consider();
}

/**
 * idrv_list_lock - take idrv_list.lock when those are done who waited before
 *
 * A mutex goes to whoever comes by when it is released, which is the one who has
 * just released it. So whoever wants it waits for a turn first, and that somebody
 * does is seen by those who walk through a whole table.
 *
 * Context: may sleep.
 */
void idrv_list_lock(void)
{
	mutex_lock(&idrv_list.turn);
	mutex_lock(&idrv_list.lock);
	mutex_unlock(&idrv_list.turn);
}

/**
 * idrv_list_walk - pass some lines of a table, or one if somebody waits
 * @walk: a walk that was begun, and whose table is in service
 * @visit: called for each entry in them; its failure ends the walk
 * @error: what @visit returned, 0 if it did not fail
 *
 * Context: idrv_list.lock is held, to be released and taken by idrv_list_lock()
 * between two calls.
 * Return: whether lines are left and @visit did not fail.
 */
bool idrv_list_walk(struct idrv_walk *walk,
		    int (*visit)(struct idrv_walk *walk, u64 number, u32 value), int *error)
{
	bool more = true;
	int lines;

	for (lines = 0; more && lines < LINES_AT_ONCE; lines++) {
		more = idrv_walk_lines(walk, 1, visit, error);
		if (mutex_is_locked(&idrv_list.turn))
			break;
	}
	return more;
}

/**
 * idrv_list_notify - send an event
 * @event: what happened
 *
 * Context: may sleep; idrv_list.lock is not held.
 */
void idrv_list_notify(enum idrevoke_event event)
{
	mutex_lock(&idrv_list.notify_lock);
	if (idrv_list.notify)
		idrv_list.notify(event);
	mutex_unlock(&idrv_list.notify_lock);
}

/**
 * idrv_list_listen - have events told to somebody
 * @notify: to whom; NULL: to nobody from now on, none is being told any more
 *
 * Context: may sleep.
 */
void idrv_list_listen(void (*notify)(enum idrevoke_event event))
{
	mutex_lock(&idrv_list.notify_lock);
	idrv_list.notify = notify;
	mutex_unlock(&idrv_list.notify_lock);
}

/**
 * idrv_list_flush - drop the list in force
 * @owner: port of the socket that asks
 * @refusal: why it was refused
 *
 * What was in force stays the oldest that is taken from now on.
 *
 * Context: may sleep.
 * Return: 0; -EBUSY if another socket has a transaction.
 */
int idrv_list_flush(u32 owner, struct idrv_refusal *refusal)
{
	u32 writer;
	bool loaded;

	mutex_lock(&idrv_list.writer);
	writer = idrv_transaction_owner();
	if (writer && writer != owner) {
		mutex_unlock(&idrv_list.writer);
		return idrv_refuse(refusal, -EBUSY, "another socket has a transaction");
	}
	idrv_list_lock();
	loaded = idrv_list_current();
	idrv_list_publish(NULL);
	idrv_freshness_announce(loaded);
	mutex_unlock(&idrv_list.lock);
	if (loaded)
		idrv_list_notify(IDREVOKE_EVENT_FLUSH);
	mutex_unlock(&idrv_list.writer);
	return 0;
}

/**
 * idrv_list_status - tell what is in force
 * @status: to be filled
 *
 * Context: any; takes no lock.
 */
void idrv_list_status(struct idrv_status *status)
{
	const struct idrv_view *view, *floor;
	u64 now = ktime_get_coarse_boottime_ns(), stale_at;

	memset(status, 0, sizeof(*status));
	rcu_read_lock();
	view = rcu_dereference(idrv_list.view);
	status->state = idrv_freshness_state(view, now);
	if (view) {
		status->epoch = view->epoch;
		status->version = view->version;
		status->count = view->count;
		status->issued = view->issued;
		status->digest = view->digest;
		stale_at = READ_ONCE(view->stale_at);
		if (stale_at > now)
			status->fresh_ms = div_u64(stale_at - now, NSEC_PER_MSEC);
		status->memory = idrv_table_memory(view->table) + sizeof(*view);
	}
	/* Pairs with the releases in idrv_list_publish(): no older than the view. */
	smp_rmb();
	floor = rcu_dereference(idrv_list.floor);
	if (floor) {
		status->floor_epoch = floor->epoch;
		status->floor_version = floor->version;
	}
	rcu_read_unlock();
	status->rebuilds = READ_ONCE(idrv_list.rebuilds);
	status->rebuilding = READ_ONCE(idrv_list.rebuilding);
	status->transaction = idrv_transaction_owner();
}
