// SPDX-License-Identifier: GPL-2.0
/*
 * Applying a delta to the table in force, in three passes:
 *
 *	1. compute count and digest of the list that would result, and compare;
 *	2. set a slot aside for each number that is new;
 *	3. store.
 *
 * The first two change no answer and may fail. The third cannot: each of its
 * steps is one store that changes one number. If there is no place, or if nobody
 * stays, a table of its own gets the result instead, and takes over.
 */
#include <linux/kernel.h>
#include <linux/prefetch.h>
#include <linux/sched/signal.h>

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

/* The first lines may arrive while idrv_list.lock is waited for. */
static void fetch_first(const struct idrv_change *changes, u64 count)
{
	const struct idrv_table *table;
	u64 i;

	rcu_read_lock();
	table = rcu_dereference(idrv_list.view)->table;
	for (i = 0; i < count && i < AHEAD; i++)
		idrv_table_prefetch(table, changes[i].number);
	rcu_read_unlock();
}

/* What a delta makes of a list. */
struct preview {
	struct idrv_digest digest;
	u64 count;
	u64 added;	/* numbers that are new */
};

static int preview_changes(const struct idrv_table *table, const struct idrv_change *changes,
			   u64 changes_count, struct preview *preview)
{
	u64 i;

	for (i = 0; i < changes_count; i++) {
		bool listed, stays = changes[i].value != IDRV_VALUE_REMOVE;
		u32 value;

		go_on(table, changes, changes_count, i);
		if (i % TURN == TURN - 1 && fatal_signal_pending(current))
			return -EINTR;
		listed = idrv_table_find(table, changes[i].number, &value);
		if (listed)
			idrv_digest_subtract(&preview->digest, changes[i].number, value);
		if (stays)
			idrv_digest_add(&preview->digest, changes[i].number, changes[i].value);
		preview->count += stays - listed;
		preview->added += stays && !listed;
	}
	return 0;
}

static void unreserve_changes(struct idrv_table *table, struct idrv_change *changes, u64 count)
{
	u64 i;

	for (i = 0; i < count; i++)
		if (changes[i].reserved)
			idrv_table_unreserve(table, changes[i].slot);
}

/* Slots for the numbers that are new; all or none. */
static int reserve_changes(struct idrv_table *table, struct idrv_change *changes, u64 count)
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
			unreserve_changes(table, changes, i);
			return error;
		}
		changes[i].reserved = true;
	}
	return 0;
}

static void store_changes(struct idrv_table *table, struct idrv_change *changes, u64 count)
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
 * Another table with the result, made aside: nobody who asks or verifies waits
 * for it. What goes makes place for what comes.
 */
static struct idrv_table *replace_table(struct idrv_table *table,
					const struct idrv_change *changes, u64 changes_count,
					u64 count, int *error)
{
	struct idrv_table *larger;
	u64 i;

	/* Of nobody there is nothing to copy. */
	if (!count) {
		*error = idrv_table_wait_retired();
		if (*error)
			return NULL;
		larger = idrv_table_create(IDRV_TABLE_LINES_MIN, NULL);
		*error = larger ? 0 : -ENOMEM;
		return larger;
	}
	larger = idrv_rebuild_copy(table, max(count, table->count), error);
	for (i = 0; larger && i < changes_count; i++) {
		go_on(larger, changes, changes_count, i);
		if (changes[i].value == IDRV_VALUE_REMOVE)
			idrv_table_remove(larger, changes[i].number);
	}
	for (i = 0; larger && i < changes_count; i++) {
		const struct idrv_change *change = &changes[i];

		go_on(larger, changes, changes_count, i);
		if (change->value == IDRV_VALUE_REMOVE ||
		    idrv_table_update(larger, change->number, change->value))
			continue;
		*error = idrv_rebuild_insert(&larger, change->number, change->value, count);
		if (*error) {
			idrv_table_destroy(larger);
			larger = NULL;
		}
	}
	return larger;
}

static int check_preview(const struct preview *preview, const struct idrv_commitment *commitment,
			 struct idrv_refusal *refusal)
{
	if (preview->count != commitment->count)
		return idrv_refuse(refusal, -EBADMSG, "the resulting list has another count");
	if (!idrv_digest_equal(&preview->digest, &commitment->digest))
		return idrv_refuse(refusal, -EBADMSG, "the resulting list has another digest");
	return 0;
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
	struct idrv_table *table;
	struct preview preview;
	int error;

	fetch_first(changes, changes_count);
	idrv_list_lock();
	old = idrv_list_current();
	table = old->table;
	preview = (struct preview){ .digest = old->digest, .count = old->count };
	error = preview_changes(table, changes, changes_count, &preview);
	if (error) {
		refusal->message = "interrupted";
		goto unlock;
	}
	error = check_preview(&preview, commitment, refusal);
	if (error)
		goto unlock;

	/*
	 * For a while, what comes is there beside what goes. Where nobody stays, no
	 * number may go before the others: who asks for it would be told CLEAR, which
	 * is true of a list with others on it only.
	 */
	error = -ENOSPC;
	if (preview.count && idrv_rebuild_fits(table, table->count + preview.added))
		error = reserve_changes(table, changes, changes_count);
	if (!error)
		store_changes(table, changes, changes_count);

	if (error == -ENOSPC) {
		mutex_unlock(&idrv_list.lock);
		idrv_rebuild_bar();
		idrv_list_lock();
		/* Before it was barred, a rebuild may have put another in force. */
		table = idrv_list_current()->table;
		mutex_unlock(&idrv_list.lock);
		table = replace_table(table, changes, changes_count, preview.count, &error);
		idrv_list_lock();
		if (table)
			error = 0;
	}
	if (error) {
		refusal->message = error == -ENOMEM ? "no memory for a larger table" :
				   error == -EINTR ? "interrupted" : "no place in the table";
		goto unlock;
	}
	view->table = table;
	idrv_list_commit(view);
unlock:
	mutex_unlock(&idrv_list.lock);
	return error;
}
