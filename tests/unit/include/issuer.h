/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The other end of a list: a small universe of numbers, what is listed of each,
 * count and digest of that, and the blocks that say it to kmod. Written from
 * <linux/idrevoke_netlink.h> alone, but for the calls behind its commands.
 */
#ifndef TESTS_UNIT_ISSUER_H
#define TESTS_UNIT_ISSUER_H

#include <string.h>

#include "harness.h"
#include "list.h"
#include "stub.h"

typedef unsigned __int128 u128;

#define UNLISTED	(1U << 31)
#define OWNER		7

/**
 * struct issuer - a list as it should be
 * @size: numbers in the universe
 * @numbers: they, ascending
 * @values: through | reason << 16 | flags << 20, or UNLISTED
 * @count: listed ones
 * @digest: theirs
 * @epoch: generation
 * @version: of this state
 */
struct issuer {
	u64 size;
	u64 *numbers;
	u32 *values;
	u64 count;
	u128 digest;
	u64 epoch;
	u64 version;
};

static inline u64 issuer_mix(u64 x)
{
	x ^= x >> 33;
	x *= 0xff51afd7ed558ccdULL;
	x ^= x >> 33;
	x *= 0xc4ceb9fe1a85ec53ULL;
	x ^= x >> 33;
	return x;
}

static inline u128 issuer_term(u64 number, u32 value)
{
	u64 a = number | (u64)(value & 0xffff) << 47, b = value >> 16;
	u64 low = issuer_mix(a ^ issuer_mix(b + 0x9e3779b97f4a7c15ULL));

	return ((u128)issuer_mix(low + a + 0xc2b2ae3d27d4eb4fULL) << 64) + low;
}

static int issuer_compare(const void *a, const void *b)
{
	u64 x = *(const u64 *)a, y = *(const u64 *)b;

	return (x > y) - (x < y);
}

/* Up to @size numbers below @end, none of them listed. */
static inline void issuer_init(struct issuer *issuer, u64 size, u64 end)
{
	u64 i, kept = 0;

	*issuer = (struct issuer){
		.numbers = calloc(size, sizeof(u64)),
		.values = calloc(size, sizeof(u32)),
		.epoch = 1,
	};
	for (i = 0; i < size; i++)
		issuer->numbers[i] = random_below(end);
	issuer->numbers[0] = 0;
	issuer->numbers[1] = end - 1;
	qsort(issuer->numbers, size, sizeof(u64), issuer_compare);
	for (i = 0; i < size; i++)
		if (!i || issuer->numbers[i] != issuer->numbers[kept - 1])
			issuer->numbers[kept++] = issuer->numbers[i];
	for (i = 0; i < kept; i++)
		issuer->values[i] = UNLISTED;
	issuer->size = kept;
}

static inline void issuer_free(struct issuer *issuer)
{
	free(issuer->numbers);
	free(issuer->values);
}

static inline void issuer_copy(struct issuer *to, const struct issuer *from)
{
	u64 *numbers = to->numbers;
	u32 *values = to->values;

	*to = *from;
	/* Never of no size. NOLINTNEXTLINE(clang-analyzer-optin.portability.UnixAPI) */
	to->numbers = realloc(numbers, from->size * sizeof(u64));
	to->values = realloc(values, from->size * sizeof(u32));
	memcpy(to->numbers, from->numbers, from->size * sizeof(u64));
	memcpy(to->values, from->values, from->size * sizeof(u32));
}

static inline void issuer_set(struct issuer *issuer, u64 i, u32 value)
{
	if (issuer->values[i] != UNLISTED) {
		issuer->digest -= issuer_term(issuer->numbers[i], issuer->values[i]);
		issuer->count--;
	}
	if (value != UNLISTED) {
		issuer->digest += issuer_term(issuer->numbers[i], value);
		issuer->count++;
	}
	issuer->values[i] = value;
}

static inline u32 issuer_random_value(void)
{
	return (1 + random_below(65534)) | (1 + random_below(4)) << 16 | random_below(4) << 20;
}

/* A citizen's number whose packed form is @number. */
static inline void issuer_print_number(u64 number, u8 *text)
{
	static const int weights[] = { 7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2 };
	time_t birth = (number / 1000 % 140619 - 62091LL) * 86400;	/* 1970 is day 62091 */
	char printed[40];
	struct tm tm;
	int sum = 0, i;

	gmtime_r(&birth, &tm);
	snprintf(printed, sizeof(printed), "%06u%04u%02u%02u%03u",
		 (unsigned int)(number / 1000 / 140619), (tm.tm_year + 1900U) % 10000,
		 (tm.tm_mon + 1U) % 100, tm.tm_mday % 100U, (unsigned int)(number % 1000));
	for (i = 0; i < 17; i++)
		sum += weights[i] * (printed[i] - '0');
	memcpy(text, printed, 17);
	text[17] = "10X98765432"[sum % 11];
}

/* One record of 12 bytes. */
static inline void issuer_put(u8 *wire, u64 number, u32 value)
{
	int i;

	for (i = 0; i < 8; i++)
		wire[i] = number >> 8 * i;
	wire[8] = value;
	wire[9] = value >> 8;
	wire[10] = value >> 16 & 0xf;
	wire[11] = value >> 20 & 3;
	if (value == UNLISTED)
		wire[8] = wire[9] = wire[10] = 0, wire[11] = IDREVOKE_RECORD_REMOVE;
}

static inline struct idrv_commitment issuer_commitment(const struct issuer *issuer)
{
	return (struct idrv_commitment){
		.epoch = issuer->epoch,
		.version = issuer->version,
		.count = issuer->count,
		.digest = { .low = issuer->digest, .high = issuer->digest >> 64 },
		.issued = READ_ONCE(stub_wall_seconds),
		.valid_for = 3600,
	};
}

/**
 * issuer_push - a whole transaction
 * @issuer: the list that is to result
 * @base: version from which a delta starts; 0 for a snapshot
 * @wire: the records
 * @records: how many
 * Return: what the call that was refused returned, or 0.
 */
static inline int issuer_push(const struct issuer *issuer, u64 base, const u8 *wire, u64 records)
{
	struct idrv_commitment to = issuer_commitment(issuer), announced = to;
	struct idrv_refusal refusal = {};
	u64 sent, block;
	int error;

	announced.count = records;
	error = idrv_transaction_begin(OWNER, base ? IDREVOKE_KIND_DELTA : IDREVOKE_KIND_SNAPSHOT,
				       base, &announced, &refusal);
	for (sent = 0; !error && sent < records; sent += block) {
		block = records - sent > 5460 ? 5460 : records - sent;
		error = idrv_transaction_records(OWNER, sent, wire + sent * 12, block * 12, &refusal);
	}
	if (!error)
		error = idrv_transaction_commit(OWNER, &to, &refusal);
	must(!error || refusal.message, "error %d is not explained", error);
	return error;
}

/* The list as it is, as a snapshot. */
static inline int issuer_snapshot(const struct issuer *issuer)
{
	u8 *wire = malloc(issuer->count * 12 + 1);
	u64 i, records = 0;
	int error;

	for (i = 0; i < issuer->size; i++)
		if (issuer->values[i] != UNLISTED)
			issuer_put(wire + 12 * records++, issuer->numbers[i], issuer->values[i]);
	error = issuer_push(issuer, 0, wire, records);
	free(wire);
	return error;
}

/* What kmod says of every number is what the issuer says. */
static inline void issuer_check(const struct issuer *issuer)
{
	const struct idrv_view *view;
	u64 i;

	rcu_read_lock();
	view = rcu_dereference(idrv_list.view);
	must(view && view->version == issuer->version && view->epoch == issuer->epoch,
	     "version %llu is not in force", issuer->version);
	for (i = 0; i < view->table->lines * 8; i++)
		must(!(view->table->words[i] << 1) || view->table->words[i] >> 61 & 3,
		     "a slot is set aside for nobody");
	must(view->count == issuer->count && view->digest.low == (u64)issuer->digest &&
	     view->digest.high == (u64)(issuer->digest >> 64) &&
	     view->table->count == issuer->count, "count or digest");
	for (i = 0; i < issuer->size; i++) {
		u32 value = 0;
		bool found = idrv_table_find(view->table, issuer->numbers[i], &value);

		must(found == (issuer->values[i] != UNLISTED), "%llu is %slisted",
		     issuer->numbers[i], found ? "" : "not ");
		must(!found || value == issuer->values[i], "%llu is %#x, not %#x",
		     issuer->numbers[i], value, issuer->values[i]);
	}
	rcu_read_unlock();
}

#endif
