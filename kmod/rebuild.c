// SPDX-License-Identifier: GPL-2.0
/*
 * A new table for the same records: larger, smaller, or with fresh marks. It is
 * filled in the background, a few lines at a time, while the old one serves and
 * takes updates; those that concern lines copied already go to both (struct
 * idrv_walk). So a revocation never waits for more than a few lines.
 *
 *	bytes a number		12.0 ......................... promised at most
 *				11.85	shrink, to 10.9
 *				11.25	what growth makes
 *				10.59	what a snapshot gets
 *				10.4	grow
 *				 9.05	too full: a commit waits for a larger one
 */
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "list.h"

#define CENTIBYTES_SHRINK	1185
#define CENTIBYTES_SHRUNK	1090
#define CENTIBYTES_GROWN	1125

/* In one cache line, which rebuild and commits take from each other. */
struct rebuild {
	struct idrv_walk walk;
	struct idrv_table *next;
	int error;
} ____cacheline_aligned;

static u64 centibytes(const struct idrv_table *table)
{
	return div64_u64(table->lines * IDRV_LINE_BYTES * 100, max(table->count, 1ULL));
}

static int copy_entry(struct idrv_walk *walk, u64 number, u32 value)
{
	struct rebuild *rebuild = container_of(walk, struct rebuild, walk);

	return idrv_table_insert(rebuild->next, number, value);
}

/* A change in the lines that are copied already. */
static void copy_change(struct idrv_walk *walk, u64 number, u32 before, u32 after)
{
	struct rebuild *rebuild = container_of(walk, struct rebuild, walk);

	if (rebuild->error)
		return;
	if (after == IDRV_VALUE_REMOVE)
		idrv_table_remove(rebuild->next, number);
	else if (before == IDRV_VALUE_REMOVE)
		rebuild->error = idrv_table_insert(rebuild->next, number, after);
	else
		idrv_table_update(rebuild->next, number, after);
}

/**
 * idrv_rebuild_fits - whether a table has room for so many numbers
 * @table: the table
 * @count: numbers
 */
bool idrv_rebuild_fits(const struct idrv_table *table, u64 count)
{
	return table->lines * IDRV_LINE_BYTES * 100 >= count * IDRV_CENTIBYTES_FULL;
}

/**
 * idrv_rebuild_copy - copy a table that has no place for a number any more
 * @table: the table; its entries do not change meanwhile
 * @count: how many numbers the copy must hold
 * @error: -ENOMEM, -ENOSPC or -EINTR on failure
 *
 * The copy has a key of its own, and a fifth more lines if @table has enough for
 * @count: then it was the key that was at fault.
 *
 * Context: may sleep, and takes time; idrv_list.writer is held, idrv_list.lock is
 * not. No rebuild runs in the background.
 * Return: the copy, or NULL.
 */
struct idrv_table *idrv_rebuild_copy(struct idrv_table *table, u64 count, int *error)
{
	struct rebuild rebuild = { .walk.changed = copy_change };
	u64 lines = idrv_table_lines(count, CENTIBYTES_GROWN);

	if (lines <= table->lines)
		lines = table->lines + table->lines / 5 + 1;
	if (lines > IDRV_TABLE_LINES_MAX) {
		*error = -ENOSPC;
		return NULL;
	}
	*error = idrv_table_wait_retired();
	if (*error)
		return NULL;
	rebuild.next = idrv_table_create(lines, NULL);
	if (!rebuild.next) {
		*error = -ENOMEM;
		return NULL;
	}
	/* The lock is for the table's list of walks: a verification may go on. */
	idrv_list_lock();
	idrv_walk_begin(&rebuild.walk, table);
	while (idrv_list_walk(&rebuild.walk, copy_entry, &rebuild.error)) {
		mutex_unlock(&idrv_list.lock);
		cond_resched();
		idrv_list_lock();
		if (fatal_signal_pending(current)) {
			rebuild.error = -EINTR;
			break;
		}
	}
	idrv_walk_end(&rebuild.walk);
	mutex_unlock(&idrv_list.lock);
	*error = rebuild.error;
	if (rebuild.error) {
		idrv_table_destroy(rebuild.next);
		return NULL;
	}
	return rebuild.next;
}

/**
 * idrv_rebuild_insert - list a number in a table that is not in force
 * @table: the table; a larger one takes its place if there is none for the number
 * @number: packed number, which is not listed
 * @value: its value
 * @count: how many numbers the table will hold in the end
 *
 * Context: as idrv_rebuild_copy().
 * Return: 0, -ENOMEM, -ENOSPC or -EINTR.
 */
int idrv_rebuild_insert(struct idrv_table **table, u64 number, u32 value, u64 count)
{
	while (idrv_table_insert(*table, number, value)) {
		int error;
		struct idrv_table *larger = idrv_rebuild_copy(*table, count, &error);

		if (!larger)
			return error;
		idrv_table_destroy(*table);
		*table = larger;
	}
	return 0;
}

/*
 * Whether a rebuild would spare questions a line. One mark a line on average sends an
 * eighth of all misses further, and hits are not to read more than 1.1 lines. But the
 * marks and the way from home that a rebuild has left, another one would leave, too.
 */
static bool is_scattered(const struct idrv_table *table)
{
	return (table->marks > table->lines &&
		table->marks > table->marks_new + table->lines / 8) ||
	       (table->hops > div_u64(table->count * 9, 100) &&
		table->hops > table->hops_new + div_u64(table->count, 100));
}

/* The size at which the table in force should be rebuilt; 0: it is fine as it is. */
static u64 lines_wanted(const struct idrv_table *table)
{
	u64 now = centibytes(table), lines;

	if (now < IDRV_CENTIBYTES_GROW) {
		lines = idrv_table_lines(table->count, CENTIBYTES_GROWN);
		if (lines > table->lines)
			return lines;
	}
	if (now > CENTIBYTES_SHRINK && table->lines > IDRV_TABLE_LINES_MIN) {
		lines = idrv_table_lines(table->count, CENTIBYTES_SHRUNK);
		if (lines < table->lines)
			return lines;
	}
	if (is_scattered(table))
		return idrv_table_lines(table->count,
					clamp_t(u64, now, CENTIBYTES_SHRUNK, CENTIBYTES_GROWN));
	return 0;
}

/*
 * Copies the table in force to @rebuild->next, and puts that in force with @view.
 * Return: whether it did.
 */
static bool copy_table(struct rebuild *rebuild, struct idrv_view *view)
{
	bool more = true;

	while (more) {
		more = idrv_list_walk(&rebuild->walk, copy_entry, &rebuild->error);
		if (!more && !rebuild->error)
			break;

		mutex_unlock(&idrv_list.lock);
		cond_resched();
		idrv_list_lock();
		/* A flush may have come, or a snapshot be about to. */
		if (rebuild->error || !rebuild->walk.table || idrv_list.rebuild_barred)
			return false;
	}
	if (WARN_ON_ONCE(rebuild->next->count != rebuild->walk.table->count))
		return false;
	idrv_walk_end(&rebuild->walk);
	*view = *idrv_list_current();
	view->table = rebuild->next;
	idrv_list_publish(view);
	return true;
}

static void rebuild_work(struct work_struct *work)
{
	struct rebuild rebuild = { .walk.changed = copy_change };
	struct idrv_permutation permutation = {};
	struct idrv_view *view = NULL, *current_view;
	struct idrv_table *table = NULL;
	bool done = false;
	u64 lines = 0;

	idrv_list_lock();
	current_view = idrv_list_current();
	if (current_view && !idrv_list.rebuild_barred) {
		table = current_view->table;
		lines = lines_wanted(table);
		permutation = table->permutation;
		WRITE_ONCE(idrv_list.rebuilding, lines > 0);
	}
	mutex_unlock(&idrv_list.lock);
	if (!lines)
		goto free;

	/*
	 * With the same key, both tables have the entries in the same order, and
	 * copying runs through memory. With a key that has just failed, one does
	 * not want that.
	 */
	view = kmalloc(sizeof(*view), GFP_KERNEL);
	/* No signal comes here. */
	if (view && !idrv_table_wait_retired())
		rebuild.next = idrv_table_create(lines, idrv_list.rebuild_failed ? NULL :
							&permutation);

	idrv_list_lock();
	if (!rebuild.next) {
		pr_warn_ratelimited("no memory to rebuild the table in %llu bytes\n",
				    lines * IDRV_LINE_BYTES);
	} else {
		current_view = idrv_list_current();
		if (current_view && current_view->table == table && !idrv_list.rebuild_barred) {
			idrv_walk_begin(&rebuild.walk, table);
			done = copy_table(&rebuild, view);
			idrv_walk_end(&rebuild.walk);
		}
		idrv_list.rebuild_failed = rebuild.error;
	}
	if (done)
		WRITE_ONCE(idrv_list.rebuilds, idrv_list.rebuilds + 1);
	WRITE_ONCE(idrv_list.rebuilding, false);
	/* The list may have changed a lot meanwhile. */
	if (rebuild.next)
		idrv_rebuild_consider();
	mutex_unlock(&idrv_list.lock);
	if (done)
		view = NULL;
	else
		idrv_table_destroy(rebuild.next);
free:
	memzero_explicit(&permutation, sizeof(permutation));
	kfree(view);
}

/**
 * idrv_rebuild_consider - have the table in force rebuilt if it should be
 *
 * Context: idrv_list.lock is held.
 */
void idrv_rebuild_consider(void)
{
	const struct idrv_view *view = idrv_list_current();

	if (view && !idrv_list.rebuild_barred && lines_wanted(view->table))
		queue_work(idrv_list.workqueue, &idrv_list.rebuild_work);
}

/**
 * idrv_rebuild_bar - stop rebuilding until idrv_rebuild_allow()
 *
 * While another table is made, a third must not take memory as well.
 *
 * Context: may sleep; idrv_list.writer is held, idrv_list.lock is not.
 */
void idrv_rebuild_bar(void)
{
	idrv_list_lock();
	idrv_list.rebuild_barred = true;
	mutex_unlock(&idrv_list.lock);
	cancel_work_sync(&idrv_list.rebuild_work);
}

/**
 * idrv_rebuild_allow - rebuild again, if the table in force should be
 *
 * Context: may sleep; idrv_list.writer is held, idrv_list.lock is not.
 */
void idrv_rebuild_allow(void)
{
	/* Only those who hold idrv_list.writer change it. */
	if (!idrv_list.rebuild_barred)
		return;
	idrv_list_lock();
	idrv_list.rebuild_barred = false;
	idrv_rebuild_consider();
	mutex_unlock(&idrv_list.lock);
}

/** idrv_rebuild_init - part of idrv_list_init() */
void idrv_rebuild_init(void)
{
	INIT_WORK(&idrv_list.rebuild_work, rebuild_work);
}
