// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a listed number occupies, at all sizes: while a list grows, right after a
 * snapshot, and the most that is in use while one table takes over from another.
 *
 * usage: memory [LARGEST-SIZE]
 */
#include <stdio.h>
#include <urcu.h>

#include "bench.h"
#include "pages.h"
#include "writer.h"

#define SMALLEST	100000
#define STEPS		1000

/* From a tenth of the size on, a thousandth at a time. */
static void growth_rows(uint64_t size)
{
	struct writer_step step = {
		.run = STEPS / 10, .step = STEPS, .count = size / STEPS, .old = WRITER_NONE,
	};
	struct bench_samples bytes = {}, peaks = {};
	size_t before;

	writer_begin(size);
	writer_snapshot(&step);
	writer_settle();
	step.run = 1;
	for (step.first = STEPS / 10; step.first < STEPS; step.first++) {
		before = pages_bytes();
		pages_peak_reset();
		writer_delta(&step);
		bench_sample_most(&bytes, 0, writer_bytes_per_entry());
		writer_settle();
		bench_sample_most(&bytes, 0, writer_bytes_per_entry());
		bench_sample_most(&peaks, 0, (double)pages_peak() / before);
	}
	writer_end();
	bench_row_most("table.bytes_per_entry", size, "bytes", &bytes, NULL);
	bench_row_most("table.growth_peak", size, "ratio", &peaks, NULL);
}

/* Several sizes of a decade, @size being the last. */
static void snapshot_rows(uint64_t size)
{
	static const unsigned int percent[] = { 11, 13, 17, 29, 42, 55, 71, 83, 97, 100 };
	struct bench_samples bytes = {}, peaks = {};
	unsigned int i;

	/* Enough of the largest is the one that is named. */
	for (i = size >= 100000000 ? 9 : 0; i < 10; i++) {
		struct writer_step step = {
			.run = 1, .step = 1, .count = size / 100 * percent[i], .old = WRITER_NONE,
		};
		size_t before;

		if (step.count < SMALLEST)
			continue;
		writer_begin(step.count);
		writer_snapshot(&step);
		writer_settle();
		bench_sample(&bytes, writer_bytes_per_entry());
		before = pages_bytes();
		pages_peak_reset();
		writer_snapshot(&step);
		writer_settle();
		bench_sample(&peaks, (double)pages_peak() / before);
		writer_end();
	}
	bench_row_most("table.bytes_after_snapshot", size, "bytes", &bytes, NULL);
	bench_row_most("table.snapshot_peak", size, "ratio", &peaks, NULL);
}

int main(int count, char **arguments)
{
	uint64_t largest = bench_size(count > 1 ? arguments[1] : "1e8"), size;

	rcu_register_thread();
	for (size = SMALLEST; size <= largest; size *= 10) {
		fprintf(stderr, "memory: up to %llu\n", (unsigned long long)size);
		snapshot_rows(size);
		if (size > SMALLEST)
			growth_rows(size);
	}
	rcu_unregister_thread();
	return 0;
}
