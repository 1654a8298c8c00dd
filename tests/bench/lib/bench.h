/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What every benchmark has in common: a clock, and rows.
 *
 * A row is one line of JSON on standard output, which tests/bench/run gathers;
 * what is told meanwhile goes to standard error. What is compared is measured in
 * turn, in one process: each round gives one sample of either side.
 */
#ifndef TESTS_BENCH_BENCH_H
#define TESTS_BENCH_BENCH_H

#include <stdint.h>

/* More rounds than anything here takes. */
#define BENCH_ROUNDS_MAX	256

/**
 * struct bench_samples - what was measured, round by round
 * @count: samples
 * @value: they
 */
struct bench_samples {
	unsigned int count;
	double value[BENCH_ROUNDS_MAX];
};

/* Nanoseconds of a clock that only goes forward. */
double bench_now(void);

void bench_sample(struct bench_samples *samples, double value);
/* Keeps the most of several as sample @index, which is there or the next. */
void bench_sample_most(struct bench_samples *samples, unsigned int index, double value);
double bench_median(const struct bench_samples *samples);

/* a / b of each round */
struct bench_samples bench_ratio(const struct bench_samples *a, const struct bench_samples *b);

/*
 * Prints the row @name: the median as its value, minimum, median and maximum.
 * @size: numbers listed; @unit: of the value, "ratio" for one; @baseline: median of
 * what it is compared with, in that thing's own unit; NULL: nothing.
 */
void bench_row(const char *name, uint64_t size, const char *unit,
	       const struct bench_samples *samples, const struct bench_samples *baseline);

/* The same, but what is promised is the most: the maximum as its value. */
void bench_row_most(const char *name, uint64_t size, const char *unit,
		    const struct bench_samples *samples, const struct bench_samples *baseline);

/* A row of one value, such as a size, which does not vary. */
void bench_row_exact(const char *name, uint64_t size, const char *unit, double value,
		     double baseline);

/* "10^7" or a plain number: decimal digits, or digits with an exponent as in 1e7. */
uint64_t bench_size(const char *text);

#endif
