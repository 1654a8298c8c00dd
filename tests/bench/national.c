// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * national [SIZE]: the list of a country, through all that happens to it: loaded,
 * checked, changed, replaced by another snapshot; and the most memory that the kernel
 * has taken for that at any time. Runs in the virtual machine.
 *
 * Nothing is kept but a block of records: they are made as they are sent.
 */
#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"
#include "listing.h"
#include "memory.h"
#include "numbers.h"

#define CHANGES		10000
#define QUESTIONS	65536

/* Between two looks at what the kernel occupies. */
#define PAUSE_MICROSECONDS	10000

static struct wire wire;
static int device;
static uint64_t count;

/* Highest since the start, of a thread that keeps looking. */
static _Atomic uint64_t peak;

static void look(void)
{
	uint64_t now = memory_of_kernel();

	if (now > peak)
		peak = now;
}

static void *keep_looking(void *unused)
{
	for (;;) {
		look();
		usleep(PAUSE_MICROSECONDS);
	}
	return unused;
}

static uint64_t call(const char *what, const struct wire_message *message)
{
	struct wire_reply reply;
	int error = wire_call(&wire, message, &reply);

	if (error)
		failed("%s: %s: %s", what, strerror(error), reply.text);
	return reply.value[IDREVOKE_A_MEMORY];
}

/* Sends a snapshot; returns what the module says its list occupies. */
static uint64_t load(struct wire_list *list, uint64_t spread)
{
	uint8_t block[IDREVOKE_BLOCK_SIZE];
	struct wire_message message = wire_begin_snapshot(list, list->count);
	double start = bench_now(), taken;
	uint64_t offset, size, memory;

	call("begin", &message);
	for (offset = 0; offset < list->count; offset += size) {
		size = list->count - offset;
		if (size > IDREVOKE_BLOCK_RECORDS)
			size = IDREVOKE_BLOCK_RECORDS;
		listing_encode(list, spread, offset, size, block);
		message = wire_records(offset, block, size);
		call("records", &message);
	}
	message = wire_commit(list);
	memory = call("commit", &message);
	look();
	taken = bench_now() - start;
	fprintf(stderr, "version %llu: %llu numbers in %.1f s, %.2f bytes each\n",
		(unsigned long long)list->version, (unsigned long long)list->count, taken / 1e9,
		(double)memory / list->count);
	return memory;
}

/* Asks about numbers all over the list; @listed of them are expected to be. */
static void expect(uint64_t spread, bool hits, uint32_t listed)
{
	struct idrevoke_check *checks = calloc(QUESTIONS, sizeof(*checks));
	uint32_t i, found;

	for (i = 0; i < QUESTIONS; i++) {
		uint64_t random = numbers_mix(~(uint64_t)i);

		listing_question(&checks[i],
				 hits ? numbers_listed(spread, numbers_below(random, count)) :
					numbers_unlisted(spread, random));
	}
	found = listing_ask(device, checks, QUESTIONS);
	if (found != listed)
		failed("%u of %u are listed, not %u", found, QUESTIONS, listed);
	free(checks);
}

/* Change @index of a delta: one of three is removed, one added, one changed. */
static uint64_t change(struct wire_list *list, uint32_t index, uint8_t *bytes)
{
	uint64_t number = numbers_listed(count, count / CHANGES * index);
	struct guest_record record = listing_record(number);

	switch (index % 3) {
	case 0:
		guest_digest_subtract(&list->digest, &record);
		list->count--;
		record = (struct guest_record){ .number = number, .flags = IDREVOKE_RECORD_REMOVE };
		break;
	case 1:
		record.number = ++number;
		guest_digest_add(&list->digest, &record);
		list->count++;
		break;
	case 2:
		guest_digest_subtract(&list->digest, &record);
		record.flags = IDREVOKE_RECORD_PERSON;
		guest_digest_add(&list->digest, &record);
		break;
	}
	guest_record_encode(&record, bytes);
	return number;
}

static void update(struct wire_list *list)
{
	static uint8_t records[CHANGES * IDREVOKE_RECORD_SIZE];
	static struct idrevoke_check checks[CHANGES];
	struct wire_reply reply;
	uint32_t i, listed;
	double start;
	int error;

	list->version++;
	for (i = 0; i < CHANGES; i++)
		listing_question(&checks[i], change(list, i, records + i * IDREVOKE_RECORD_SIZE));
	start = bench_now();
	error = wire_delta(&wire, list, list->version - 1, records, CHANGES, &reply);
	if (error)
		failed("delta: %s: %s", strerror(error), reply.text);
	fprintf(stderr, "version %llu: %d changes in %.1f ms\n", (unsigned long long)list->version,
		CHANGES, (bench_now() - start) / 1e6);
	look();
	listed = listing_ask(device, checks, CHANGES);
	if (listed != CHANGES - (CHANGES + 2) / 3)
		failed("after the changes, %u numbers are listed", listed);
}

int main(int argc, char **argv)
{
	struct wire_list list;
	uint64_t before, memory;
	pthread_t thread;

	count = bench_size(argc > 1 ? argv[1] : "1e8");
	if (count < 10 * CHANGES)
		failed("a list of %d numbers at least is changed", 10 * CHANGES);
	guest_load("hits_per_hour=0");
	device = guest_open();
	wire_open(&wire);
	before = memory_settled(UINT64_MAX);
	if (pthread_create(&thread, NULL, keep_looking, NULL))
		failed("no thread");

	list = listing_new(1, count);
	memory = load(&list, count);
	expect(count, true, QUESTIONS);
	expect(count, false, 0);
	update(&list);

	/* Another spread, so that the numbers are others. */
	list = listing_new(list.version + 1, count);
	load(&list, count + 1);
	expect(count + 1, true, QUESTIONS);
	expect(count + 1, false, 0);

	bench_row_exact("guest.100m_kernel_gb", count, "GB", (peak - before) / 1e9, memory / 1e9);
	bench_row_exact("peer.idrevoke_kernel.bytes_per_entry", count, "bytes",
			(double)memory / count, NAN);
	return 0;
}
