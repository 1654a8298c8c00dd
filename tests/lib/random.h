/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Random numbers that their seed determines: the generator SplitMix. */
#ifndef TESTS_LIB_RANDOM_H
#define TESTS_LIB_RANDOM_H

#include <stdint.h>

static inline uint64_t random_next(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

/* 0 to @end - 1 */
static inline uint32_t random_below(uint64_t *state, uint32_t end)
{
	return (random_next(state) >> 16) % end;
}

#endif
