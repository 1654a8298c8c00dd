// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The table under random inserts, updates, removals and reservations, up to where
 * there is no place left, with walks under way: against an array that says of each
 * number of a small universe whether it is listed, and as what.
 */
#ifndef IDRV_KEY_BITS
#define IDRV_KEY_BITS		47
#define LINES_LEAST		256
#else
#define IDRV_TABLE_LINES_MIN	2
#define LINES_LEAST		2
#endif
#include "../../kmod/permutation.c"
#include "../../kmod/table.c"

#include "harness.h"
#include "stub.h"

#define UNLISTED	IDRV_VALUE_REMOVE
#define WALKS		3

/* The universe, and what is true of it. */
struct known {
	u64 number;
	u32 value;		/* or UNLISTED */
	bool reserved;
	u64 slot;
	u32 seen[WALKS];	/* what each walk has gathered */
};

struct observer {
	struct idrv_walk walk;
	int index;
	bool running;
};

static struct known *universe;
static u64 universe_size, listed, reserved;
static struct observer observers[WALKS];
static struct idrv_table *table;

/* The universe is sorted, so that a walk's number is found in it. */
static struct known *known_of(u64 number)
{
	u64 low = 0, high = universe_size;

	while (low < high) {
		u64 middle = (low + high) / 2;

		if (universe[middle].number < number)
			low = middle + 1;
		else
			high = middle;
	}
	must(low < universe_size && universe[low].number == number, "%llu was never listed", number);
	return &universe[low];
}

static int compare_numbers(const void *a, const void *b)
{
	u64 x = ((const struct known *)a)->number, y = ((const struct known *)b)->number;

	return (x > y) - (x < y);
}

static void make_universe(u64 size)
{
	u64 i, kept = 0;

	universe = calloc(size, sizeof(*universe));
	for (i = 0; i < size; i++) {
		universe[i].number = random_u64() & IDRV_KEY_MASK;
		universe[i].value = UNLISTED;
	}
	qsort(universe, size, sizeof(*universe), compare_numbers);
	for (i = 0; i < size; i++)
		if (!i || universe[i].number != universe[kept - 1].number)
			universe[kept++] = universe[i];
	universe_size = kept;
	listed = reserved = 0;
}

static int visit(struct idrv_walk *walk, u64 number, u32 value)
{
	struct observer *observer = container_of(walk, struct observer, walk);
	u32 *seen = &known_of(number)->seen[observer->index];

	must(*seen == UNLISTED, "a walk visits %llu twice", number);
	*seen = value;
	return 0;
}

static void changed(struct idrv_walk *walk, u64 number, u32 before, u32 after)
{
	struct observer *observer = container_of(walk, struct observer, walk);
	u32 *seen = &known_of(number)->seen[observer->index];

	must(*seen == before, "a walk is told that %llu was %#x, it saw %#x", number, before, *seen);
	*seen = after;
}

static unsigned long long walks_done;

static void step_walk(struct observer *observer)
{
	int error;
	u64 i;

	if (!observer->running) {
		for (i = 0; i < universe_size; i++)
			universe[i].seen[observer->index] = UNLISTED;
		observer->walk.changed = changed;
		idrv_walk_begin(&observer->walk, table);
		observer->running = true;
		return;
	}
	if (one_in(200)) {
		idrv_walk_end(&observer->walk);
		observer->running = false;
		return;
	}
	if (idrv_walk_lines(&observer->walk, 1 + random_below(table->lines / 4), visit, &error))
		return;
	must(!error, "error %d", error);
	for (i = 0; i < universe_size; i++)
		must(universe[i].seen[observer->index] == universe[i].value,
		     "a walk gathered %#x for %llu, which is %#x",
		     universe[i].seen[observer->index], universe[i].number, universe[i].value);
	/* It is told of changes even now, until its end. */
	if (one_in(2)) {
		idrv_walk_end(&observer->walk);
		observer->running = false;
		walks_done++;
	}
}

static void check_all(void)
{
	u64 i, marks = 0, entries = 0, hops = 0;
	u32 value;

	for (i = 0; i < universe_size; i++) {
		bool found = idrv_table_find(table, universe[i].number, &value);

		must(found == (universe[i].value != UNLISTED), "%llu is %slisted",
		     universe[i].number, found ? "" : "un");
		must(!found || value == universe[i].value, "%llu is %#x, not %#x",
		     universe[i].number, value, universe[i].value);
	}
	must(table->count == listed, "count %llu, not %llu", table->count, listed);
	for (i = 0; i < table->lines * 8; i++) {
		marks += table->words[i] >> 63;
		if (table->words[i] >> 61 & 3) {
			entries++;
			hops += (table->words[i] >> 61 & 3) - 1;
		}
	}
	must(table->hops == hops, "%llu hops, %llu counted", hops, table->hops);
	must(table->marks == marks, "%llu marks, %llu counted", marks, table->marks);
	must(entries == listed, "%llu entries, not %llu", entries, listed);
}

static double least_full;

/* There may be no place only where nearly all is taken. */
static void no_place(void)
{
	double full = (listed + reserved) / (double)(table->lines * 8);

	if (full < least_full)
		least_full = full;
}

static void change(struct known *one)
{
	u32 value = random_u64() & ((1U << IDRV_VALUE_BITS) - 1), got;

	if (one->reserved) {
		must(!idrv_table_find(table, one->number, &got), "set aside, but found");
		if (one_in(3)) {
			idrv_table_unreserve(table, one->slot);
		} else {
			idrv_table_fill(table, one->slot, one->number, value);
			one->value = value;
			listed++;
		}
		one->reserved = false;
		reserved--;
	} else if (one->value != UNLISTED) {
		if (one_in(3)) {
			must(idrv_table_update(table, one->number, value), "not listed");
			one->value = value;
		} else {
			must(idrv_table_remove(table, one->number), "not listed");
			one->value = UNLISTED;
			listed--;
		}
	} else if (one_in(8)) {
		must(!idrv_table_update(table, one->number, value) &&
		     !idrv_table_remove(table, one->number), "%llu is listed", one->number);
	} else if (one_in(3)) {
		if (idrv_table_reserve(table, one->number, &one->slot)) {
			no_place();
			return;
		}
		one->reserved = true;
		reserved++;
	} else {
		if (idrv_table_insert(table, one->number, value)) {
			no_place();
			return;
		}
		one->value = value;
		listed++;
	}
	if (one->value == UNLISTED)
		must(!idrv_table_find(table, one->number, &got), "found");
	else
		must(idrv_table_find(table, one->number, &got) && got == one->value, "not found");
}

/* @fill: numbers of the universe for each place of the table, times 100 */
static void run(u64 lines, u64 fill, u64 steps)
{
	u64 step, i;

	table = idrv_table_create(lines, NULL);
	make_universe(lines * 8 * fill / 100 + 2);
	for (step = 0; step < steps; step++) {
		change(&universe[random_below(universe_size)]);
		if (one_in(24))
			step_walk(&observers[random_below(WALKS)]);
		if (one_in(steps / 8))
			check_all();
	}
	for (i = 0; i < WALKS; i++) {
		if (observers[i].running)
			idrv_walk_end(&observers[i].walk);
		observers[i].running = false;
	}
	check_all();
	for (i = 0; i < universe_size; i++)
		if (universe[i].reserved)
			idrv_table_unreserve(table, universe[i].slot);
	check_all();
	for (i = 0; i < universe_size; i++)
		if (universe[i].value != UNLISTED)
			must(idrv_table_remove(table, universe[i].number), "lost");
	for (i = 0; i < lines * 8; i++)
		must(!(table->words[i] << 1), "something is left");
	idrv_table_destroy(table);
	free(universe);
}

/* However many numbers there are, the table fits the promise. */
static void sizes(void)
{
	static const u32 aims[] = { 905, 1062, 1090, 1150 };
	double worst[4] = {};
	u64 count, lines;
	int aim;

	for (count = 100000; count < 6000000000ULL; count += 1 + random_below(count / 2000))
		for (aim = 0; aim < 4; aim++) {
			lines = idrv_table_lines(count, aims[aim]);
			if (lines * 6400.0 / count > worst[aim])
				worst[aim] = lines * 6400.0 / count;
			must(lines * 64 >= count * (aims[aim] - IDRV_CENTIBYTES_ROUNDED) / 100, "too few lines");
		}
	ok(worst[1] <= 1070 && worst[2] <= 1200 && worst[3] <= 1200,
	   "bytes a number, from 10^5 to 6*10^9: at most %.3f, %.3f, %.3f, %.3f", worst[0] / 100,
	   worst[1] / 100, worst[2] / 100, worst[3] / 100);
	must(idrv_table_lines(0, 1062) == IDRV_TABLE_LINES_MIN, "least");
	must(idrv_table_lines(~0ULL, 1062) == IDRV_TABLE_LINES_MAX, "most");
}

/* Large enough for pages of 2 MiB: the memory is another kind. */
static void large(void)
{
	u64 lines = idrv_table_lines(2000000, 1062);
	struct idrv_table *big = idrv_table_create(lines, NULL);
	u32 value = 0;

	must(big, "no table");
	ok(lines * IDRV_LINE_BYTES >= HUGE_PAGES_FROM && idrv_table_memory(big) - sizeof(*big) ==
	   lines * IDRV_LINE_BYTES, "a table of %llu lines, in whole large pages", lines);
	must(!idrv_table_insert(big, 1, 2) && idrv_table_find(big, 1, &value), "no place");
	is(value, 2, "which works");
	idrv_table_destroy(big);
}

int main(void)
{
	u64 lines;
	int i;

	harness_begin();
	stub_random_seed(random_u64());
	for (i = 0; i < WALKS; i++)
		observers[i].index = i;

	least_full = 1;
	for (i = 0; i < 150; i++) {
		lines = LINES_LEAST + random_below(i % 3 ? 16 : 120);
		/* below, at and beyond the load that a list has */
		run(lines, 60 + 10 * random_below(20), 4000 + lines * 40);
	}
	ok(walks_done > 100, "random changes; %llu walks under way meanwhile", walks_done);
	ok(least_full > 0.7, "no place is only refused from %.1f %% on", least_full * 100);
	if (LINES_LEAST == 256) {
		sizes();
		large();
	}
	is(stub_live, 0, "all memory is given back");
	return done();
}
