// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A snapshot and deltas, or deltas alone, read as one: against an array of a few
 * numbers. Input: how many payloads, whether there is a snapshot, what they lie
 * about; then for each a byte a number: what it becomes, if it changes.
 */
#include <errno.h>

#include "../../agent/lib/merge.h"
#include "oracle.h"
#include "packed.h"

#define NUMBERS 24
#define UNLISTED 0
#define REMOVED 255
#define MOST 5

static uint8_t model[NUMBERS]; /* 0: unlisted, else what the record says */
static bool changed[NUMBERS];  /* by any of the payloads */

static uint64_t number_of(unsigned int i)
{
	return i * 999999937ULL;
}

/* @what: 1 to 254, or REMOVED */
static uint8_t *put_record(uint8_t *at, unsigned int i, uint8_t what)
{
	bool removed = what == REMOVED;

	at = fuzz_put(at, number_of(i), 8);
	at = fuzz_put(at, removed ? 0 : what, 2);
	at = fuzz_put(at, removed ? 0 : 1 + what % 4, 1);
	at = fuzz_put(at, removed ? 0x80 : what % 3, 1);
	return fuzz_put(at, what, 8);
}

static unsigned int count_model(unsigned __int128 *digest)
{
	unsigned int count = 0;

	*digest = 0;
	for (unsigned int i = 0; i < NUMBERS; i++) {
		if (model[i] == UNLISTED)
			continue;
		count++;
		*digest += oracle_term(number_of(i), model[i], 1 + model[i] % 4, model[i] % 3);
	}
	return count;
}

/* One payload, which changes the model. */
static struct idrevoke_payload *make(struct fuzz_input *input, bool delta, uint64_t version,
				     uint8_t lie, uint8_t **frame)
{
	uint8_t data[96 + NUMBERS * 20] = { 0 }, *at = data + 96;
	unsigned int records, count;
	struct idrevoke_feed_payload named = { .base = delta ? version - 1 : 0, .version = version };
	struct idrevoke_payload *payload;
	unsigned __int128 digest;
	size_t packed;
	FILE *file;

	for (unsigned int i = 0; i < NUMBERS; i++) {
		uint8_t what = fuzz_take(input, 1);

		if (!what || (!delta && what == REMOVED))
			continue;
		at = put_record(at, i, what);
		model[i] = what == REMOVED ? UNLISTED : what;
		changed[i] = true;
	}
	records = (at - data - 96) / 20;
	count = count_model(&digest);
	named.unpacked = at - data;
	memcpy(data, delta ? "IDRVDELT" : "IDRVSNAP", 8);
	fuzz_put(data + 8, 1, 4);
	fuzz_put(data + 12, 20, 4);
	fuzz_put(data + 16, 7 + (lie == 1), 8);
	fuzz_put(data + 24, named.base, 8);
	fuzz_put(data + 32, version, 8);
	fuzz_put(data + 40, records, 8);
	fuzz_put(data + 48, count + (lie == 2 && delta), 8);
	fuzz_put(data + 56, digest ^ (lie == 3), 8);
	fuzz_put(data + 64, (uint64_t)(digest >> 64) ^ (lie == 4), 8);
	*frame = fuzz_pack(data, at - data, 0, &packed);
	file = fuzz_file(*frame, packed);
	fuzz_check(!idrevoke_payload_open(&payload, file, &named, NULL), "a good payload");
	return payload;
}

/* All that is read is what the model has. Return: how it ended. */
static int compare(struct idrevoke_merge *merge, bool snapshot)
{
	struct idrevoke_record record;
	unsigned int i = 0;
	int got;

	while ((got = idrevoke_merge_next(merge, &record, NULL)) == 1) {
		while (i < NUMBERS && (snapshot ? model[i] == UNLISTED : !changed[i]))
			i++;
		fuzz_check(i < NUMBERS && record.number == number_of(i), "another number");
		if (model[i] == UNLISTED)
			fuzz_check(record.flags == IDREVOKE_RECORD_REMOVE, "not removed");
		else
			fuzz_check(record.through == model[i] && record.effective_from == model[i],
				   "another record");
		i++;
	}
	for (; !got && i < NUMBERS; i++)
		fuzz_check(snapshot ? model[i] == UNLISTED : !changed[i], "one is missing");
	return got;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };
	unsigned int count = 1 + fuzz_below(&input, MOST);
	bool snapshot = fuzz_take(&input, 1) & 1;
	uint8_t lie = fuzz_below(&input, 10), liar = fuzz_below(&input, count), *frames[MOST];
	struct idrevoke_payload *payloads[MOST];
	struct idrevoke_merge *merge;
	uint64_t version = 10;
	bool follows = true;

	memset(model, UNLISTED, sizeof(model));
	memset(changed, 0, sizeof(changed));
	for (unsigned int i = 0; i < count; i++) {
		if (lie == 5 && i == liar && i) {
			version++;
			follows = false;
		}
		if (lie == 1 && i == liar && count > 1)
			follows = false;
		payloads[i] = make(&input, i || !snapshot, version++, i == liar ? lie : 0,
				   &frames[i]);
	}
	fuzz_check(idrevoke_merge_open(&merge, payloads, count, NULL) == (follows ? 0 : -EBADMSG),
		   "payloads that do not follow one another");
	if (merge) {
		bool lied = snapshot && liar == count - 1 &&
			    (lie == 3 || lie == 4 || (lie == 2 && count > 1));

		fuzz_check(compare(merge, snapshot) == (lied ? -EBADMSG : 0), "the end");
		idrevoke_merge_close(merge);
	}
	for (unsigned int i = 0; i < count; i++)
		free(frames[i]);
	return 0;
}
