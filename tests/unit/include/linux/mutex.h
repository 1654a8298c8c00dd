/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef _STUB_LINUX_MUTEX_H
#define _STUB_LINUX_MUTEX_H

#include <pthread.h>
#include <linux/types.h>

struct mutex {
	pthread_mutex_t lock;
	pthread_t owner;
	bool held;
} __attribute__((aligned(64)));	/* in one cache line, as the kernel's */

#define DEFINE_MUTEX(name)	struct mutex name = { .lock = PTHREAD_MUTEX_INITIALIZER }

static inline void mutex_init(struct mutex *mutex)
{
	*mutex = (struct mutex){ .lock = PTHREAD_MUTEX_INITIALIZER };
}

void mutex_lock(struct mutex *mutex);
void mutex_unlock(struct mutex *mutex);
bool lockdep_is_held(struct mutex *mutex);

static inline bool mutex_is_locked(struct mutex *mutex)
{
	return __atomic_load_n(&mutex->held, __ATOMIC_RELAXED);
}

#endif
