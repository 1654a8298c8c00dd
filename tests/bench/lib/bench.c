// SPDX-License-Identifier: GPL-2.0-or-later
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench.h"

double bench_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1e9 + now.tv_nsec;
}

void bench_sample(struct bench_samples *samples, double value)
{
	if (samples->count == BENCH_ROUNDS_MAX) {
		fprintf(stderr, "bench: more than %d rounds\n", BENCH_ROUNDS_MAX);
		exit(1);
	}
	samples->value[samples->count++] = value;
}

void bench_sample_most(struct bench_samples *samples, unsigned int index, double value)
{
	if (index == samples->count)
		bench_sample(samples, value);
	else if (value > samples->value[index])
		samples->value[index] = value;
}

static int by_value(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static struct bench_samples sorted(const struct bench_samples *samples)
{
	struct bench_samples order = *samples;

	qsort(order.value, order.count, sizeof(*order.value), by_value);
	return order;
}

double bench_median(const struct bench_samples *samples)
{
	struct bench_samples order = sorted(samples);

	if (!order.count)
		return NAN;
	return (order.value[(order.count - 1) / 2] + order.value[order.count / 2]) / 2;
}

struct bench_samples bench_ratio(const struct bench_samples *a, const struct bench_samples *b)
{
	struct bench_samples ratio = { 0 };
	unsigned int i;

	for (i = 0; i < a->count && i < b->count; i++)
		bench_sample(&ratio, a->value[i] / b->value[i]);
	return ratio;
}

static void print_number(const char *name, double value)
{
	if (isnan(value))
		printf(",\"%s\":null", name);
	else
		printf(",\"%s\":%.6g", name, value);
}

static void print_row(const char *name, uint64_t size, const char *unit, bool most,
		      const struct bench_samples *samples, const struct bench_samples *baseline)
{
	struct bench_samples order = sorted(samples);
	double median = bench_median(samples);

	if (!order.count)
		return;
	printf("{\"name\":\"%s\",\"size\":%llu", name, (unsigned long long)size);
	print_number("value", most ? order.value[order.count - 1] : median);
	printf(",\"unit\":\"%s\"", unit);
	print_number("baseline", baseline ? bench_median(baseline) : NAN);
	print_number("min", order.value[0]);
	print_number("median", median);
	print_number("max", order.value[order.count - 1]);
	printf("}\n");
	fflush(stdout);
}

void bench_row(const char *name, uint64_t size, const char *unit,
	       const struct bench_samples *samples, const struct bench_samples *baseline)
{
	print_row(name, size, unit, false, samples, baseline);
}

void bench_row_most(const char *name, uint64_t size, const char *unit,
		    const struct bench_samples *samples, const struct bench_samples *baseline)
{
	print_row(name, size, unit, true, samples, baseline);
}

void bench_row_exact(const char *name, uint64_t size, const char *unit, double value,
		     double baseline)
{
	struct bench_samples samples = { 0 }, other = { 0 };

	bench_sample(&samples, value);
	bench_sample(&other, baseline);
	bench_row(name, size, unit, &samples, &other);
}

uint64_t bench_size(const char *text)
{
	char *end;
	double size = strtod(text, &end);

	if (end == text || *end || size < 1 || size > 1e10 || size != floor(size)) {
		fprintf(stderr, "bench: '%s' is no number of entries\n", text);
		exit(2);
	}
	return size;
}
