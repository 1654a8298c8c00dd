// SPDX-License-Identifier: GPL-2.0
/*
 * Our table beside the kernel's own hash table, in one kernel and one run: makes
 * both of the same list, asks both in turn, tells the figures, and frees them; all
 * of it when the module is loaded. A figure is a line "NAME NUMBER" in the kernel's
 * log: bytes, or picoseconds a number.
 */
#include <linux/bitops.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/rhashtable.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/vmstat.h>

#include "check.h"
#include "list.h"
#include "numbers.h"
#include "search.h"

/*
 * What is timed at once: much longer than a step of user-mode Linux's clock, 256 ns,
 * and much shorter than a program runs before others get their turn.
 */
#define CHUNK		512
/* Those that make a figure: it is the mean of the middle half. */
#define CHUNKS		128

static unsigned long count = 10000000;
module_param(count, ulong, 0);
MODULE_PARM_DESC(count, "numbers listed");

static unsigned int rounds = 9;
module_param(rounds, uint, 0);
MODULE_PARM_DESC(rounds, "figures of each kind of question");

static bool alone;
module_param(alone, bool, 0);
MODULE_PARM_DESC(alone, "our table alone");

static bool cached;
module_param(cached, bool, 0);
MODULE_PARM_DESC(cached, "elements of rhashtable come from a cache of their own");

static_assert(CHUNK % IDRV_CHECK_GROUP == 0);

static u64 numbers[CHUNK];

/* Ours. */
static struct idrv_table *table;

static int table_insert(unsigned int some)
{
	unsigned int i;
	int error = 0;

	for (i = 0; i < some; i++)
		idrv_table_prefetch(table, numbers[i]);
	for (i = 0; i < some && !error; i++)
		error = idrv_table_insert(table, numbers[i], numbers_value(numbers[i]));
	return error;
}

/* As kmod/check.c has it: inline, like rhashtable_lookup(). */
static __always_inline u32 table_ask(u64 number)
{
	struct idrv_search search;
	enum idrv_found found;
	u32 value;

	idrv_search_begin(table, &search, number);
	found = idrv_search_home(table, &search, &value);
	while (found == IDRV_FOUND_MARK)
		found = idrv_search_hop(table, &search, &value);
	return found == IDRV_FOUND_VALUE ? value : 0;
}

/*
 * Theirs, as <linux/rhashtable.h> has it used. An element from kmalloc() can be freed
 * after a grace period, by kvfree_rcu(), as it is; one from a cache, which is smaller,
 * would need an rcu_head as well.
 */
struct element {
	struct rhash_head node;
	u64 number;
	u32 value;
};

static const struct rhashtable_params parameters = {
	.key_len = sizeof_field(struct element, number),
	.key_offset = offsetof(struct element, number),
	.head_offset = offsetof(struct element, node),
};

static struct rhashtable elements;
static struct kmem_cache *cache;

static struct element *element_new(void)
{
	if (cache)
		return kmem_cache_alloc(cache, GFP_KERNEL);
	return kmalloc(sizeof(struct element), GFP_KERNEL);
}

static void element_free(void *element, void *unused)
{
	if (cache)
		kmem_cache_free(cache, element);
	else
		kfree(element);
}

static int rhashtable_insert_all(unsigned int some)
{
	unsigned int i;
	int error;

	for (i = 0; i < some; i++) {
		struct element *element = element_new();

		if (!element)
			return -ENOMEM;
		element->number = numbers[i];
		element->value = numbers_value(numbers[i]);
		error = rhashtable_insert_fast(&elements, &element->node, parameters);
		if (error) {
			element_free(element, NULL);
			return error;
		}
	}
	return 0;
}

static __always_inline u32 rhashtable_ask(u64 number)
{
	const struct element *element = rhashtable_lookup(&elements, &number, parameters);

	return element ? element->value : 0;
}

/*
 * Questions, all of @numbers; each returns the sum of the answers. Here one after
 * another: the next is another card's, and comes when this one is answered.
 */
static __always_inline u64 ask_each(u32 (*ask)(u64 number))
{
	unsigned int i;
	u64 sum = 0;

	for (i = 0; i < CHUNK; i++) {
		sum += ask(numbers[i]);
		/* Nothing of the next question begins before this one's loads. */
		rmb();
	}
	return sum;
}

static u64 table_each(void)
{
	return ask_each(table_ask);
}

static u64 rhashtable_each(void)
{
	return ask_each(rhashtable_ask);
}

/* Any line of the table, read and compared, and nothing else. */
static __always_inline u32 bare_ask(u64 number)
{
	u64 line = mul_u64_u64_shr(number * 0x9e3779b97f4a7c15ULL, table->lines, 64);
	const u64 *words = table->words + line * IDRV_LINE_WORDS;
	unsigned int i;
	u32 found = 0;

#pragma GCC unroll 8
	for (i = 0; i < IDRV_LINE_WORDS; i++)
		if (READ_ONCE(words[i]) == number)
			found = 1;
	return found;
}

static u64 bare_each(void)
{
	return ask_each(bare_ask);
}

/* A group, as the module answers it: lines come while others are searched. */
static u64 table_group(const u64 *group)
{
	struct idrv_search search[IDRV_CHECK_GROUP];
	unsigned long left, i, now, open = 0;
	enum idrv_found found;
	u64 sum = 0;
	u32 value;

	for (i = 0; i < IDRV_CHECK_GROUP + IDRV_CHECK_AHEAD; i++) {
		if (i < IDRV_CHECK_GROUP)
			idrv_search_begin(table, &search[i], group[i]);
		if (i < IDRV_CHECK_AHEAD)
			continue;
		now = i - IDRV_CHECK_AHEAD;
		found = idrv_search_home(table, &search[now], &value);
		if (found == IDRV_FOUND_MARK)
			open |= BIT(now);
		else if (found == IDRV_FOUND_VALUE)
			sum += value;
	}
	while (open) {
		for (left = open; left; left &= left - 1) {
			i = __ffs(left);
			found = idrv_search_hop(table, &search[i], &value);
			if (found == IDRV_FOUND_MARK)
				continue;
			open &= ~BIT(i);
			if (found == IDRV_FOUND_VALUE)
				sum += value;
		}
	}
	return sum;
}

static u64 table_groups(void)
{
	unsigned int i;
	u64 sum = 0;

	for (i = 0; i < CHUNK; i += IDRV_CHECK_GROUP)
		sum += table_group(&numbers[i]);
	return sum;
}

/* This has no prefetching, but the processor may begin what it can. */
static u64 rhashtable_groups(void)
{
	unsigned int i;
	u64 sum = 0;

	for (i = 0; i < CHUNK; i++)
		sum += rhashtable_ask(numbers[i]);
	return sum;
}

static const struct kind {
	const char *name;
	u64 (*ask)(void);
	bool listed;
	bool ours;
} kinds[] = {
	{ "table_miss", table_each, false, true },
	{ "bare_miss", bare_each, false, true },
	{ "rhashtable_miss", rhashtable_each, false, false },
	{ "table_hit", table_each, true, true },
	{ "rhashtable_hit", rhashtable_each, true, false },
	{ "table_batch_miss", table_groups, false, true },
	{ "rhashtable_batch_miss", rhashtable_groups, false, false },
};

/* Draws new numbers. Return: the sum of the answers that they should get. */
static u64 draw(bool listed)
{
	static u64 seed;
	u64 sum = 0;
	unsigned int i;

	for (i = 0; i < CHUNK; i++) {
		u64 random = numbers_mix(++seed);

		if (listed) {
			numbers[i] = numbers_listed(count, numbers_below(random, count));
			sum += numbers_value(numbers[i]);
		} else {
			numbers[i] = numbers_unlisted(count, random);
		}
	}
	return sum;
}

static int by_time(const void *a, const void *b)
{
	const u64 *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static int measure(const struct kind *kind, bool tell)
{
	static u64 took[CHUNKS];
	u64 start, sum, expected, middle = 0;
	unsigned int chunk;

	for (chunk = 0; chunk < CHUNKS; chunk++) {
		expected = draw(kind->listed);
		rcu_read_lock();
		start = ktime_get_ns();
		sum = kind->ask();
		took[chunk] = ktime_get_ns() - start;
		rcu_read_unlock();
		if (sum != expected) {
			pr_err("%s: a wrong answer\n", kind->name);
			return -EIO;
		}
		cond_resched();
	}
	sort(took, CHUNKS, sizeof(*took), by_time, NULL);
	for (chunk = CHUNKS / 4; chunk < CHUNKS - CHUNKS / 4; chunk++)
		middle += took[chunk];
	if (tell)
		pr_info("%s %llu\n", kind->name, middle * 1000 / (CHUNK * CHUNKS / 2));
	return 0;
}

static int measure_all(void)
{
	unsigned int round, i;
	int error;

	/* Round 0 warms up. */
	for (round = 0; round <= rounds; round++) {
		for (i = 0; i < ARRAY_SIZE(kinds); i++) {
			if (alone && !kinds[i].ours)
				continue;
			error = measure(&kinds[i], round);
			if (error)
				return error;
		}
	}
	return 0;
}

/* Lists all numbers; the making of them is not timed. */
static int fill(int (*insert)(unsigned int some), u64 *took)
{
	unsigned int i, some;
	int error = 0;
	u64 index, start;

	for (index = 0; index < count && !error; index += some) {
		some = min_t(u64, CHUNK, count - index);
		for (i = 0; i < some; i++)
			numbers[i] = numbers_listed(count, index + i);
		start = ktime_get_ns();
		error = insert(some);
		/* rhashtable grows in a thread, which gets the processor here. */
		cond_resched();
		*took += ktime_get_ns() - start;
	}
	return error;
}

static int table_make(void)
{
	u64 start = ktime_get_ns(), took;
	int error;

	table = idrv_table_create(idrv_table_lines(count, IDRV_CENTIBYTES_SNAPSHOT), NULL);
	if (!table)
		return -ENOMEM;
	took = ktime_get_ns() - start;
	error = fill(table_insert, &took);
	if (error)
		return error;
	pr_info("table_load %llu\n", took * 1000 / count);
	pr_info("table_bytes %zu\n", idrv_table_memory(table));
	return 0;
}

/* What all elements, and small tables, occupy with what the allocator leaves over. */
static u64 slab_bytes(void)
{
	return global_node_page_state_pages(NR_SLAB_UNRECLAIMABLE_B) << PAGE_SHIFT;
}

static u64 buckets_bytes(void)
{
	const struct bucket_table *buckets = rcu_dereference_raw(elements.tbl);

	return is_vmalloc_addr(buckets) ?
	       PAGE_ALIGN(struct_size(buckets, buckets, buckets->size)) : 0;
}

static int rhashtable_make(void)
{
	struct rhashtable_params hinted = parameters;
	u64 before = slab_bytes(), start, took = 0;
	int error;

	if (cached) {
		cache = KMEM_CACHE(element, 0);
		if (!cache)
			return -ENOMEM;
	}
	hinted.nelem_hint = min_t(u64, count, U16_MAX);
	error = rhashtable_init(&elements, &hinted);
	if (error)
		return error;
	error = fill(rhashtable_insert_all, &took);
	if (error)
		return error;
	start = ktime_get_ns();
	flush_work(&elements.run_work);
	took += ktime_get_ns() - start;
	/* Tables that it has outgrown are freed by now. */
	rcu_barrier();
	pr_info("rhashtable_load %llu\n", took * 1000 / count);
	pr_info("rhashtable_bytes %llu\n", slab_bytes() - before + buckets_bytes());
	return 0;
}

static int __init bench_init(void)
{
	int error = table_make();

	if (!error && !alone)
		error = rhashtable_make();
	if (!error)
		error = measure_all();
	if (elements.tbl)
		rhashtable_free_and_destroy(&elements, element_free, NULL);
	kmem_cache_destroy(cache);
	idrv_table_destroy(table);
	return error;
}
module_init(bench_init);

static void __exit bench_exit(void)
{
}
module_exit(bench_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Measures the table of revoked cards beside rhashtable");
