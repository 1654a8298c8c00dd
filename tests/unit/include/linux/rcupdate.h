/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef _STUB_LINUX_RCUPDATE_H
#define _STUB_LINUX_RCUPDATE_H

#include <urcu.h>
#include <linux/kernel.h>

/*
 * As C11 says it, which TSan follows. That reads through the pointer come after
 * it, which the kernel has from their dependency, is what acquire gives it.
 */
#undef rcu_assign_pointer
#define rcu_assign_pointer(pointer, value) __atomic_store_n(&(pointer), value, __ATOMIC_RELEASE)
#undef rcu_dereference
/* As a kernel that proves RCU: only readers follow a pointer that may change. */
#define rcu_dereference(pointer) \
	({ if (!rcu_read_ongoing()) stub_warn(__FILE__, __LINE__); \
	   __atomic_load_n(&(pointer), __ATOMIC_ACQUIRE); })

/*
 * liburcu is not instrumented, so TSan is told what it guarantees: what a reader
 * did before the end of its section comes before what was put off by call_rcu()
 * until then. Whoever reads outside a section is not covered by that.
 */
#ifdef __SANITIZE_THREAD__
#include <sanitizer/tsan_interface.h>
#define stub_before(at)		__tsan_release(at)
#define stub_after(at)		__tsan_acquire(at)
#else
#define stub_before(at)		((void)(at))
#define stub_after(at)		((void)(at))
#endif

extern char stub_sections;

static inline void stub_read_unlock(void)
{
	stub_before(&stub_sections);
	rcu_read_unlock();
}

#undef rcu_read_unlock
#define rcu_read_unlock()	stub_read_unlock()

void stub_rcu_barrier(void);
#ifndef RCU_OF_ONE_THREAD
#undef rcu_barrier
#define rcu_barrier()		stub_rcu_barrier()
#endif

#define rcu_dereference_protected(pointer, condition) \
	({ if (!(condition)) stub_warn(__FILE__, __LINE__); pointer; })

#define rcu_replace_pointer(pointer, value, condition) \
	({ typeof(pointer) _old = rcu_dereference_protected(pointer, condition); \
	   rcu_assign_pointer(pointer, value); _old; })

void stub_free_rcu(void *object);
#define kfree_rcu(object, member) \
	({ static_assert(sizeof((object)->member) == sizeof(struct rcu_head)); \
	   stub_free_rcu(object); })

#endif
