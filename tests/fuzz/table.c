// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The table, shrunken to a few lines, against an array. Input: lines and key, then
 * operations of three bytes each. After each, every number of a small universe is
 * looked for, and count, marks and entries are counted again.
 */
#define IDRV_KEY_BITS		14
#define IDRV_TABLE_LINES_MIN	2
#include "../../kmod/permutation.c"
#include "../../kmod/table.c"

#include "fuzz.h"
#include "stub.h"

#define UNIVERSE	128
#define UNLISTED	IDRV_VALUE_REMOVE
#define WALKS		2

static struct {
	u32 value;		/* or UNLISTED */
	u32 seen[WALKS];	/* by each walk */
	u64 slot;
	bool reserved;
} known[UNIVERSE];

static struct idrv_walk walks[WALKS];
static struct idrv_table *table;
static u64 listed;

/* Spread over all lines and tags. */
static u64 number_of(unsigned int i)
{
	return (i * 12347 + (i & 1)) & IDRV_KEY_MASK;
}

static unsigned int index_of(u64 number)
{
	unsigned int i;

	for (i = 0; i < UNIVERSE; i++)
		if (number_of(i) == number)
			return i;
	fuzz_check(false, "%llu was never listed", (unsigned long long)number);
}

static void check_all(void)
{
	u64 i, marks = 0, entries = 0, hops = 0;
	u32 value;

	for (i = 0; i < UNIVERSE; i++) {
		bool found = idrv_table_find(table, number_of(i), &value);

		fuzz_check(found == (known[i].value != UNLISTED), "%llu is %slisted",
			   (unsigned long long)number_of(i), found ? "" : "not ");
		fuzz_check(!found || value == known[i].value, "%#x, not %#x", value, known[i].value);
	}
	for (i = 0; i < table->lines * IDRV_LINE_WORDS; i++) {
		marks += !!(table->words[i] & WORD_MARK);
		if (word_hop(table->words[i]) < 0)
			continue;
		entries++;
		hops += word_hop(table->words[i]);
	}
	fuzz_check(table->hops == hops, "%llu hops, not %llu", (unsigned long long)table->hops,
		   (unsigned long long)hops);
	fuzz_check(table->count == listed && entries == listed, "%llu, not %llu",
		   (unsigned long long)table->count, (unsigned long long)listed);
	fuzz_check(table->marks == marks, "%llu marks, not %llu", (unsigned long long)table->marks,
		   (unsigned long long)marks);
}

static int visit(struct idrv_walk *walk, u64 number, u32 value)
{
	u32 *seen = &known[index_of(number)].seen[walk - walks];

	fuzz_check(*seen == UNLISTED, "visited twice");
	*seen = value;
	return 0;
}

static void changed(struct idrv_walk *walk, u64 number, u32 before, u32 after)
{
	u32 *seen = &known[index_of(number)].seen[walk - walks];

	fuzz_check(*seen == before, "told of %#x, saw %#x", before, *seen);
	*seen = after;
}

static void walk(unsigned int which, u64 lines)
{
	struct idrv_walk *one = &walks[which];
	int error, i;

	if (!one->table) {
		for (i = 0; i < UNIVERSE; i++)
			known[i].seen[which] = UNLISTED;
		one->changed = changed;
		idrv_walk_begin(one, table);
	}
	if (idrv_walk_lines(one, lines, visit, &error))
		return;
	fuzz_check(!error, "error %d", error);
	for (i = 0; i < UNIVERSE; i++)
		fuzz_check(known[i].seen[which] == known[i].value, "saw %#x of %#x",
			   known[i].seen[which], known[i].value);
	/* It is told of changes until its end; an odd one goes on for a while. */
	if (!(lines & 1))
		idrv_walk_end(one);
}

static void insert(unsigned int i, u32 value)
{
	if (known[i].value != UNLISTED || known[i].reserved)
		return;
	if (!idrv_table_insert(table, number_of(i), value)) {
		known[i].value = value;
		listed++;
	}
}

static void update(unsigned int i, u32 value)
{
	bool is_listed = known[i].value != UNLISTED;

	fuzz_check(idrv_table_update(table, number_of(i), value) == is_listed, "update");
	if (is_listed)
		known[i].value = value;
}

static void remove_number(unsigned int i)
{
	bool was_listed = known[i].value != UNLISTED;

	fuzz_check(idrv_table_remove(table, number_of(i)) == was_listed, "remove");
	known[i].value = UNLISTED;
	listed -= was_listed;
}

static void reserve(unsigned int i)
{
	if (known[i].value == UNLISTED && !known[i].reserved)
		known[i].reserved = !idrv_table_reserve(table, number_of(i), &known[i].slot);
}

static void settle(unsigned int i, bool fill, u32 value)
{
	if (!known[i].reserved)
		return;
	known[i].reserved = false;
	if (!fill) {
		idrv_table_unreserve(table, known[i].slot);
		return;
	}
	idrv_table_fill(table, known[i].slot, number_of(i), value);
	known[i].value = value;
	listed++;
}

static struct idrv_table *copy_to;

static int copy(struct idrv_walk *walk, u64 number, u32 value)
{
	return idrv_table_insert(copy_to, number, value);
}

/* A table of another size takes over, if all find a place in it. */
static void rebuild(u64 lines, bool same_key)
{
	struct idrv_walk all = { .changed = changed };
	unsigned int i;
	int error;

	for (i = 0; i < UNIVERSE; i++)
		settle(i, false, 0);
	copy_to = idrv_table_create(lines, same_key ? &table->permutation : NULL);
	idrv_walk_begin(&all, table);
	idrv_walk_lines(&all, ~0ULL >> 1, copy, &error);
	idrv_walk_end(&all);
	if (error) {
		idrv_table_destroy(copy_to);
		return;
	}
	for (i = 0; i < WALKS; i++)
		idrv_walk_end(&walks[i]);
	idrv_table_destroy(table);
	table = copy_to;
}

static void step(struct fuzz_input *input)
{
	unsigned int action = fuzz_below(input, 16), i = fuzz_below(input, UNIVERSE);
	u32 value = fuzz_take(input, 1) * 0x4081u & ((1U << IDRV_VALUE_BITS) - 1);

	switch (action) {
	case 0 ... 4:
		insert(i, value);
		break;
	case 5:
		update(i, value);
		break;
	case 6 ... 8:
		remove_number(i);
		break;
	case 9 ... 10:
		reserve(i);
		break;
	case 11 ... 12:
		settle(i, action == 11, value);
		break;
	case 13 ... 14:
		walk(action - 13, 1 + i % 8);
		break;
	case 15:
		rebuild(2 + i % 12, value & 1);
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };
	unsigned int i;

	stub_random_seed(fuzz_take(&input, 1));
	table = idrv_table_create(2 + fuzz_below(&input, 12), NULL);
	listed = 0;
	for (i = 0; i < UNIVERSE; i++) {
		known[i].value = UNLISTED;
		known[i].reserved = false;
	}
	while (input.left) {
		step(&input);
		check_all();
	}
	for (i = 0; i < WALKS; i++)
		idrv_walk_end(&walks[i]);
	for (i = 0; i < UNIVERSE; i++)
		settle(i, false, 0);
	for (i = 0; i < UNIVERSE; i++)
		remove_number(i);
	for (i = 0; i < table->lines * IDRV_LINE_WORDS; i++)
		fuzz_check(!(table->words[i] & ~WORD_MARK), "something is left");
	idrv_table_destroy(table);
	fuzz_check(!stub_live, "%llu allocations are left", (unsigned long long)stub_live);
	return 0;
}
