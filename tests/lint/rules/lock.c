// SPDX-License-Identifier: GPL-2.0-or-later
static u64 without(void)
{
	return idrv_list_current()->version; /* finding */
}

static u64 on_one_way_without(bool hurry)
{
	u64 version;

	if (!hurry)
		idrv_list_lock();
	version = idrv_list_current()->version; /* finding */
	if (!hurry)
		mutex_unlock(&idrv_list.lock);
	return version;
}

static u64 released(void)
{
	u64 version;

	idrv_list_lock();
	version = idrv_list_current()->version;
	mutex_unlock(&idrv_list.lock);
	return version + idrv_list_current()->count; /* finding */
}

static u64 right(void)
{
	u64 version;

	idrv_list_lock();
	version = idrv_list_current()->version;
	mutex_unlock(&idrv_list.lock);
	return version;
}
