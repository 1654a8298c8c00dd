// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How fast a list of SIZE is loaded, what of that its digest takes, and how long a
 * delta of 10,000 changes does. Records come in blocks from memory, as netlink
 * hands them over.
 *
 * usage: update [SIZE]
 */
#include <stdio.h>
#include <urcu.h>

#include "bench.h"
#include "numbers.h"
#include "writer.h"

#include "../../kmod/digest.h"

#define LOADS	3
#define DELTAS	25
#define CHANGES	10000

/* ns that the digest of a record takes; those of a block are in the cache. */
static double digest_ns(uint64_t size)
{
	struct idrv_digest digest = {};
	static u64 numbers[4096];
	static u32 values[4096];
	double start;
	u64 i;

	for (i = 0; i < 4096; i++) {
		numbers[i] = writer_number(i, 0);
		values[i] = numbers_value(numbers[i]);
	}
	start = bench_now();
	for (i = 0; i < size; i++)
		idrv_digest_add(&digest, numbers[i % 4096], values[i % 4096]);
	return (bench_now() - start) / size;
}

static void load_rows(uint64_t size)
{
	const struct writer_step all = { .run = 1, .step = 1, .count = size, .old = WRITER_NONE };
	struct bench_samples rate = {}, share = {}, load = {};
	int i;

	for (i = 0; i < LOADS; i++) {
		struct writer_times times = writer_snapshot(&all);
		double ns = (times.records + times.commit) / size;

		writer_settle();
		bench_sample(&load, ns);
		bench_sample(&rate, 1e3 / ns);
		bench_sample(&share, digest_ns(size) / ns);
		fprintf(stderr, "update: loaded, %.1f ns a record\n", ns);
	}
	bench_row("load.table_rate", size, "M/s", &rate, NULL);
	bench_row("digest.share", size, "ratio", &share, &load);
}

/* Half of them take a number off the list, half put another on it. */
static void delta_row(uint64_t size)
{
	struct writer_step step = {
		.run = 1, .step = size / (CHANGES / 2), .count = CHANGES / 2, .new = 1,
	};
	struct bench_samples ms = {};
	int i;

	for (i = 0; i < DELTAS; i++) {
		struct writer_times times;

		step.first = i;
		times = writer_delta(&step);
		writer_settle();
		bench_sample(&ms, (times.records + times.commit) / 1e6);
	}
	bench_row("delta.10k_ms", size, "ms", &ms, NULL);
}

int main(int count, char **arguments)
{
	uint64_t size = bench_size(count > 1 ? arguments[1] : "1e8");

	rcu_register_thread();
	writer_begin(size);
	load_rows(size);
	delta_row(size);
	writer_end();
	rcu_unregister_thread();
	return 0;
}
