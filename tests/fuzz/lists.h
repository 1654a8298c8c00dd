/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lists of a few numbers, kept as an array of what the record of each says, and
 * snapshots and deltas that make them up.
 */
#ifndef TESTS_FUZZ_LISTS_H
#define TESTS_FUZZ_LISTS_H

#include "../../agent/lib/merge.h"
#include "oracle.h"
#include "packed.h"

#define LISTS_EPOCH	7
#define LISTS_NUMBERS	24
#define LISTS_UNLISTED	0
#define LISTS_REMOVED	255

/* What a payload may lie about, so that only who reads all of them can see it. */
enum lists_lie {
	LISTS_TRUE,
	LISTS_OTHER_EPOCH,
	LISTS_OTHER_COUNT,
	LISTS_OTHER_DIGEST_LOW,
	LISTS_OTHER_DIGEST_HIGH,
	LISTS_LIES,
};

static uint8_t lists_model[LISTS_NUMBERS]; /* what is in force: unlisted, or 1 to 254 */
static bool lists_changed[LISTS_NUMBERS];  /* by any of the payloads */

static inline uint64_t lists_number(unsigned int i)
{
	return i * 999999937ULL;
}

/* @what: 1 to 254, or LISTS_REMOVED */
static inline uint8_t *lists_put(uint8_t *at, unsigned int i, uint8_t what)
{
	bool removed = what == LISTS_REMOVED;

	at = fuzz_put(at, lists_number(i), 8);
	at = fuzz_put(at, removed ? 0 : what, 2);
	at = fuzz_put(at, removed ? 0 : 1 + what % 4, 1);
	at = fuzz_put(at, removed ? 0x80 : what % 3, 1);
	return fuzz_put(at, what, 8);
}

static inline unsigned int lists_count(unsigned __int128 *digest)
{
	unsigned int count = 0;

	*digest = 0;
	for (unsigned int i = 0; i < LISTS_NUMBERS; i++) {
		uint8_t what = lists_model[i];

		if (what == LISTS_UNLISTED)
			continue;
		count++;
		*digest += oracle_term(lists_number(i), what, 1 + what % 4, what % 3);
	}
	return count;
}

/*
 * The next payload, which changes the model: a byte a number says what that becomes.
 * Return: the frame, to be freed; @named: what latest would say of it, but for its
 * SHA-256.
 */
static inline uint8_t *lists_payload(struct fuzz_input *input, uint64_t base, uint64_t version,
				     enum lists_lie lie, struct idrevoke_feed_payload *named)
{
	uint8_t data[96 + LISTS_NUMBERS * 20] = { 0 }, *records = data + 96, *at = records, *frame;
	unsigned __int128 digest;
	unsigned int count;
	size_t packed;

	for (unsigned int i = 0; i < LISTS_NUMBERS; i++) {
		uint8_t what = fuzz_take(input, 1);

		if (!what || (!base && what == LISTS_REMOVED))
			continue;
		at = lists_put(at, i, what);
		lists_model[i] = what == LISTS_REMOVED ? LISTS_UNLISTED : what;
		lists_changed[i] = true;
	}
	count = lists_count(&digest);
	memcpy(data, base ? "IDRVDELT" : "IDRVSNAP", 8);
	fuzz_put(data + 8, 1, 4);
	fuzz_put(data + 12, 20, 4);
	fuzz_put(data + 16, LISTS_EPOCH + (lie == LISTS_OTHER_EPOCH), 8);
	fuzz_put(data + 24, base, 8);
	fuzz_put(data + 32, version, 8);
	fuzz_put(data + 40, (at - records) / 20, 8);
	fuzz_put(data + 48, count + (lie == LISTS_OTHER_COUNT && base), 8);
	fuzz_put(data + 56, digest ^ (lie == LISTS_OTHER_DIGEST_LOW), 8);
	fuzz_put(data + 64, (uint64_t)(digest >> 64) ^ (lie == LISTS_OTHER_DIGEST_HIGH), 8);
	frame = fuzz_pack(data, at - data, 0, &packed);
	*named = (struct idrevoke_feed_payload){
		.base = base, .version = version, .stored = packed, .unpacked = at - data,
	};
	return frame;
}

/* Nothing is listed. */
static inline void lists_clear(void)
{
	memset(lists_model, LISTS_UNLISTED, sizeof(lists_model));
	memset(lists_changed, 0, sizeof(lists_changed));
}

/* All that is read is what the model has. Return: how it ended. */
static inline int lists_compare(struct idrevoke_merge *merge, bool snapshot)
{
	struct idrevoke_record record;
	unsigned int i = 0;
	int got;

	while ((got = idrevoke_merge_next(merge, &record, NULL)) == 1) {
		while (i < LISTS_NUMBERS &&
		       (snapshot ? lists_model[i] == LISTS_UNLISTED : !lists_changed[i]))
			i++;
		fuzz_check(i < LISTS_NUMBERS && record.number == lists_number(i), "another number");
		if (lists_model[i] == LISTS_UNLISTED)
			fuzz_check(record.flags == IDREVOKE_RECORD_REMOVE, "not removed");
		else
			fuzz_check(record.through == lists_model[i] &&
				   record.effective_from == lists_model[i], "another record");
		i++;
	}
	for (; !got && i < LISTS_NUMBERS; i++)
		fuzz_check(snapshot ? lists_model[i] == LISTS_UNLISTED : !lists_changed[i],
			   "one is missing");
	return got;
}

#endif
