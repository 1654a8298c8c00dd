/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Kernels built to fail on demand: the n-th time from now on that a thread takes
 * memory in the kernel, or the kernel copies from or to its memory, that fails
 * (Documentation/fault-injection in the kernel's sources).
 */
#ifndef TESTS_LIB_FAULTS_H
#define TESTS_LIB_FAULTS_H

#include <stdbool.h>

#include "tap.h"

/**
 * struct faults_attempt - one call, whose nth failure is to come
 * @nth: which one
 * @hit: it came
 * @refused: and the call was refused
 * @wrong: what should not be; NULL: all is well
 */
struct faults_attempt {
	unsigned int nth;
	bool hit;
	bool refused;
	const char *wrong;
};

void faults_begin(void);
void faults_of_pages(bool count);
void faults_arm(unsigned int nth);
bool faults_hit(void);
void faults_arm_workers(unsigned int nth);
bool faults_workers_hit(void);

/* More failures than any call has. */
#define FAULTS_NTH_MAX	20000

/**
 * faults_walk - have a call fail at its first failure, at the second, and so on until
 *	nothing is left to fail: one result
 * @name: of the call
 * @try: makes the call, and says what came of it
 * Return: how many times it was refused.
 */
static inline unsigned int faults_walk(const char *name,
				       void (*try)(struct faults_attempt *attempt))
{
	struct faults_attempt attempt = { .hit = true };
	unsigned int nth, refused = 0, mistakes = 0;

	for (nth = 1; attempt.hit && nth < FAULTS_NTH_MAX; nth++) {
		attempt = (struct faults_attempt){ .nth = nth };
		try(&attempt);
		refused += attempt.refused;
		if (attempt.refused && !attempt.hit)
			attempt.wrong = "nothing has failed, but it is refused";
		if (attempt.wrong && mistakes++ < 5)
			diag("%s, failure %u: %s", name, nth, attempt.wrong);
	}
	ok(!attempt.hit && !mistakes, "%s: %u failures, %u times refused", name, nth - 2, refused);
	return refused;
}

#endif
