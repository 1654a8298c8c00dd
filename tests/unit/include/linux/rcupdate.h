/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef _STUB_LINUX_RCUPDATE_H
#define _STUB_LINUX_RCUPDATE_H

#include <urcu.h>
#include <linux/kernel.h>

#define rcu_dereference_protected(pointer, condition) \
	({ if (!(condition)) stub_warn(__FILE__, __LINE__); pointer; })

void stub_free_rcu(void *object);
#define kfree_rcu(object, member) \
	({ static_assert(sizeof((object)->member) == sizeof(struct rcu_head)); \
	   stub_free_rcu(object); })

#endif
