// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Keys so short that every number can be tried: for many sizes of the table, each
 * number is brought to each of its hops. There a check finds it, and a walk reads
 * the same number back from line, hop and tag: so these determine it, and no
 * entry can be taken for another. The table is only asked what its header offers.
 */
#ifndef IDRV_KEY_BITS
#define IDRV_KEY_BITS		12
#endif
#define IDRV_TABLE_LINES_MIN	2
#include "../../kmod/permutation.c"
#include "../../kmod/table.c"

#include "harness.h"
#include "stub.h"

#define NUMBERS		BIT_ULL(IDRV_KEY_BITS)
#define VALUES		BIT_ULL(IDRV_VALUE_BITS)

static u64 found_number, found;
static u32 found_value;

static int note(struct idrv_walk *walk, u64 number, u32 value)
{
	found_number = number;
	found_value = value;
	found++;
	return 0;
}

static void ignore(struct idrv_walk *walk, u64 number, u32 before, u32 after)
{
}

/* The only entry of one line is that of @number. */
static void check_line(struct idrv_table *table, u64 line, u64 number, u32 value)
{
	struct idrv_walk walk = { .changed = ignore };
	int error;

	found = 0;
	idrv_walk_begin(&walk, table);
	walk.line = line;
	idrv_walk_lines(&walk, 1, note, &error);
	idrv_walk_end(&walk);
	must(found == 1 && found_number == number && found_value == value,
	     "%llu lines, line %llu: %llu entries, %llu instead of %llu", table->lines, line, found,
	     found_number, number);
}

static void check_others(struct idrv_table *table, u64 number)
{
	u64 other;
	u32 value;

	for (other = 0; other < NUMBERS; other++)
		must(other == number || !idrv_table_find(table, other, &value),
		     "%llu lines: %llu is taken for %llu", table->lines, number, other);
}

static unsigned long long places;

/* Brings one number to hop 0, 1 and 2, by setting aside all that comes before. */
static void every_hop(struct idrv_table *table, u64 number, bool thorough)
{
	u64 slots[3 * IDRV_LINE_WORDS], slot, line[3] = { ~0ULL, ~0ULL, ~0ULL };
	u32 value = random_below(VALUES), got;
	int taken = 0, hop, i;

	for (hop = 0; hop < 3; hop++) {
		if (idrv_table_reserve(table, number, &slot)) {
			must(hop == 2, "no place at hop %d", hop);
			break;	/* its offsets are the same */
		}
		line[hop] = slot / IDRV_LINE_WORDS;
		must(line[hop] < table->lines && (!hop || line[hop] != line[hop - 1]), "the same line");
		idrv_table_fill(table, slot, number, value);
		must(idrv_table_find(table, number, &got) && got == value,
		     "%llu lines: %llu is not found at hop %d", table->lines, number, hop);
		check_line(table, line[hop], number, value);
		places++;
		value = random_below(VALUES);
		must(idrv_table_update(table, number, value), "no update");
		check_line(table, line[hop], number, value);
		if (thorough)
			check_others(table, number);
		must(idrv_table_remove(table, number) && !idrv_table_find(table, number, &got) &&
		     !table->count, "removed, but there");

		for (i = 0; i < IDRV_LINE_WORDS; i++, taken++)
			must(!idrv_table_reserve(table, number, &slots[taken]) &&
			     slots[taken] / IDRV_LINE_WORDS == line[hop], "not in the same line");
		must(!idrv_table_find(table, number, &got), "set aside, but found");
	}
	while (taken)
		idrv_table_unreserve(table, slots[--taken]);
}

static void every_number(u64 lines, bool thorough)
{
	struct idrv_table *table = idrv_table_create(lines, NULL);
	u64 number;

	for (number = 0; number < NUMBERS; number++)
		every_hop(table, number, thorough);
	idrv_table_destroy(table);
}

/* Filled until a number finds no place: the numbers that are in, and no others. */
static void full(u64 lines, double *least)
{
	struct idrv_table *table = idrv_table_create(lines, NULL);
	u64 start = random_below(NUMBERS), step = random_u64() | 1, i, in;
	u32 value;

	for (in = 0; in < NUMBERS; in++)
		if (idrv_table_insert(table, (start + in * step) % NUMBERS, in % VALUES))
			break;
	for (i = 0; i < NUMBERS; i++) {
		bool listed = idrv_table_find(table, (start + i * step) % NUMBERS, &value);

		must(listed == (i < in) && (!listed || value == i % VALUES),
		     "%llu lines, %llu entries: entry %llu is wrong", lines, in, i);
	}
	must(table->count == in, "count");
	if (in < NUMBERS && (double)in / lines / IDRV_LINE_WORDS < *least)
		*least = (double)in / lines / IDRV_LINE_WORDS;
	idrv_table_destroy(table);
}

int main(void)
{
	static const u64 larger[] = { 255, 256, 257, 509, 512, 997, 1000, 1023, 1024 };
	u64 lines, i, most = NUMBERS / 16, tried = 0, every = IDRV_KEY_BITS > 12 ? 31 : 1;
	double least = 1, least_large = 1;

	harness_begin();
	stub_random_seed(random_u64());
	for (lines = 2; lines <= min(most, 200ULL); lines += 1 + random_below(2 * every - 1)) {
		every_number(lines, false);
		tried++;
	}
	for (i = 0; i < sizeof(larger) / sizeof(*larger); i++) {
		if (larger[i] > most || (IDRV_KEY_BITS > 12 && i % 3))
			continue;
		every_number(larger[i], false);
		tried++;
	}
	ok(true, "%llu sizes, %llu numbers: each of %llu (line, hop, tag) gives its number", tried,
	   NUMBERS, places);
	if (IDRV_KEY_BITS <= 10) {
		for (lines = 2; lines <= most; lines += 1 + random_below(5))
			every_number(lines, true);
		ok(true, "and every other number is told from it");
	}
	for (lines = 2; lines <= most; lines += 1 + random_below(lines / 4 + 1)) {
		full(lines, &least);
		if (lines >= 64)
			full(lines, &least_large);
	}
	ok(least > 0.5 && (most < 64 || least_large > 0.85),
	   "filled until there is no place: at %.0f %% at least, %.0f %% from 64 lines on",
	   least * 100, least_large * 100);
	is(stub_live, 0, "all memory is given back");
	return done();
}
