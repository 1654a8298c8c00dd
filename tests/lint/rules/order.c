// SPDX-License-Identifier: GPL-2.0-or-later
/* What order.cocci is for. Never compiled. */
enum idrv_found home(const u64 *home, u64 tag, u32 *value)
{
	if (line_find(home, tag, 0, value))
		return IDRV_FOUND_VALUE;
	if (!(READ_ONCE(home[hop_class(tag, 1)]) & WORD_MARK)) /* finding */
		return IDRV_FOUND_NOTHING;
	return IDRV_FOUND_MARK;
}

enum idrv_found last_hop(const u64 *home, u64 tag, u32 *value)
{
	if (line_find(home, tag, 0, value))
		return IDRV_FOUND_VALUE;
	if (tag & 1)
		smp_rmb();
	if (!(READ_ONCE(home[hop_class(tag, 1)]) & WORD_MARK)) /* finding */
		return IDRV_FOUND_NOTHING;
	return IDRV_FOUND_MARK;
}

enum idrv_found in_order(const u64 *home, u64 tag, u32 *value)
{
	if (line_find(home, tag, 0, value))
		return IDRV_FOUND_VALUE;
	smp_rmb();
	if (!(READ_ONCE(home[hop_class(tag, 1)]) & WORD_MARK))
		return IDRV_FOUND_NOTHING;
	return IDRV_FOUND_MARK;
}

void status(struct idrv_status *status)
{
	const struct idrv_view *view, *floor;

	rcu_read_lock();
	view = rcu_dereference(idrv_list.view);
	floor = rcu_dereference(idrv_list.floor); /* finding */
	status->loaded = view;
	status->floor = floor->version;
	rcu_read_unlock();
}

void status_in_order(struct idrv_status *status)
{
	const struct idrv_view *view, *floor;

	rcu_read_lock();
	view = rcu_dereference(idrv_list.view);
	smp_rmb();
	floor = rcu_dereference(idrv_list.floor);
	status->loaded = view;
	status->floor = floor->version;
	rcu_read_unlock();
}

void announce(void)
{
	atomic64_inc(&idrv_list.changes); /* finding */
}

void announce_in_order(void)
{
	atomic64_fetch_inc_release(&idrv_list.changes);
}

s64 look(struct idrv_status *status)
{
	s64 seen = atomic64_read(&idrv_list.changes); /* finding */

	idrv_list_status(status);
	return seen;
}

s64 look_in_order(struct idrv_status *status)
{
	s64 seen = atomic64_read_acquire(&idrv_list.changes);

	idrv_list_status(status);
	return seen;
}
