// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Payloads, against a reading of payload.h's words. Input: a mode, how latest's idea
 * of the file is wrong, and either the file, or header and records, packed here.
 */
#include <errno.h>

#include "../../agent/lib/payload.h"
#include "oracle.h"
#include "packed.h"

#define HEADER 96
#define RECORD 20

enum { RAW = 1, CUT = 2, APPEND = 4, TWICE = 8 };

/* Of the mode: a few only, since those take their time. */
#define IS_LONG(mode)	((mode) >> 4 == 1)

/*
 * More than is unpacked at a time, which is 64 KiB: twice, since only the second time
 * a record lies across the end.
 */
#define LONG_RECORDS	7000

/* How many records are read before the end, and whether it is a good one. */
struct outcome {
	bool opened;
	uint64_t records;
	bool whole;
};

static struct outcome expect(const uint8_t *data, size_t size,
			     const struct idrevoke_feed_payload *named, bool damaged)
{
	static const uint8_t zeros[16];
	struct outcome outcome = { 0 };
	uint64_t records, last = 0;
	bool delta;

	if (size < HEADER)
		return outcome;
	delta = !memcmp(data, "IDRVDELT", 8);
	records = oracle_le(data + 40, 8);
	outcome.opened = (delta || !memcmp(data, "IDRVSNAP", 8)) && oracle_le(data + 8, 4) == 1 &&
			 oracle_le(data + 12, 4) == RECORD && !memcmp(data + 80, zeros, 16) &&
			 oracle_le(data + 24, 8) == named->base && delta == (named->base > 0) &&
			 oracle_le(data + 32, 8) == named->version &&
			 records == (named->unpacked - HEADER) / RECORD &&
			 (delta || oracle_le(data + 48, 8) == records);
	if (!outcome.opened)
		return outcome;
	for (; outcome.records < records; outcome.records++) {
		const uint8_t *wire = data + HEADER + outcome.records * RECORD;
		uint64_t number;

		if (size - HEADER < (outcome.records + 1) * RECORD)
			return outcome;
		number = oracle_le(wire, 8);
		if (!oracle_record(delta, number, oracle_le(wire + 8, 2), wire[10], wire[11]) ||
		    (outcome.records && number <= last))
			return outcome;
		last = number;
	}
	outcome.whole = size == HEADER + records * RECORD && !damaged;
	return outcome;
}

static struct outcome read_payload(FILE *file, const uint8_t *data,
				   const struct idrevoke_feed_payload *named)
{
	struct outcome outcome = { 0 };
	struct idrevoke_payload *payload;
	struct idrevoke_record record;
	const char *why = "?";
	int got;

	got = idrevoke_payload_open(&payload, file, named, &why);
	fuzz_check(!got == !!payload && (payload || why), "error %d", got);
	if (!payload) {
		fuzz_check(got == -EBADMSG, "error %d", got);
		fclose(file);
		return outcome;
	}
	outcome.opened = true;
	while ((got = idrevoke_payload_next(payload, &record, &why)) == 1) {
		uint8_t wire[RECORD];

		idrevoke_record_encode(&record, wire);
		fuzz_check(!data || !memcmp(wire, data + HEADER + outcome.records * RECORD, RECORD),
			   "another record");
		fuzz_check(outcome.records++ < (named->unpacked - HEADER) / RECORD, "too many");
	}
	fuzz_check(!got || (got == -EBADMSG && why), "error %d", got);
	fuzz_check(idrevoke_payload_next(payload, &record, NULL) == got, "another end");
	outcome.whole = !got;
	idrevoke_payload_close(payload);
	return outcome;
}

/* Puts records before those of the input, and counts them in its header. Return: the size. */
static size_t lengthen(uint8_t **data, size_t size)
{
	uint8_t *longer = realloc(*data, size + LONG_RECORDS * RECORD), *at = longer + HEADER;

	fuzz_check(longer, "no memory");
	memmove(at + LONG_RECORDS * RECORD, at, size - HEADER);
	fuzz_put(longer + 40, oracle_le(longer + 40, 8) + LONG_RECORDS, 8);
	fuzz_put(longer + 48, oracle_le(longer + 48, 8) + LONG_RECORDS, 8);
	for (uint64_t i = 0; i < LONG_RECORDS; i++) {
		at = fuzz_put(at, i << 32 | (oracle_mix(i + 1) & 0xffffffff), 8);
		/* the person is listed, no card */
		at = fuzz_put(at, 2 << 24, 8);
		at = fuzz_put(at, 0, RECORD - 16);
	}
	*data = longer;
	return size + LONG_RECORDS * RECORD;
}

static void check_unpacked(struct fuzz_input *input, unsigned int mode, unsigned int wrong)
{
	size_t size = input->left, packed;
	uint8_t *data = fuzz_bytes(input, &size), *frame;
	struct idrevoke_feed_payload named = { .unpacked = HEADER };
	struct outcome wanted, got;

	if (IS_LONG(mode) && size >= HEADER)
		size = lengthen(&data, size);
	if (size >= HEADER) {
		named.base = oracle_le(data + 24, 8) ^ (wrong & 1);
		named.version = oracle_le(data + 32, 8) ^ (wrong >> 1 & 1);
		named.unpacked = HEADER + ((size - HEADER) / RECORD + (wrong >> 2 & 1)) * RECORD;
	}
	frame = fuzz_pack(data, size, size + 4096, &packed);
	if (mode & CUT) {
		size_t cut = 1 + (wrong >> 3);

		packed -= cut < packed ? cut : packed;
	}
	if (mode & APPEND)
		frame[packed++] = wrong;
	if (mode & TWICE) {
		memcpy(frame + packed, frame, packed < 1024 ? packed : 1024);
		packed += packed < 1024 ? packed : 1024;
	}
	wanted = expect(data, size, &named, mode & (CUT | APPEND | TWICE));
	got = read_payload(fuzz_file(frame, packed), data, &named);
	if (!(mode & CUT))
		fuzz_check(got.opened == wanted.opened && got.records == wanted.records,
			   "%llu records, not %llu", (unsigned long long)got.records,
			   (unsigned long long)wanted.records);
	fuzz_check(got.whole <= wanted.whole && (mode & CUT || got.whole == wanted.whole),
		   "the end: %d, not %d", got.whole, wanted.whole);
	free(frame);
	free(data);
}

/* Whatever the file is, no more is read than latest says. */
static void check_packed(struct fuzz_input *input, unsigned int wrong)
{
	size_t size = input->left;
	uint8_t *data = fuzz_bytes(input, &size);
	struct idrevoke_feed_payload named = {
		.base = wrong & 1,
		.version = 2,
		.unpacked = HEADER + (wrong >> 1) * RECORD,
	};

	read_payload(fuzz_file(data, size), NULL, &named);
	free(data);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };
	unsigned int mode = fuzz_take(&input, 1), wrong = fuzz_take(&input, 1);

	if (mode & RAW)
		check_packed(&input, wrong);
	else
		check_unpacked(&input, mode, wrong);
	return 0;
}
