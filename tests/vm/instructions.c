// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the module's calls cost, in instructions: on a machine whose time stamp
 * counter counts them (scripts/vm --count-instructions). Prints a line "NAME VALUE"
 * each, with --rows the rows of a benchmark.
 *
 * An interrupt may fall into any call, so a call's cost is the least of many times.
 * In which line a number lies is a matter of a random key, and parsing takes a few
 * more for some dates, so 1,000 cards are asked for: what most of them cost counts. A
 * miss of these ends in its home line.
 *
 *	instr.null_ioctl	a command that the device does not have
 *	instr.single_miss	CHECK of a card that is not listed, beyond instr.null_ioctl
 *	instr.single_start	the same with a start of validity
 *	instr.single_hit	CHECK of a listed card, answered REVOKED, beyond instr.null_ioctl
 *	instr.batch_miss	CHECK_BATCH of 64 cards that are not listed, a 64th of the
 *				whole call: nothing is subtracted
 *	instr.batch_start	the same with a start of validity, as gateways ask
 *	instr.update		a delta of 1,000 changes, half of them new numbers and half
 *				removals, a 1,000th of it, from BEGIN to the answer to
 *				COMMIT: netlink and digest included
 *
 * What an update does varies with the key by a few parts in a thousand. So it is the
 * median of many keys, of which each snapshot has one, and of the second update after
 * it: the first finds places that no number had yet. They change a hundredth of the
 * list; a twentieth scatters the entries just so far that with one key in two the
 * table is rebuilt, and costs another 15 instructions a change from then on.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <x86intrin.h>

#include "tap.h"
#include "wire.h"

#define LISTED		100000
#define QUESTIONS	1000
#define TIMES		8
#define BATCH		64
#define CHANGES		1000
#define KEYS		31

static int device;
static bool rows;

/* Of four numbers: never listed, listed always, now and then, and when that is not. */
enum kind {
	NEVER,
	ALWAYS,
	IN_EVEN_VERSIONS,
	IN_ODD_VERSIONS,
	KINDS,
};

static uint64_t number_of(enum kind kind, uint32_t index)
{
	return guest_number(index * KINDS + kind);
}

static void tell(const char *name, double value)
{
	if (rows)
		printf("{\"name\":\"%s\",\"size\":%d,\"value\":%.0f,\"unit\":\"instructions\","
		       "\"baseline\":null,\"min\":%.0f,\"median\":%.0f,\"max\":%.0f}\n",
		       name, LISTED, value, value, value, value);
	else
		printf("%s %.0f\n", name, value);
}

/* Between the two readings, and not this function's own. */
static inline uint64_t call(unsigned long command, void *argument, long *result)
{
	uint64_t from = __rdtsc(), to;

	asm volatile("syscall" : "=a"(*result)
		     : "a"(SYS_ioctl), "D"((long)device), "S"(command), "d"(argument)
		     : "rcx", "r11", "memory");
	to = __rdtsc();
	return to - from;
}

static uint64_t cost(unsigned long command, void *argument, long wanted)
{
	uint64_t least = UINT64_MAX;
	unsigned int i;
	long result;

	for (i = 0; i < TIMES; i++) {
		uint64_t one = call(command, argument, &result);

		if (result != wanted)
			bail_out("command %#lx returns %ld", command, result);
		least = one < least ? one : least;
	}
	return least;
}

/* What most questions cost; @typical gets BATCH of these. */
static uint64_t single(enum kind kind, uint32_t valid_from, uint32_t verdict,
		       struct idrevoke_check *typical)
{
	static struct idrevoke_check checks[QUESTIONS];
	uint64_t costs[QUESTIONS], common = 0;
	unsigned int i, k, most = 0, same;

	for (i = 0; i < QUESTIONS; i++) {
		guest_question(&checks[i], number_of(kind, i), valid_from);
		costs[i] = cost(IDREVOKE_IOC_CHECK, &checks[i], 0);
		if (checks[i].verdict != verdict)
			bail_out("verdict %u", checks[i].verdict);
	}
	for (i = 0; i < QUESTIONS; i++) {
		for (k = 0, same = 0; k < QUESTIONS; k++)
			same += costs[k] == costs[i];
		if (same > most) {
			most = same;
			common = costs[i];
		}
	}
	if (most < BATCH)
		bail_out("no cost is common: of %u questions %u", QUESTIONS, most);
	for (i = 0, k = 0; i < QUESTIONS && k < BATCH; i++)
		if (costs[i] == common)
			typical[k++] = checks[i];
	return common;
}

static struct guest_record record_of(enum kind kind, uint32_t index)
{
	return (struct guest_record){ number_of(kind, index), IDREVOKE_THROUGH_ALL,
				      IDREVOKE_REASON_LOST, 0 };
}

/* A check, of a batch of @checks. */
static double batch(struct idrevoke_check *checks)
{
	struct idrevoke_batch batch = { .checks = (uintptr_t)checks, .count = BATCH };

	return (double)cost(IDREVOKE_IOC_CHECK_BATCH, &batch, BATCH) / BATCH;
}

/* In order: CHANGES / 2 numbers that come and go, among others that stay. */
static void load(struct wire *wire, struct wire_list *list)
{
	static uint8_t bytes[LISTED * IDREVOKE_RECORD_SIZE];
	static struct guest_record records[LISTED];
	struct wire_reply reply;
	uint64_t version = list->version + 2;
	uint32_t i, at = 0;

	for (i = 0; at < LISTED; i++) {
		records[at++] = record_of(ALWAYS, i);
		if (i < CHANGES / 2)
			records[at++] = record_of(IN_ODD_VERSIONS, i);
	}
	*list = wire_list_of(records, LISTED, bytes);
	list->version = version;
	if (wire_snapshot(wire, list, bytes, LISTED, &reply))
		bail_out("no list can be loaded: %s", reply.text);
}

static int compare(const void *a, const void *b)
{
	const uint64_t *one = a, *other = b;

	return (*one > *other) - (*one < *other);
}

static uint64_t update(struct wire *wire, struct wire_list *list)
{
	static uint8_t bytes[CHANGES * IDREVOKE_RECORD_SIZE];
	bool is_even = ++list->version % 2 == 0;
	struct wire_reply reply;
	uint64_t from;
	uint32_t i;

	for (i = 0; i < CHANGES; i++) {
		enum kind kind = i % 2 ? IN_ODD_VERSIONS : IN_EVEN_VERSIONS;
		struct guest_record record = record_of(kind, i / 2);

		if ((kind == IN_EVEN_VERSIONS) == is_even) {
			guest_digest_add(&list->digest, &record);
		} else {
			guest_digest_subtract(&list->digest, &record);
			record = (struct guest_record){ .number = record.number,
							.flags = IDREVOKE_RECORD_REMOVE };
		}
		guest_record_encode(&record, bytes + i * IDREVOKE_RECORD_SIZE);
	}
	from = __rdtsc();
	if (wire_delta(wire, list, list->version - 1, bytes, CHANGES, &reply))
		bail_out("an update is refused: %s", reply.text);
	return __rdtsc() - from;
}

int main(int argc, char **argv)
{
	static struct idrevoke_check checks[BATCH];
	uint64_t null, updates[KEYS];
	struct wire_list list = { .version = 1 };
	struct wire wire;
	unsigned int i, middle = KEYS / 2;

	rows = argc > 1 && !strcmp(argv[1], "--rows");
	guest_load("hits_per_hour=1000000");
	wire_open(&wire);
	load(&wire, &list);
	device = guest_open();

	null = cost(_IO(IDREVOKE_IOC_TYPE, 0), NULL, -ENOTTY);
	tell("instr.null_ioctl", null);
	tell("instr.single_start", single(NEVER, 20190412, IDREVOKE_CLEAR, checks) - null);
	tell("instr.batch_start", batch(checks));
	tell("instr.single_hit", single(ALWAYS, 0, IDREVOKE_REVOKED, checks) - null);
	tell("instr.single_miss", single(NEVER, 0, IDREVOKE_CLEAR, checks) - null);
	tell("instr.batch_miss", batch(checks));
	for (i = 0; i < KEYS; i++) {
		load(&wire, &list);
		update(&wire, &list);
		updates[i] = update(&wire, &list);
	}
	qsort(updates, KEYS, sizeof(*updates), compare);
	tell("instr.update", (double)updates[middle] / CHANGES);
	if (!wire_serves(&wire, &list))
		bail_out("the list is not what the updates made it");
	return 0;
}
