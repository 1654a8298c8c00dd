// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How many lines a check reads, at the fillings of a growth cycle, and how many it
 * reads once all numbers have been replaced ten times.
 *
 * usage: lines [SIZE]
 */
#include <stdio.h>
#include <urcu.h>

#include "bench.h"
#include "random.h"
#include "writer.h"

#include "../../kmod/table.c"
#include "../../kmod/list.h"
#include "cycle.h"

#define SAMPLES	2000000

/* As idrv_table_probe() goes, but counting. */
static int lines_read(const struct idrv_table *table, u64 number)
{
	struct place place = place_of(table, number);
	const u64 *home = line_words(table, place.line[0]);
	int hop = 0;

	while (!line_find(line_words(table, place.line[hop]), place.tag, hop)) {
		if (++hop == IDRV_HOPS || !(home[place.class[hop]] & WORD_MARK))
			return hop;
	}
	return hop + 1;
}

static double lines_a_miss(uint64_t *random)
{
	u64 lines = 0, i;

	for (i = 0; i < SAMPLES; i++)
		lines += lines_read(cycle_table(), writer_unlisted(random_next(random), 0));
	return (double)lines / SAMPLES;
}

static double lines_a_hit(uint64_t *random)
{
	u64 lines = 0, i;

	for (i = 0; i < SAMPLES; i++)
		lines += lines_read(cycle_table(),
				    writer_number(cycle_listed(random_next(random)), 0));
	return (double)lines / SAMPLES;
}

int main(int count, char **arguments)
{
	uint64_t random = 1, size = bench_size(count > 1 ? arguments[1] : "1e8");
	struct bench_samples miss = {}, hit = {};
	double sum_miss = 0, sum_hit = 0;
	int point;

	rcu_register_thread();
	cycle_begin(size);
	for (point = 0; point < CYCLE_POINTS; point++) {
		cycle_fill(point);
		bench_sample(&miss, lines_a_miss(&random));
		bench_sample(&hit, lines_a_hit(&random));
		sum_miss += miss.value[point];
		sum_hit += hit.value[point];
		fprintf(stderr, "lines: miss %.4f hit %.4f, marks a line %.4f\n", miss.value[point],
			hit.value[point], (double)cycle_table()->marks / cycle_table()->lines);
	}
	cycle_end();
	rcu_unregister_thread();
	return 0;
}
