// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * liburcu's hash table, with the flavor of RCU whose readers pay least. Its size
 * is known when it is loaded, so it has a bucket for each entry from the start.
 * They and the entries are on the heap, which has large pages; with a bound on
 * their number they would not be.
 */
/* Its read-side calls inline, which those under a licence like ours may have. */
#define _LGPL_SOURCE
#include <malloc.h>
#include <stdlib.h>
#include <urcu/urcu-qsbr.h>
#include <urcu/rculfhash.h>

#include "contender.h"
#include "numbers.h"

struct entry {
	struct cds_lfht_node node;
	uint64_t number;
	uint32_t value;
};

static struct cds_lfht *table;
static uint64_t heap_used;

static int is_number(struct cds_lfht_node *node, const void *key)
{
	return caa_container_of(node, struct entry, node)->number == *(const uint64_t *)key;
}

static void load(uint64_t count)
{
	uint64_t heap_before = contender_heap(), buckets = 1, i;

	urcu_qsbr_register_thread();
	while (buckets < count)
		buckets *= 2;
	table = cds_lfht_new_flavor(buckets, 1, 0, 0, &urcu_qsbr_flavor, NULL);
	if (!table)
		contender_fail("lfht", "cannot be created");
	for (i = 0; i < count; i++) {
		struct entry *entry = malloc(sizeof(*entry));

		entry->number = numbers_listed(count, i);
		entry->value = numbers_value(entry->number);
		urcu_qsbr_read_lock();
		cds_lfht_add(table, numbers_mix(entry->number), &entry->node);
		urcu_qsbr_read_unlock();
	}
	/* Buckets and entries are all on the heap; others will use it as well. */
	heap_used = contender_heap() - heap_before;
}

static uint32_t find(uint64_t number)
{
	struct cds_lfht_node *node;
	struct cds_lfht_iter iter;
	uint32_t value;

	urcu_qsbr_read_lock();
	cds_lfht_lookup(table, numbers_mix(number), is_number, &number, &iter);
	node = cds_lfht_iter_get_node(&iter);
	value = node ? caa_container_of(node, struct entry, node)->value : 0;
	urcu_qsbr_read_unlock();
	urcu_qsbr_quiescent_state();
	return value;
}

static uint64_t bytes(void)
{
	return heap_used;
}

static void drop(void)
{
	struct cds_lfht_iter iter;
	struct entry *entry;

	/* Nobody else reads, so nothing has to wait. */
	cds_lfht_for_each_entry(table, &iter, entry, node) {
		cds_lfht_del(table, &entry->node);
		free(entry);
	}
	cds_lfht_destroy(table, NULL);
	malloc_trim(0);
	urcu_qsbr_unregister_thread();
}

const struct contender contender_lfht = {
	.name = "lfht",
	.bytes_at_most = 85,
	.load = load,
	.find = find,
	.bytes = bytes,
	.drop = drop,
};
