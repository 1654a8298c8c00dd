// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Checks and changes between each other's steps, without threads, so that no
 * window is too narrow to be met: after each store into the table, every number
 * is looked for; and after each line that a check has read, the table changes,
 * entries being moved to make place, before the check reads on.
 */
#define IDRV_KEY_BITS		16
#define IDRV_TABLE_LINES_MIN	2

#include <linux/kernel.h>

static void readers_turn(void);
static void writers_turn(void);

#undef smp_store_release
#define smp_store_release(at, value) \
	({ __atomic_store_n(at, value, __ATOMIC_RELEASE); readers_turn(); })
#undef smp_rmb
#define smp_rmb()	writers_turn()

#include "../../kmod/permutation.c"
#include "../../kmod/table.c"

#include "harness.h"
#include "stub.h"

#define UNLISTED	IDRV_VALUE_REMOVE
#define NOBODY		(~0ULL)

struct known {
	u64 number;
	u32 value;		/* or UNLISTED */
	bool reserved;
	u64 slot;
};

static struct known *universe;
static u64 universe_size;
static struct idrv_table *table;
static u64 changing, reading;	/* indices into the universe */
static bool in_check;
static unsigned long long stores, changes_within;

static void look_for(u64 i)
{
	const struct known *one = &universe[i];
	u32 value;
	bool found = idrv_table_find(table, one->number, &value);

	must(found == (one->value != UNLISTED), "%llu is %s", one->number, found ? "found" : "lost");
	must(!found || value == one->value, "%llu is %#x, not %#x", one->number, value, one->value);
}

static void readers_turn(void)
{
	u64 i;

	stores++;
	for (i = 0; i < universe_size; i++)
		if (i != changing) {
			bool within = in_check;

			in_check = true;
			look_for(i);
			in_check = within;
		}
}

static void change(u64 i)
{
	struct known *one = &universe[i];
	u32 value = random_below(BIT_ULL(IDRV_VALUE_BITS));

	changing = i;
	if (one->reserved) {
		one->reserved = false;
		if (one_in(4)) {
			idrv_table_unreserve(table, one->slot);
		} else {
			idrv_table_fill(table, one->slot, one->number, value);
			one->value = value;
		}
	} else if (one->value != UNLISTED && one_in(2)) {
		must(idrv_table_update(table, one->number, value), "not listed");
		one->value = value;
	} else if (one->value != UNLISTED) {
		must(idrv_table_remove(table, one->number), "not listed");
		one->value = UNLISTED;
	} else if (one_in(6)) {
		one->reserved = !idrv_table_reserve(table, one->number, &one->slot);
	} else if (!idrv_table_insert(table, one->number, value)) {
		one->value = value;
	}
	changing = NOBODY;
}

/* A check has read a line: everything may change but what it looks for. */
static void writers_turn(void)
{
	int turns = 1 + random_below(4);
	u64 i;

	if (in_check)
		return;
	in_check = true;
	while (turns--) {
		i = random_below(universe_size);
		if (i != reading)
			change(i);
		changes_within++;
	}
	in_check = false;
}

static void run(u64 lines, u64 steps)
{
	u64 i;

	table = idrv_table_create(lines, NULL);
	universe_size = lines * 8 * (80 + random_below(60)) / 100;
	universe = calloc(universe_size, sizeof(*universe));
	for (i = 0; i < universe_size; i++)
		universe[i] = (struct known){ .number = i * 7, .value = UNLISTED };
	changing = reading = NOBODY;
	while (steps--) {
		in_check = true;
		change(random_below(universe_size));
		in_check = false;
		reading = random_below(universe_size);
		look_for(reading);
		reading = NOBODY;
	}
	idrv_table_destroy(table);
	free(universe);
}

int main(void)
{
	int round;

	harness_begin();
	stub_random_seed(random_u64());
	for (round = 0; round < 150; round++)
		run(2 + random_below(20), 600);
	ok(stores > 10000 && changes_within > 10000,
	   "all is right after each of %llu stores, and with %llu changes in the midst of checks",
	   stores, changes_within);
	is(stub_live, 0, "all memory is given back");
	return done();
}
