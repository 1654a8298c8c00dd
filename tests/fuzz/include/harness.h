/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * In the place of the unit tests' harness: what is random there follows here from
 * the bytes of the fuzzer, and what must hold ends in abort().
 */
#ifndef TESTS_UNIT_HARNESS_H
#define TESTS_UNIT_HARNESS_H

#include "../fuzz.h"

#define must(condition, ...)	fuzz_check(condition, __VA_ARGS__)
#define ok(condition, ...)	must(condition, __VA_ARGS__)
#define is(got, wanted, ...)	must((got) == (wanted), __VA_ARGS__)
#define done()			0
#define harness_begin()		((void)0)

__attribute__((weak)) uint64_t harness_state;

static inline uint64_t random_u64(void)
{
	uint64_t x = harness_state += 0x9e3779b97f4a7c15ULL;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ x >> 27) * 0x94d049bb133111ebULL;
	return x ^ x >> 31;
}

/* 0 to @end - 1 */
static inline uint64_t random_below(uint64_t end)
{
	return (unsigned __int128)random_u64() * end >> 64;
}

static inline bool one_in(uint64_t times)
{
	return random_below(times) == 0;
}

#endif
