/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the kernel's sources take for granted, for userspace. */
#ifndef _STUB_LINUX_KERNEL_H
#define _STUB_LINUX_KERNEL_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/types.h>

#undef static_assert
#define static_assert(condition, ...)	_Static_assert(condition, #condition)

/* bits */
#define BIT_ULL(bit)		(1ULL << (bit))
#define BIT(bit)		(1UL << (bit))
#define BITS_PER_LONG		64
#define GENMASK(high, low)	((~0UL << (low)) & (~0UL >> (63 - (high))))
#define GENMASK_ULL(high, low)	((~0ULL << (low)) & (~0ULL >> (63 - (high))))
#define __ffs(word)		((unsigned long)__builtin_ctzl(word))
#define ilog2(number)		(63 - __builtin_clzll(number))
#define U32_MAX			((u32)~0U)
#define U64_MAX			(~0ULL)
#define SZ_16M			0x1000000

/* arithmetic; both sides of min() and max() must have one type */
#define __same(a, b)		static_assert(__builtin_types_compatible_p(typeof(a), typeof(b)))
#define min(x, y)		({ typeof(x) _x = (x); typeof(y) _y = (y); __same(_x, _y); \
				   _x < _y ? _x : _y; })
#define max(x, y)		({ typeof(x) _x = (x); typeof(y) _y = (y); __same(_x, _y); \
				   _x > _y ? _x : _y; })
#define min_t(type, x, y)	({ type _a = (x), _b = (y); _a < _b ? _a : _b; })
#define max_t(type, x, y)	({ type _a = (x), _b = (y); _a > _b ? _a : _b; })
#define clamp_t(type, x, lo, hi) min_t(type, max_t(type, x, lo), hi)
#define clamp(x, lo, hi)	clamp_t(typeof(x), x, lo, hi)
#define round_down(x, to)	((x) & ~((typeof(x))(to) - 1))
#define round_up(x, to)		((((x) - 1) | ((typeof(x))(to) - 1)) + 1)
#define IS_ALIGNED(x, to)	(((x) & ((typeof(x))(to) - 1)) == 0)
#define DIV64_U64_ROUND_UP(x, by) ({ u64 _by = (by); ((x) + _by - 1) / _by; })

static inline u64 div_u64(u64 dividend, u32 divisor)
{
	return dividend / divisor;
}

static inline u64 div64_u64(u64 dividend, u64 divisor)
{
	return dividend / divisor;
}

static inline u64 div64_u64_rem(u64 dividend, u64 divisor, u64 *remainder)
{
	*remainder = dividend % divisor;
	return dividend / divisor;
}

static inline u64 mul_u64_u64_shr(u64 a, u64 b, unsigned int shift)
{
	return (unsigned __int128)a * b >> shift;
}

/* pages; tests shrink them so that small tables come in many sizes */
#ifndef STUB_PAGE_SIZE
#define STUB_PAGE_SIZE		4096UL
#endif
#define PAGE_SIZE		STUB_PAGE_SIZE
#define PMD_SIZE		(512 * PAGE_SIZE)
#define PAGE_ALIGN(bytes)	round_up(bytes, PAGE_SIZE)

/* Memory order. TSan knows all but the two fences, which order marked accesses
 * alone here: it finds no race where one is missing, nor misses one for their
 * sake. That they are needed is shown by tests/model, that they are there by a rule
 * of scripts/lint.d.
 */
#define READ_ONCE(x)		__atomic_load_n(&(x), __ATOMIC_RELAXED)
#define WRITE_ONCE(x, value)	__atomic_store_n(&(x), value, __ATOMIC_RELAXED)
#define smp_rmb()		__atomic_thread_fence(__ATOMIC_ACQUIRE)
#define smp_wmb()		__atomic_thread_fence(__ATOMIC_RELEASE)
#define smp_store_release(at, value) __atomic_store_n(at, value, __ATOMIC_RELEASE)

/* the compiler */
#define ____cacheline_aligned	__attribute__((aligned(64)))
#undef __always_inline
#define __always_inline		inline __attribute__((always_inline))
#define noinline		__attribute__((noinline))
#define __uninitialized
#define container_of(pointer, type, member) \
	((type *)((char *)(pointer) - offsetof(type, member)))
#define prefetch(address)	__builtin_prefetch(address)
#define memzero_explicit(at, size) explicit_bzero(at, size)

/* A warning is a failure; what is printed is checked for its format only. */
#define WARN_ON_ONCE(condition)	({ if (condition) stub_warn(__FILE__, __LINE__); false; })
void stub_warn(const char *file, int line) __attribute__((noreturn));
static inline __attribute__((format(printf, 1, 2))) void stub_print(const char *format, ...)
{
}
#define pr_info(...)		stub_print(__VA_ARGS__)
#define pr_warn_ratelimited(...) stub_print(__VA_ARGS__)

#endif
