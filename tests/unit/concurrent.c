// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Checks on other processors while the list changes under real RCU: entries move
 * to make place, tables grow, shrink and are replaced. A number that is listed all
 * along is found by every check, with a value that is not older than the version
 * read before; one that never was is not found.
 *
 * A reader may not lose an entry that moves while it looks:
 *
 *	1. the reader looks at the home line; the entry is in its second place
 *	2. the writer moves the entry on to its third, and something into the second
 *	3. the reader looks at the second place, and must go on to the third
 */
#include <pthread.h>

#include "issuer.h"

#define READERS		2
#define UNIVERSE	6000
#define CHANGES		300
#define REBUILDS	25
#define CHECKS		1000000
#define VERSIONS_MOST	10000

/* Each number is listed always, never, or sometimes. */
enum { ALWAYS, NEVER, SOMETIMES, KINDS };

static struct issuer list;
static bool stop;
static unsigned long long checks;

static void *read_on(void *argument)
{
	u64 state = (uintptr_t)argument * 0x9e3779b97f4a7c15ULL | 1;

	rcu_register_thread();
	while (!READ_ONCE(stop)) {
		const struct idrv_view *view;
		u64 version, i;
		u32 value;
		int group;

		rcu_read_lock();
		view = rcu_dereference(idrv_list.view);
		version = view->version;
		for (group = 0; group < 16; group++) {
			state ^= state << 13;
			state ^= state >> 7;
			state ^= state << 17;
			i = state % list.size;
			if (idrv_table_find(view->table, list.numbers[i], &value)) {
				must(i % KINDS != NEVER, "a number that was never listed is found");
				must((value & 0xffff) >= version, "of version %u, not %llu",
				     value & 0xffff, version);
			} else {
				must(i % KINDS != ALWAYS, "a number that is listed is not found");
			}
		}
		rcu_read_unlock();
		__atomic_add_fetch(&checks, group, __ATOMIC_RELAXED);
	}
	rcu_unregister_thread();
	return NULL;
}

/* Every listed number gets a value that names the version. */
static void change(u64 percent)
{
	u8 *wire = malloc(list.size * 12);
	u64 i, count = 0;
	u32 value;

	list.version++;
	value = list.version | 3 << 16;
	for (i = 0; i < list.size; i++) {
		bool listed = i % KINDS == ALWAYS ||
			      (i % KINDS == SOMETIMES && random_below(100) < percent);

		if (!listed && list.values[i] == UNLISTED)
			continue;
		issuer_set(&list, i, listed ? value : UNLISTED);
		issuer_put(wire + 12 * count++, list.numbers[i], list.values[i]);
	}
	if (list.version == 1 || one_in(50))
		must(!issuer_snapshot(&list), "no snapshot");
	else
		must(!issuer_push(&list, list.version - 1, wire, count), "no delta");
	free(wire);
}

static u64 percent;

static void between(void)
{
	if (one_in(3) && list.version < VERSIONS_MOST)
		change(percent);
}

/* However the processors are shared: readers ask while the list changes. */
static bool is_enough(void)
{
	return list.version >= CHANGES && idrv_list.rebuilds >= REBUILDS &&
	       READ_ONCE(checks) >= CHECKS;
}

int main(void)
{
	pthread_t readers[READERS];
	u64 i;

	harness_begin();
	stub_random_seed(random_u64());
	must(!idrv_list_init(), "no list");
	issuer_init(&list, UNIVERSE, 140619000000000ULL);
	percent = 20;
	change(percent);
	for (i = 0; i < READERS; i++)
		pthread_create(&readers[i], NULL, read_on, (void *)(i + 1));
	stub_resched = between;

	while (!is_enough() && list.version < VERSIONS_MOST) {
		if (one_in(20))
			percent = random_below(101);
		change(percent);
		must(stub_run_work(1000) < 1000, "work without end");
	}
	stub_resched = NULL;
	WRITE_ONCE(stop, true);
	for (i = 0; i < READERS; i++)
		pthread_join(readers[i], NULL);

	ok(is_enough(), "%llu checks during %llu changes and %llu rebuilds: none was wrong",
	   checks, list.version, idrv_list.rebuilds);
	issuer_check(&list);
	stub_settle();
	idrv_list_exit();
	is(stub_live, 0, "all memory is given back");
	issuer_free(&list);
	return done();
}
