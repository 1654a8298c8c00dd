// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <stdlib.h>

#include "cycle.h"
#include "writer.h"
#include "numbers.h"

#include "../../../kmod/list.h"

/* Every STEPS-th stretch joins the list at once. */
#define STEPS	1000

static struct {
	u64 each;		/* numbers of a step */
	u64 joined;		/* steps so far */
	u64 first, last;	/* steps just after a rebuild, and just before the next */
} cycle;

const struct idrv_table *cycle_table(void)
{
	return rcu_dereference_protected(idrv_list.view, true)->table;
}

/* Lets the next step join, and the list be rebuilt if it wants to. */
static void join(void)
{
	const struct writer_step step = {
		.first = cycle.joined,
		.run = 1,
		.step = STEPS,
		.count = cycle.each,
		.old = WRITER_NONE,
	};

	writer_delta(&step);
	cycle.joined++;
	writer_settle();
}

/*
 * From 0.88 of the size on, the first rebuild comes within a twentieth; how far
 * the next one is follows from the size of the table.
 */
void cycle_begin(uint64_t size)
{
	struct writer_step step = { .run = 800, .step = STEPS, .old = WRITER_NONE };
	u64 lines;

	cycle.each = size * 11 / 10 / STEPS;
	writer_begin(cycle.each * STEPS);
	step.count = cycle.each;
	writer_snapshot(&step);
	cycle.joined = step.run;
	writer_settle();
	lines = cycle_table()->lines;
	while (cycle_table()->lines == lines)
		join();
	cycle.first = cycle.joined;
	cycle.last = cycle_table()->lines * IDRV_LINE_BYTES * 100 / (IDRV_CENTIBYTES_GROW + 1) /
		     cycle.each;
}

void cycle_fill(int point)
{
	u64 lines = cycle_table()->lines;
	u64 until = cycle.first + (cycle.last - cycle.first) * point / (CYCLE_POINTS - 1);

	while (cycle.joined < until)
		join();
	if (cycle_table()->lines != lines) {
		fprintf(stderr, "bench: the list was rebuilt too early\n");
		exit(1);
	}
	fprintf(stderr, "%llu numbers, %.2f bytes each\n", cycle_table()->count,
		writer_bytes_per_entry());
}

uint64_t cycle_listed(uint64_t random)
{
	u64 row = numbers_below(random, cycle.each);

	return row * STEPS + numbers_below(numbers_mix(random), cycle.joined);
}

void cycle_end(void)
{
	writer_end();
}
