/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef _STUB_LINUX_ATOMIC_H
#define _STUB_LINUX_ATOMIC_H

#include <linux/types.h>

typedef struct {
	s64 counter;
} atomic64_t;

typedef struct {
	int counter;
} atomic_t;

#define atomic_read(at)		__atomic_load_n(&(at)->counter, __ATOMIC_ACQUIRE)
#define atomic_inc(at)		((void)__atomic_add_fetch(&(at)->counter, 1, __ATOMIC_RELAXED))
#define atomic_dec_and_test(at)	(__atomic_sub_fetch(&(at)->counter, 1, __ATOMIC_ACQ_REL) == 0)
#define atomic64_read(at)	__atomic_load_n(&(at)->counter, __ATOMIC_RELAXED)
#define atomic64_dec(at)	((void)__atomic_sub_fetch(&(at)->counter, 1, __ATOMIC_RELAXED))
#define atomic64_fetch_inc_release(at) \
	((void)__atomic_fetch_add(&(at)->counter, 1, __ATOMIC_RELEASE))
#define atomic64_try_cmpxchg_relaxed(at, old, new) \
	__atomic_compare_exchange_n(&(at)->counter, old, new, false, \
				    __ATOMIC_RELAXED, __ATOMIC_RELAXED)

#endif
