/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef _STUB_LINUX_MUTEX_H
#define _STUB_LINUX_MUTEX_H

#include <pthread.h>
#include <linux/types.h>

struct mutex {
	pthread_mutex_t turn;	/* whoever waits goes before whoever comes later */
	pthread_mutex_t lock;
	pthread_t owner;
	bool held;
};

#define DEFINE_MUTEX(name)	struct mutex name = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER }

static inline void mutex_init(struct mutex *mutex)
{
	*mutex = (struct mutex){ PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER };
}

void mutex_lock(struct mutex *mutex);
void mutex_unlock(struct mutex *mutex);
bool lockdep_is_held(struct mutex *mutex);

#endif
