/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The list that all benchmarks load: numbers all over the range of citizen
 * numbers, one of each stretch of it, so that which is listed takes no memory to
 * know.
 */
#ifndef TESTS_BENCH_NUMBERS_H
#define TESTS_BENCH_NUMBERS_H

#include <stdint.h>

/* IDRV_NUMBER_END of kmod/number.h: packed citizen numbers lie below it. */
#define NUMBERS_END	(1000000ULL * 140619 * 1000)

static inline uint64_t numbers_mix(uint64_t z)
{
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

/* 0 to @end - 1, of 64 random bits */
static inline uint64_t numbers_below(uint64_t random, uint64_t end)
{
	return (unsigned __int128)random * end >> 64;
}

/* Listed number @index of @count, in ascending order; @index below @count. */
static inline uint64_t numbers_listed(uint64_t count, uint64_t index)
{
	uint64_t stretch = NUMBERS_END / count;

	return index * stretch + numbers_below(numbers_mix(index + 1), stretch);
}

/* A number that is not listed, of 64 random bits; @count at most 10^9. */
static inline uint64_t numbers_unlisted(uint64_t count, uint64_t random)
{
	uint64_t stretch = NUMBERS_END / count;
	uint64_t index = numbers_below(random, count);
	uint64_t number = index * stretch + numbers_below(numbers_mix(random), stretch);

	if (number != numbers_listed(count, index))
		return number;
	return number % stretch ? number - 1 : number + 1;
}

/* What is recorded of it: through 1 to 65534, lost or stolen; 22 bits in all. */
static inline uint32_t numbers_value(uint64_t number)
{
	uint64_t random = numbers_mix(number);

	return (1 + random % 65534) | (3 + (random >> 32 & 1)) << 16;
}

#endif
