// SPDX-License-Identifier: GPL-2.0
/*
 * Applying a delta to the table in force, in three passes:
 *
 *	1. compute count and digest of the list that would result, and compare;
 *	2. set a slot aside for each number that is new;
 *	3. store.
 *
 * The first two change no answer and may fail. The third cannot: each of its
 * steps is one store that changes one number. If there is no place, a table that
 * is large enough is filled with the result instead, and takes over.
 */
#include <linux/kernel.h>
#include <linux/prefetch.h>
#include <linux/sched/signal.h>

#include "compat.h"
#include "list.h"

/* How far ahead lines are fetched, and how often others get a turn. */
#define AHEAD	8
#define TURN	1024

static void go_on(const struct idrv_table *table, const struct idrv_change *changes,
		  u64 count, u64 i)
{
	if (i + AHEAD < count)
		idrv_table_prefetch(table, changes[i + AHEAD].number);
	if (i % TURN == TURN - 1)
		cond_resched();
}

static int preview(const struct idrv_table *table, const struct idrv_change *changes,
		   u64 changes_count, u64 *count, struct idrv_digest *digest)
{
	u64 i;

	for (i = 0; i < changes_count; i++) {
		u32 value;

		go_on(table, changes, changes_count, i);
		if (i % TURN == TURN - 1 && fatal_signal_pending(current))
			return -EINTR;
		if (idrv_table_find(table, changes[i].number, &value)) {
			idrv_digest_subtract(digest, changes[i].number, value);
			--*count;
		}
		if (changes[i].value != IDRV_VALUE_REMOVE) {
			idrv_digest_add(digest, changes[i].number, changes[i].value);
			++*count;
		}
	}
	return 0;
}

static void unreserve(struct idrv_table *table, struct idrv_change *changes, u64 count)
{
	u64 i;

	for (i = 0; i < count; i++)
		if (changes[i].reserved)
			idrv_table_unreserve(table, changes[i].slot);
}

/* Slots for the numbers that are new; all or none. */
static int reserve(struct idrv_table *table, struct idrv_change *changes, u64 count)
{
	int error = 0;
	u64 i;

	for (i = 0; i < count; i++) {
		u32 value;

		go_on(table, changes, count, i);
		changes[i].reserved = false;
		if (changes[i].value == IDRV_VALUE_REMOVE ||
		    idrv_table_find(table, changes[i].number, &value))
			continue;
		if (i % TURN == 0 && fatal_signal_pending(current))
			error = -EINTR;
		else
			error = idrv_table_reserve(table, changes[i].number, &changes[i].slot);
		if (error) {
			unreserve(table, changes, i);
			return error;
		}
		changes[i].reserved = true;
	}
	return 0;
}

static void store(struct idrv_table *table, struct idrv_change *changes, u64 count)
{
	u64 i;

	for (i = 0; i < count; i++) {
		struct idrv_change *change = &changes[i];

		go_on(table, changes, count, i);
		if (change->reserved)
			idrv_table_fill(table, change->slot, change->number, change->value);
		else if (change->value == IDRV_VALUE_REMOVE)
			idrv_table_remove(table, change->number);
		else
			idrv_table_update(table, change->number, change->value);
	}
}

/*
 * A larger table with the result. The largest tables that there can be aside, a
 * place is found sooner or later, since each attempt draws a new key.
 */
static struct idrv_table *replace(struct idrv_table *table, struct idrv_change *changes,
				  u64 changes_count, u64 count, int *error)
{
	struct idrv_table *larger = idrv_rebuild_now(table, max(count, table->count), error);

	if (!larger)
		return NULL;
	*error = reserve(larger, changes, changes_count);
	if (*error) {
		idrv_table_destroy(larger);
		return NULL;
	}
	store(larger, changes, changes_count);
	return larger;
}

/**
 * idrv_delta_apply - apply changes to the list in force, or refuse them all
 * @changes: the changes, ascending by number
 * @changes_count: how many
 * @view: the view to be published; its table is set here
 * @commitment: count and digest of the list that must result
 * @refusal: why it was refused
 *
 * Context: may sleep; idrv_list.writer is held, a list is in force.
 * Return: 0 and @view is in force; or -EBADMSG, -ENOSPC, -ENOMEM, -EINTR.
 */
int idrv_delta_apply(struct idrv_change *changes, u64 changes_count, struct idrv_view *view,
		     const struct idrv_commitment *commitment, struct idrv_refusal *refusal)
{
	const struct idrv_view *old;
	struct idrv_digest digest;
	u64 count;
	int error;

	mutex_lock(&idrv_list.lock);
	old = idrv_list_current();
	digest = old->digest;
	count = old->count;
	error = preview(old->table, changes, changes_count, &count, &digest);
	if (error) {
		refusal->message = "interrupted";
		goto unlock;
	}
	if (count != commitment->count) {
		error = idrv_refuse(refusal, -EBADMSG, "the resulting list has another count");
		goto unlock;
	}
	if (!idrv_digest_equal(&digest, &commitment->digest)) {
		error = idrv_refuse(refusal, -EBADMSG, "the resulting list has another digest");
		goto unlock;
	}

	view->table = old->table;
	error = -ENOSPC;
	if (idrv_rebuild_fits(old->table, count))
		error = reserve(old->table, changes, changes_count);
	if (!error) {
		store(old->table, changes, changes_count);
	} else if (error == -ENOSPC) {
		view->table = replace(old->table, changes, changes_count, count, &error);
		if (!view->table) {
			refusal->message = error == -ENOMEM ? "no memory for a larger table" :
					   error == -EINTR ? "interrupted" :
					   "no place in the table";
			goto unlock;
		}
	} else {
		refusal->message = "interrupted";
		goto unlock;
	}
	idrv_list_publish(view);
	error = 0;
unlock:
	mutex_unlock(&idrv_list.lock);
	return error;
}
