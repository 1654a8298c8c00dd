/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * RCU of one thread, in the place of liburcu's: what waits for readers runs when
 * rcu_barrier() is called, and nothing depends on a helper thread's pace.
 */
#ifndef TESTS_FUZZ_URCU_H
#define TESTS_FUZZ_URCU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

/* So rcu_barrier() has nobody to wait for: it runs what waits. */
#define RCU_OF_ONE_THREAD

struct rcu_head {
	struct rcu_head *next;
	void (*function)(struct rcu_head *head);
};

/* One of each in a program, whoever includes this. */
__attribute__((weak)) struct rcu_head *fuzz_rcu_waiting;
__attribute__((weak)) int fuzz_rcu_readers;

static inline void rcu_read_lock(void)
{
	fuzz_rcu_readers++;
}

static inline void rcu_read_unlock(void)
{
	if (--fuzz_rcu_readers < 0)
		abort();
}

static inline bool rcu_read_ongoing(void)
{
	return fuzz_rcu_readers > 0;
}

static inline void call_rcu(struct rcu_head *head, void (*function)(struct rcu_head *head))
{
	head->function = function;
	head->next = fuzz_rcu_waiting;
	fuzz_rcu_waiting = head;
}

static inline void rcu_barrier(void)
{
	if (fuzz_rcu_readers)
		abort();
	while (fuzz_rcu_waiting) {
		struct rcu_head *head = fuzz_rcu_waiting;

		fuzz_rcu_waiting = head->next;
		head->function(head);
	}
}

#endif
