// SPDX-License-Identifier: GPL-2.0-or-later
static u64 taken_outside(void)
{
	struct idrv_view *view = rcu_dereference(idrv_list.view); /* finding */

	return view->version;
}

static u64 taken_too_late(void)
{
	u64 version;

	rcu_read_lock();
	version = rcu_dereference(idrv_list.view)->version;
	rcu_read_unlock();
	return version + rcu_dereference(idrv_list.view)->version; /* finding */
}

static u64 view_used_too_late(void)
{
	struct idrv_view *view;

	rcu_read_lock();
	view = rcu_dereference(idrv_list.view);
	rcu_read_unlock();
	return view->version; /* finding */
}

static bool table_used_too_late(u64 number)
{
	struct idrv_view *view;
	struct idrv_table *table;
	u32 value;

	rcu_read_lock();
	view = rcu_dereference(idrv_list.view);
	table = view->table;
	rcu_read_unlock();
	return idrv_table_find(table, number, &value); /* finding */
}

static u64 right(void)
{
	struct idrv_view *view;
	u64 version = 0;

	rcu_read_lock();
	view = rcu_dereference(idrv_list.view);
	if (view)
		version = view->version;
	rcu_read_unlock();
	return version;
}
