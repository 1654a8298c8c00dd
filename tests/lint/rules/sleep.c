// SPDX-License-Identifier: GPL-2.0-or-later
static void locks(void)
{
	rcu_read_lock();
	mutex_lock(&idrv_list.lock); /* finding */
	mutex_unlock(&idrv_list.lock);
	rcu_read_unlock();
}

static void waits(unsigned int count)
{
	rcu_read_lock();
	while (count--)
		cond_resched(); /* finding */
	rcu_read_unlock();
}

static void *allocates(size_t size)
{
	void *memory;

	rcu_read_lock();
	memory = kmalloc(size, GFP_KERNEL | __GFP_ZERO); /* finding */
	rcu_read_unlock();
	return memory;
}

static long copies(void __user *to)
{
	struct idrv_view *view;
	long left;

	rcu_read_lock();
	view = rcu_dereference(idrv_list.view);
	left = copy_to_user(to, &view->version, sizeof(view->version)); /* finding */
	rcu_read_unlock();
	return left;
}

static void *right(size_t size)
{
	void *memory;

	rcu_read_lock();
	memory = kmalloc(size, GFP_ATOMIC);
	rcu_read_unlock();
	cond_resched();
	return memory;
}
