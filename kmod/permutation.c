// SPDX-License-Identifier: GPL-2.0
/* A keyed, invertible mix of the numbers: see the header. */
#include <linux/kernel.h>
#include <linux/random.h>

#include "permutation.h"

/*
 * The inverse of an odd number modulo 2^64, by Newton's method: a number is its
 * own inverse modulo 8, and each step doubles the bits that are right.
 */
static u64 invert(u64 odd)
{
	u64 inverse = odd;
	int bits;

	for (bits = 3; bits < 64; bits *= 2)
		inverse *= 2 - odd * inverse;
	return inverse;
}

/**
 * idrv_permutation_init - draw a new key
 * @permutation: to be filled
 *
 * Context: any.
 */
void idrv_permutation_init(struct idrv_permutation *permutation)
{
	int round;

	get_random_bytes(permutation->multiplier, sizeof(permutation->multiplier));
	get_random_bytes(permutation->addend, sizeof(permutation->addend));
	for (round = 0; round < 2; round++) {
		permutation->multiplier[round] |= 1;
		permutation->inverse[round] = invert(permutation->multiplier[round]);
	}
}
