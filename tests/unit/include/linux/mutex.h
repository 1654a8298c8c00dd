/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef _STUB_LINUX_MUTEX_H
#define _STUB_LINUX_MUTEX_H

#include <pthread.h>
#include <linux/types.h>

/* As large as the kernel's, so that those that share a cache line there do here. */
struct mutex {
	u32 state;		/* enum mutex_state in stub.c */
	pthread_t owner;
} __attribute__((aligned(32)));

#define DEFINE_MUTEX(name)	struct mutex name

static inline void mutex_init(struct mutex *mutex)
{
	*mutex = (struct mutex){};
}

void mutex_lock(struct mutex *mutex);
void mutex_unlock(struct mutex *mutex);
bool lockdep_is_held(struct mutex *mutex);

static inline bool mutex_is_locked(struct mutex *mutex)
{
	return __atomic_load_n(&mutex->state, __ATOMIC_RELAXED);
}

#endif
