// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How many lines a check reads, at the fillings of a growth cycle, and how many it
 * reads at most while all numbers are replaced ten times.
 *
 * usage: lines SIZE [SIZE-TURNED-OVER]...
 */
#include <stdio.h>
#include <stdlib.h>
#include <urcu.h>

#include "bench.h"
#include "numbers.h"
#include "random.h"
#include "writer.h"

#include "../../kmod/table.c"
#include "../../kmod/list.h"
#include "cycle.h"

#define SAMPLES		1000000
#define TURNOVERS	10
/* A turnover comes in so many deltas; after each so many of them, lines are counted. */
#define TURNOVER_STEPS	100
#define LOOK_EVERY	5

/* As idrv_table_find() goes, but counting. */
static int lines_read(const struct idrv_table *table, u64 number, bool *found)
{
	struct place place = place_of(table, number);
	const u64 *home = line_words(table, place.line[0]);
	int hop = 0;
	u32 value;

	while (!line_find(line_words(table, place.line[hop]), place.tag, hop, &value)) {
		if (++hop == IDRV_HOPS || !(home[place.class[hop]] & WORD_MARK)) {
			*found = false;
			return hop;
		}
	}
	*found = true;
	return hop + 1;
}

static double lines_a_miss(uint64_t *random, unsigned int generation)
{
	u64 lines = 0, i;
	bool found;

	for (i = 0; i < SAMPLES; i++)
		lines += lines_read(cycle_table(), writer_unlisted(random_next(random), generation),
				    &found);
	return (double)lines / SAMPLES;
}

static double lines_a_hit(uint64_t *random, uint64_t (*listed)(uint64_t random))
{
	u64 lines = 0, i;
	bool found;

	for (i = 0; i < SAMPLES; i++) {
		lines += lines_read(cycle_table(), listed(random_next(random)), &found);
		if (!found) {
			fprintf(stderr, "lines: a listed number is not found\n");
			exit(1);
		}
	}
	return (double)lines / SAMPLES;
}

static uint64_t listed_in_cycle(uint64_t random)
{
	return writer_number(cycle_listed(random), 0);
}

static void cycle_rows(u64 size, uint64_t *random)
{
	struct bench_samples miss = {}, hit = {};
	int point;

	cycle_begin(size);
	for (point = 0; point < CYCLE_POINTS; point++) {
		cycle_fill(point);
		bench_sample(&miss, lines_a_miss(random, 0));
		bench_sample(&hit, lines_a_hit(random, listed_in_cycle));
	}
	cycle_end();
	bench_row("table.lines_per_miss", size, "lines", &miss, NULL);
	bench_row("table.lines_per_hit", size, "lines", &hit, NULL);
}

/*
 * Of the list that is turned over: stretches in all, hundredths of them done in this
 * turnover, and the generation that replaces the one before.
 */
static struct {
	u64 size;
	unsigned int done;
	u32 generation;
} turned;

static uint64_t listed_after_turnover(uint64_t random)
{
	u64 at = numbers_below(random, turned.size);
	bool replaced = at % TURNOVER_STEPS < turned.done;

	return writer_number(at, replaced ? turned.generation : turned.generation - 1);
}

/* One hundredth of all numbers at a time makes way for as many others. */
static void churned_rows(u64 size, uint64_t *random)
{
	struct writer_step step = { .run = 1, .step = 1, .count = size, .old = WRITER_NONE };
	struct bench_samples miss = {}, hit = {}, bytes = {};
	unsigned int turnover;

	writer_begin(size);
	writer_snapshot(&step);
	step = (struct writer_step){ .run = 1, .step = TURNOVER_STEPS,
				     .count = size / TURNOVER_STEPS };
	turned.size = step.count * step.step;
	for (turnover = 0; turnover < TURNOVERS; turnover++) {
		step.old = turnover;
		step.new = turnover + 1;
		turned.generation = turnover + 1;
		for (step.first = 0; step.first < step.step; step.first++) {
			writer_delta(&step);
			writer_settle();
			turned.done = step.first + 1;
			bench_sample_most(&bytes, turnover, writer_bytes_per_entry());
			if (turned.done % LOOK_EVERY)
				continue;
			bench_sample_most(&miss, turnover, lines_a_miss(random, turnover + 1));
			bench_sample_most(&hit, turnover,
					  lines_a_hit(random, listed_after_turnover));
		}
		fprintf(stderr, "turned over %u times: %.4f lines a miss, %.4f a hit, %.2f bytes\n",
			turnover + 1, miss.value[turnover], hit.value[turnover],
			bytes.value[turnover]);
	}
	bench_row_most("table.lines_per_miss_churned", size, "lines", &miss, NULL);
	bench_row_most("table.lines_per_hit_churned", size, "lines", &hit, NULL);
	bench_row_most("table.bytes_per_entry_churned", size, "bytes", &bytes, NULL);
	writer_end();
}

int main(int count, char **arguments)
{
	uint64_t random = 1, size = bench_size(count > 1 ? arguments[1] : "1e8");
	int i;

	rcu_register_thread();
	cycle_rows(size, &random);
	for (i = 2; i < count; i++)
		churned_rows(bench_size(arguments[i]), &random);
	rcu_unregister_thread();
	return 0;
}
