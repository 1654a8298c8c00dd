// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <stdlib.h>

#include "bench.h"
#include "writer.h"
#include "numbers.h"
#include "pages.h"
#include "stub.h"

#include "../../../kmod/compat.h"
#include "../../../kmod/list.h"

#define OWNER	1
#define BLOCK	(64 * 1024 / IDREVOKE_RECORD_SIZE)

static struct {
	u64 stretch;		/* numbers in each */
	u64 version;
	u64 count;
	struct idrv_digest digest;
} state;

static u8 block[BLOCK * IDREVOKE_RECORD_SIZE];

static void must(int error, const struct idrv_refusal *refusal, const char *what)
{
	if (!error)
		return;
	fprintf(stderr, "bench: %s failed: %d, %s\n", what, error, refusal->message);
	exit(1);
}

void writer_begin(uint64_t stretches)
{
	stub_random_seed(1);
	stub_boottime_ns = 1000 * NSEC_PER_SEC;
	idrv_limits.max_entries = ~0UL;
	idrv_limits.idle_timeout = ~0U;
	if (idrv_list_init())
		exit(1);
	state = (typeof(state)){ .stretch = NUMBERS_END / stretches };
}

void writer_end(void)
{
	idrv_list_exit();
}

/* Odd generations have the upper half, so that one differs from the one before. */
uint64_t writer_number(uint64_t stretch, uint32_t generation)
{
	u64 half = state.stretch / 2, random = numbers_mix(stretch + 1);

	if (generation)
		random = numbers_mix(random + generation);
	return stretch * state.stretch + (generation & 1) * half + numbers_below(random, half);
}

uint64_t writer_unlisted(uint64_t random, uint32_t generation)
{
	u64 stretch = numbers_below(random, NUMBERS_END / state.stretch);
	u64 number = stretch * state.stretch +
		     numbers_below(numbers_mix(random), state.stretch - 1);

	return number + (number >= writer_number(stretch, generation));
}

static void put_record(u8 *at, u64 number, u32 value)
{
	bool removed = value == IDRV_VALUE_REMOVE;

	put_unaligned_le64(number, at);
	at[8] = removed ? 0 : value;
	at[9] = removed ? 0 : value >> 8;
	at[10] = removed ? 0 : value >> 16 & 15;
	at[11] = removed ? IDREVOKE_RECORD_REMOVE : value >> 20;
}

/* The record of a number that comes or goes; counted. */
static u8 *add_record(u8 *at, u64 stretch, u32 generation, bool comes)
{
	u64 number = writer_number(stretch, generation);
	u32 value = numbers_value(number);

	put_record(at, number, comes ? value : IDRV_VALUE_REMOVE);
	if (comes)
		idrv_digest_add(&state.digest, number, value);
	else
		idrv_digest_subtract(&state.digest, number, value);
	state.count += comes ? 1 : -1;
	return at + IDREVOKE_RECORD_SIZE;
}

/* The numbers of a stretch, in ascending order. */
static u8 *add_stretch(u8 *at, const struct writer_step *step, u64 stretch)
{
	bool goes = step->old != WRITER_NONE, comes = step->new != WRITER_NONE;

	if (comes && !(step->new & 1))
		at = add_record(at, stretch, step->new, true);
	if (goes)
		at = add_record(at, stretch, step->old, false);
	if (comes && step->new & 1)
		at = add_record(at, stretch, step->new, true);
	return at;
}

static struct writer_times transact(enum idrevoke_kind kind, const struct writer_step *step)
{
	bool both = step->old != WRITER_NONE && step->new != WRITER_NONE;
	u64 stretches = step->count * step->run;
	struct idrv_commitment to = {
		.epoch = 1,
		.version = state.version + 1,
		.count = stretches << both,
		.issued = stub_wall_seconds,
		.valid_for = 3600,
	};
	struct idrv_refusal refusal = {};
	struct writer_times times = {};
	u64 sent = 0, i = 0;
	double start;

	start = bench_now();
	must(idrv_transaction_begin(OWNER, kind, state.version, &to, &refusal), &refusal, "begin");
	times.records = bench_now() - start;
	while (i < stretches) {
		u8 *at = block;

		/* Of one stretch there may be two. */
		for (; i < stretches && at < block + sizeof(block) - IDREVOKE_RECORD_SIZE; i++)
			at = add_stretch(at, step, step->first + i / step->run * step->step +
					 i % step->run);
		start = bench_now();
		must(idrv_transaction_records(OWNER, sent, block, at - block, &refusal), &refusal,
		     "records");
		times.records += bench_now() - start;
		sent += (at - block) / IDREVOKE_RECORD_SIZE;
	}
	to.count = state.count;
	to.digest = state.digest;
	start = bench_now();
	must(idrv_transaction_commit(OWNER, &to, &refusal), &refusal, "commit");
	times.commit = bench_now() - start;
	state.version++;
	return times;
}

struct writer_times writer_snapshot(const struct writer_step *step)
{
	state.count = 0;
	state.digest = (struct idrv_digest){};
	return transact(IDREVOKE_KIND_SNAPSHOT, step);
}

struct writer_times writer_delta(const struct writer_step *step)
{
	return transact(IDREVOKE_KIND_DELTA, step);
}

static struct idrv_commitment fed;
static u64 fed_records;

void writer_feed_begin(uint64_t count)
{
	struct idrv_refusal refusal = {};

	fed = (struct idrv_commitment){
		.epoch = 1,
		.version = ++state.version,
		.count = count,
		.issued = stub_wall_seconds,
		.valid_for = 3600,
	};
	fed_records = 0;
	must(idrv_transaction_begin(OWNER, IDREVOKE_KIND_SNAPSHOT, 0, &fed, &refusal), &refusal,
	     "begin");
}

void writer_feed_records(const void *records, uint64_t count)
{
	struct idrv_refusal refusal = {};

	must(idrv_transaction_records(OWNER, fed_records, records, count * IDREVOKE_RECORD_SIZE,
				      &refusal), &refusal, "records");
	fed_records += count;
}

void writer_feed_commit(uint64_t low, uint64_t high)
{
	struct idrv_refusal refusal = {};

	fed.digest = (struct idrv_digest){ low, high };
	must(idrv_transaction_commit(OWNER, &fed, &refusal), &refusal, "commit");
}

double writer_bytes_per_entry(void)
{
	const struct idrv_view *view = rcu_dereference_protected(idrv_list.view, true);
	struct idrv_status status;

	idrv_list_status(&status);
	return (double)(status.memory + pages_overhead(view->table->words)) / status.count;
}

void writer_settle(void)
{
	stub_settle();
}
