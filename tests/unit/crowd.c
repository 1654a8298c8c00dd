// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Numbers that crowd. Who knows the key of a table can choose more numbers than the
 * lines that they may stand in have room for; to others that happens hardly ever.
 * Then a table with another key takes over, or the whole change is refused.
 */
#include "issuer.h"

/* What a list of so few numbers gets, and what takes its place when that fails. */
#define CROWD		170
#define LINES		32
#define LINES_COPY	(LINES + LINES / 5 + 1)

#define MANY		1200

static u64 seed;
static struct issuer list, before;
static bool is_crowd[MANY];

/*
 * A table as the list's will be: keys follow from the seed, in the order in which
 * they are drawn. Its first lines, @few, are full.
 */
static struct idrv_table *next_table(u64 lines, u64 few)
{
	struct idrv_table *table = idrv_table_create(lines, NULL);
	u64 i;

	must(table, "no table");
	for (i = 0; i < few * IDRV_LINE_WORDS; i++)
		table->words[i] = 1;
	return table;
}

/* Whether a number may stand in the first lines only. */
static bool is_confined(struct idrv_table *table, u64 number)
{
	return idrv_table_insert(table, number, 1) || !idrv_table_remove(table, number);
}

/* Numbers that are confined in each of the tables. */
static void make_crowd(struct idrv_table *one, struct idrv_table *two)
{
	u64 number, found = 0;

	issuer_free(&list);
	issuer_init(&list, CROWD, BIT_ULL(IDRV_KEY_BITS));
	for (number = 0; found < list.size && number < BIT_ULL(IDRV_KEY_BITS); number++)
		if (is_confined(one, number) && (!two || is_confined(two, number)))
			list.numbers[found++] = number;
	must(found == list.size, "only %llu", found);
	idrv_table_destroy(one);
	idrv_table_destroy(two);
}

static void list_all(void)
{
	u64 i;

	list.version++;
	for (i = 0; i < list.size; i++)
		issuer_set(&list, i, issuer_random_value());
}

/* Version 1: the first ten of what will be listed. */
static void list_some(void)
{
	u64 i;

	list.version = 1;
	for (i = 0; i < 10; i++)
		issuer_set(&list, i, issuer_random_value());
	must(!issuer_snapshot(&list), "no snapshot");
	issuer_copy(&before, &list);
	list_all();
}

static int delta(void)
{
	u8 *wire = malloc(list.size * 12);
	u64 i, count = 0;
	int error;

	for (i = 0; i < list.size; i++)
		if (list.values[i] != before.values[i])
			issuer_put(wire + 12 * count++, list.numbers[i], list.values[i]);
	error = issuer_push(&list, before.version, wire, count);
	free(wire);
	return error;
}

static int snapshot(void)
{
	return issuer_snapshot(&list);
}

/*
 * The first table takes up to 160 of them before it has no place for the next; the
 * one that is to take over has places for 112.
 */
static void make_crowd_of_two_keys(void)
{
	struct idrv_table *one, *two;

	stub_random_seed(seed);
	one = next_table(LINES, 20);
	two = next_table(LINES_COPY, 14);
	make_crowd(one, two);
	stub_random_seed(seed);
}

static void end(void)
{
	stub_settle();
	idrv_list_exit();
	must(!stub_live, "%llu allocations are left", stub_live);
}

/* An allocation fails in a change that has no place at first. */
static bool with_fault(int (*change)(void), long number)
{
	bool happened;
	int result;

	seed = random_u64();
	must(!idrv_list_init(), "no list");
	make_crowd_of_two_keys();
	list_some();
	if (change == snapshot)
		/* The second key is for the snapshot's first table. */
		stub_random_seed(seed);
	stub_fail_after = number;
	result = change();
	happened = stub_fail_after < 0;
	stub_fail_after = -1;
	if (change == snapshot && !happened)
		is(result, -ENOSPC, "a snapshot with no place, nor in another table, is refused");
	else
		must(result == (happened ? -ENOMEM : 0), "allocation %ld: %d", number, result);
	issuer_check(result ? &before : &list);
	if (result && idrv_transaction_owner())
		idrv_transaction_release(OWNER);
	/* With keys that nobody has chosen. */
	stub_random_seed(~seed);
	if (result)
		must(!change(), "allocation %ld: cannot be repeated", number);
	issuer_check(&list);
	end();
	return happened;
}

static void test_faults(const char *name, int (*change)(void))
{
	long number;

	for (number = 0; with_fault(change, number); number++)
		;
	ok(number > 2, "%s: %ld allocations failed", name, number);
}

/* Nothing else runs here. */
static const struct idrv_table *in_force(void)
{
	return idrv_list.view->table;
}

static void test_other_key(void)
{
	must(!idrv_list_init(), "no list");
	stub_random_seed(seed);
	make_crowd(next_table(LINES, 8), NULL);
	list_all();
	stub_random_seed(seed);
	is(issuer_snapshot(&list), 0, "a snapshot with no place gets another table");
	issuer_check(&list);
	is(in_force()->lines, LINES_COPY, "a larger one");
	end();
}

/* Comes while a rebuild lets others run. */
static void add_crowd(void)
{
	u64 i;

	if (!in_force()->walks || list.version == 3)
		return;
	list.version++;
	for (i = 0; i < list.size; i++)
		if (is_crowd[i])
			issuer_set(&list, i, issuer_random_value());
	must(!delta(), "no delta");
}

/* 100 numbers that are confined, and a thousand that are not. */
static void make_crowd_among_others(struct idrv_table *table)
{
	u64 number, found = 0, crowd = 0;

	issuer_free(&list);
	issuer_init(&list, MANY, BIT_ULL(IDRV_KEY_BITS));
	for (number = 0; found < list.size && number < BIT_ULL(IDRV_KEY_BITS); number++) {
		bool confined = is_confined(table, number);

		if (confined ? crowd == 100 : number % 62)
			continue;
		is_crowd[found] = confined;
		crowd += confined;
		list.numbers[found++] = number;
	}
	must(crowd == 100 && found > 1000, "only %llu of %llu", crowd, found);
	list.size = found;
	idrv_table_destroy(table);
}

/*
 * A list that has shrunk is copied to a smaller table of the same key. Meanwhile more
 * numbers come than that has places for: the table in force takes them, and its
 * successor has another key.
 */
static void test_rebuild(void)
{
	struct idrv_permutation key;
	u64 i;

	must(!idrv_list_init(), "no list");
	stub_random_seed(seed);
	make_crowd_among_others(next_table(LINES, 8));
	list.version = 1;
	for (i = 0; i < list.size; i++)
		if (!is_crowd[i])
			issuer_set(&list, i, issuer_random_value());
	stub_random_seed(seed);
	must(!issuer_snapshot(&list), "no snapshot");
	key = in_force()->permutation;

	issuer_copy(&before, &list);
	list.version = 2;
	for (i = 10; i < list.size; i++)
		issuer_set(&list, i, UNLISTED);
	must(!delta(), "no delta");
	issuer_copy(&before, &list);
	stub_resched = add_crowd;
	must(stub_run_work(100) < 100, "work without end");
	stub_settle();
	stub_resched = NULL;
	is(list.version, 3, "numbers came while the table was rebuilt");
	issuer_check(&list);
	ok(in_force()->lines == LINES && idrv_list.rebuilds == 1 &&
	   memcmp(&key, &in_force()->permutation, sizeof(key)),
	   "a smaller table took over, with another key");
	end();
}

int main(void)
{
	harness_begin();
	seed = random_u64();
	test_other_key();
	test_faults("a snapshot", snapshot);
	test_faults("a delta", delta);
	test_rebuild();
	issuer_free(&list);
	issuer_free(&before);
	return done();
}
