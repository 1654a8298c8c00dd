/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _IDRV_PERMUTATION_H
#define _IDRV_PERMUTATION_H

#include <linux/bits.h>
#include <linux/types.h>

/* Tests shrink the keys, so that they can try every one. */
#ifndef IDRV_KEY_BITS
#define IDRV_KEY_BITS		47
#endif
#define IDRV_KEY_MASK		(BIT_ULL(IDRV_KEY_BITS) - 1)
#define IDRV_KEY_SHIFT		((IDRV_KEY_BITS + 1) / 2)

/**
 * struct idrv_permutation - a keyed, invertible mix of the numbers
 * @multiplier: odd factors of the two rounds
 * @addend: added after each
 * @inverse: the factors' inverses modulo 2^64
 *
 * The key is random, so that nobody who chooses numbers can choose where they
 * land. Two rounds of multiply-add modulo 2^IDRV_KEY_BITS, which carries low
 * bits up, and of a shift by at least half the width, which carries high bits
 * down and is its own inverse.
 */
struct idrv_permutation {
	u64 multiplier[2];
	u64 addend[2];
	u64 inverse[2];
};

void idrv_permutation_init(struct idrv_permutation *permutation);

static inline u64 idrv_permute(const struct idrv_permutation *p, u64 number)
{
	number = (number * p->multiplier[0] + p->addend[0]) & IDRV_KEY_MASK;
	number ^= number >> IDRV_KEY_SHIFT;
	number = (number * p->multiplier[1] + p->addend[1]) & IDRV_KEY_MASK;
	return number ^ number >> IDRV_KEY_SHIFT;
}

static inline u64 idrv_unpermute(const struct idrv_permutation *p, u64 permuted)
{
	permuted ^= permuted >> IDRV_KEY_SHIFT;
	permuted = ((permuted - p->addend[1]) * p->inverse[1]) & IDRV_KEY_MASK;
	permuted ^= permuted >> IDRV_KEY_SHIFT;
	return ((permuted - p->addend[0]) * p->inverse[0]) & IDRV_KEY_MASK;
}

#endif
