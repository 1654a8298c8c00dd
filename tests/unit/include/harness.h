/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the programs here share: a seed that is printed and replays a run. */
#ifndef TESTS_UNIT_HARNESS_H
#define TESTS_UNIT_HARNESS_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "tap.h"

static uint64_t harness_seed, harness_state;

/* Ends this program alone: bail_out() would end those that follow. */
static inline __attribute__((format(printf, 1, 2), noreturn))
void harness_fail(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	tap_result(false, format, arguments);
	va_end(arguments);
	diag("nothing further was tried");
	_Exit(done());
}

/* No result can be trusted from here on: says why, and how to get here again. */
#define must(condition, format, ...) \
	do { \
		if (!(condition)) \
			harness_fail("%s:%d: " format " (IDREVOKE_SEED=%llu)", __FILE__, __LINE__, \
				 ##__VA_ARGS__, (unsigned long long)harness_seed); \
	} while (0)

/* xorshift64*: not the generator of the stubs */
static inline uint64_t random_u64(void)
{
	harness_state ^= harness_state >> 12;
	harness_state ^= harness_state << 25;
	harness_state ^= harness_state >> 27;
	return harness_state * 2685821657736338717ULL;
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

/* The seed: IDREVOKE_SEED, or the time. */
static inline void harness_begin(void)
{
	const char *given = getenv("IDREVOKE_SEED");
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	harness_seed = given ? strtoull(given, NULL, 0) :
			       (now.tv_sec * 1000000000ULL + now.tv_nsec) % 1000000000000ULL;
	harness_state = harness_seed * 0x2545f4914f6cdd1dULL | 1;
	diag("seed %llu", (unsigned long long)harness_seed);
}

static inline double seconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

#endif
