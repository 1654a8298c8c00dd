// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * DPDK's hash table, with the extendable buckets without which it may refuse an
 * entry, and the hash function that is its default; in the mode in which it takes
 * no lock, nor could be read while it changes. DPDK wants large pages; they are
 * given to it as memory from outside, so that none need be set aside.
 */
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>

#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_hash.h>
#include <rte_malloc.h>

#include "contender.h"
#include "numbers.h"
#include "pages.h"

#define HEAP		"idrevoke"
#define BYTES_AT_MOST	60
#define SPARE		(16UL << 20)

static struct rte_hash *table;
static void *memory;
static size_t memory_size;

static void must(bool succeeded)
{
	if (!succeeded)
		contender_fail("rte_hash", rte_strerror(rte_errno));
}

/* Once; it binds this thread to a processor, which is undone. */
static void start(void)
{
	static bool is_ready;
	char name[] = "peers", cpu[32];
	char *arguments[] = { name, "--no-huge", "--no-pci", "--no-shconf", "--no-telemetry",
			      "--log-level=error", "-l", cpu, NULL };
	cpu_set_t cpus;

	if (is_ready)
		return;
	sched_getaffinity(0, sizeof(cpus), &cpus);
	snprintf(cpu, sizeof(cpu), "%d", sched_getcpu());
	must(rte_eal_init(sizeof(arguments) / sizeof(*arguments) - 1, arguments) >= 0);
	sched_setaffinity(0, sizeof(cpus), &cpus);
	is_ready = true;
}

/* It clears all memory that it is given, as a program of DPDK's has it do once. */
static void prepare(uint64_t count)
{
	start();
	memory_size = (count * BYTES_AT_MOST + SPARE) / PAGES_HUGE * PAGES_HUGE;
	memory = pages_allocate(memory_size, true);
	must(rte_malloc_heap_create(HEAP) == 0);
	must(rte_malloc_heap_memory_add(HEAP, memory, memory_size, NULL, 0, PAGES_HUGE) == 0);
}

static void load(uint64_t count)
{
	struct rte_hash_parameters parameters = {
		.name = "list",
		.entries = count,
		.key_len = sizeof(uint64_t),
		.extra_flag = RTE_HASH_EXTRA_FLAGS_EXT_TABLE,
	};
	uint64_t i;

	parameters.socket_id = rte_malloc_heap_get_socket(HEAP);
	table = rte_hash_create(&parameters);
	must(table);
	for (i = 0; i < count; i++) {
		uint64_t number = numbers_listed(count, i);
		void *value = (void *)(uintptr_t)numbers_value(number);

		must(rte_hash_add_key_data(table, &number, value) == 0);
	}
}

static uint32_t find(uint64_t number)
{
	void *value;

	return rte_hash_lookup_data(table, &number, &value) < 0 ? 0 : (uintptr_t)value;
}

static void find_batch(const uint64_t *numbers, uint32_t *values)
{
	const void *keys[CONTENDER_BATCH];
	void *found[CONTENDER_BATCH];
	uint64_t hits = 0;
	int i;

	for (i = 0; i < CONTENDER_BATCH; i++)
		keys[i] = &numbers[i];
	rte_hash_lookup_bulk_data(table, keys, CONTENDER_BATCH, &hits, found);
	for (i = 0; i < CONTENDER_BATCH; i++)
		values[i] = hits >> i & 1 ? (uintptr_t)found[i] : 0;
}

/* What its heap has given out, with the heap's headers. */
static uint64_t bytes(void)
{
	struct rte_malloc_socket_stats stats;

	rte_malloc_get_socket_stats(rte_malloc_heap_get_socket(HEAP), &stats);
	return stats.heap_allocsz_bytes;
}

static void drop(void)
{
	rte_hash_free(table);
	must(rte_malloc_heap_memory_remove(HEAP, memory, memory_size) == 0);
	must(rte_malloc_heap_destroy(HEAP) == 0);
	pages_free(memory);
}

const struct contender contender_rte_hash = {
	.name = "rte_hash",
	.bytes_at_most = BYTES_AT_MOST,
	.prepare = prepare,
	.load = load,
	.find = find,
	.find_batch = find_batch,
	.bytes = bytes,
	.drop = drop,
};
