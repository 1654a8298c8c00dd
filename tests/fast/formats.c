// SPDX-License-Identifier: GPL-2.0-or-later
/* What agent and issuer exchange: right forms are understood, others refused. */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>
#include <zstd.h>

#include <linux/idrevoke.h>

#include "date.h"
#include "feed.h"
#include "merge.h"
#include "note.h"
#include "number.h"
#include "payload.h"
#include "tap.h"
#include "write.h"

static void numbers(void)
{
	static const struct {
		const char *text;
		enum idrevoke_why why;
	} cases[] = {
		{ "110101199003078881", IDREVOKE_WHY_NONE },
		{ "990000199001018887", IDREVOKE_WHY_NONE },
		{ "11010519491231002X", IDREVOKE_WHY_NONE },
		{ "11010519491231002x", IDREVOKE_WHY_NONE },
		{ "110101199003078882", IDREVOKE_WHY_MALFORMED },
		{ "11010119900307888x", IDREVOKE_WHY_MALFORMED },
		{ "X10101199003078881", IDREVOKE_WHY_MALFORMED },
		{ "11010119900230888X", IDREVOKE_WHY_MALFORMED },
		{ "1101011990030788811", IDREVOKE_WHY_MALFORMED },
		{ "", IDREVOKE_WHY_MALFORMED },
		{ "1234567", IDREVOKE_WHY_MALFORMED },
		{ "H12345678", IDREVOKE_WHY_UNSUPPORTED },
		{ "110101900307888", IDREVOKE_WHY_UNSUPPORTED },
		{ "H1234567 ", IDREVOKE_WHY_MALFORMED },
	};
	char text[IDREVOKE_NUMBER_TEXT];
	uint64_t number = 0, again;
	bool good = true;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		is(idrevoke_number_parse(cases[i].text, &number), cases[i].why, "number %zu", i);
	is(idrevoke_number_parse("110101199003078881", &number), 0, "a number");
	is(number, (110101ULL * 140619 + 69461) * 1000 + 888, "is packed as the ABI says");

	/* strides without a common factor reach all parts of a number */
	for (number = 0; number < IDREVOKE_NUMBER_END; number += 700000001) {
		idrevoke_number_format(number, text);
		good &= !idrevoke_number_parse(text, &again) && again == number;
	}
	idrevoke_number_format(IDREVOKE_NUMBER_END - 1, text);
	good &= !idrevoke_number_parse(text, &again) && again == IDREVOKE_NUMBER_END - 1;
	ok(good, "numbers are the same after printing and parsing");
	ok(!strncmp(text, "99999921841231999", 17), "the last number");
	is(idrevoke_number_complete("110101900307888", text), 0, "a first-generation number");
	ok(!strcmp(text, "110101199003078881"), "is completed");
	is(idrevoke_number_complete("110101900230888", text), -EINVAL, "not on 30 February");
}

static void dates(void)
{
	static const char *const bad[] = { "20230229",	 "19831231",   "21630606",  "2023013",
					   "202301301",	 "2023-0130",  "2023-01-1", "20230a01",
					   "-2023-01-0", "2023-13-01", "20230100",  "" };
	uint32_t date, before = 0;
	uint16_t day;
	bool good = true;

	for (int32_t days = -62091; days < 140619 - 62091; days++) {
		date = idrevoke_date_split(days);
		good &= date > before &&
			idrevoke_date_is_valid(date / 10000, date / 100 % 100, date % 100) &&
			idrevoke_date_count(date / 10000, date / 100 % 100, date % 100) == days;
		before = date;
	}
	ok(good && before == 21841231, "every day of 1800 to 2184");
	for (uint32_t i = 0; i < IDREVOKE_START_END; i++)
		good &= !idrevoke_start_parse(idrevoke_start_format(i), &day) && day == i;
	ok(good, "every start of validity");
	is(idrevoke_start_parse_text("19840101", &day) ?: day, 0, "the first");
	is(idrevoke_start_parse_text("2163-06-05", &day) ?: day, 65534, "the last");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		is(idrevoke_start_parse_text(bad[i], &day), -EINVAL, "no date: %s", bad[i]);
	is(idrevoke_start_of_time(1000000000), idrevoke_date_count(2001, 9, 9) - 5113, "a time");
}

/* Of many keys, since it depends on the signature what a bit of base64 means. */
static void damaged_signatures(void)
{
	unsigned int foreign = 0, unknown = 0;
	struct idrevoke_signer signer;
	size_t size;

	for (unsigned int round = 0; round < 100; round++) {
		char *note;

		if (idrevoke_signer_generate(&signer, "one") ||
		    !(note = idrevoke_note_sign("a text\n", &signer)))
			bail_out("no note");
		for (size_t i = 8 * strlen("a text\n"); i < 8 * strlen(note); i++) {
			note[i / 8] ^= 1 << i % 8;
			if (idrevoke_note_verify(note, strlen(note), &signer.verifier, 1, 1, &size,
						 NULL) == -ENOKEY) {
				unknown++;
				foreign += !idrevoke_note_is_damaged(note, strlen(note),
								     &signer.verifier);
			}
			note[i / 8] ^= 1 << i % 8;
		}
		free(note);
	}
	ok(unknown, "%u of the bits of 100 signatures make it one by an unknown key", unknown);
	is(foreign, 0, "but none another issuer's");
}

static void notes(void)
{
	/* the example of C2SP's signed-note */
	static const char peter[] = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
	static const char note[] =
		"If you think cryptography is the answer to your problem,\n"
		"then you don't know what your problem is.\n"
		"\n"
		"\xe2\x80\x94 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
	struct idrevoke_signer signer, another;
	struct idrevoke_vkey keys[2];
	char text[IDREVOKE_KEY_TEXT], *signed_note, *digit;
	size_t size;
	int refused = 0;

	is(idrevoke_vkey_parse(&keys[0], peter), 0, "a verifier key of others");
	is(idrevoke_note_verify(note, strlen(note), keys, 1, 1, &size, NULL), 0, "their note");
	is(size, strstr(note, "\n\n") - note + 1, "its text");

	ok(!idrevoke_signer_generate(&signer, "one") && !idrevoke_signer_generate(&another, "two"),
	   "keys are made");
	idrevoke_signer_format(&signer, text);
	ok(!idrevoke_signer_parse(&another, text) && !memcmp(&another, &signer, sizeof(signer)),
	   "a signer's key is the same after printing and parsing");
	/* another digit of base64, whatever stands there */
	digit = &text[strlen(text) - 10];
	*digit = *digit == 'A' ? 'B' : 'A';
	is(idrevoke_signer_parse(&another, text), -EBADMSG, "a changed one is refused");
	idrevoke_vkey_format(&signer.verifier, text);
	ok(!idrevoke_vkey_parse(&keys[0], text) &&
		   !memcmp(&keys[0], &signer.verifier, sizeof(keys[0])),
	   "a verifier key is the same after printing and parsing");
	is(idrevoke_signer_generate(&another, "two words"), -EINVAL, "no name with a space");
	is(idrevoke_signer_generate(&another, ""), -EINVAL, "no empty name");

	signed_note = idrevoke_note_sign("a text\n\nof two\n", &signer);
	size = 0;
	is(idrevoke_note_verify(signed_note, strlen(signed_note), keys, 1, 1, &size, NULL), 0,
	   "a note of our own");
	is(size, strlen("a text\n\nof two\n"), "its text has an empty line");
	is(idrevoke_note_verify(signed_note, strlen(signed_note), keys, 1, 2, &size, NULL), -ENOKEY,
	   "too few signatures");
	idrevoke_vkey_parse(&keys[1], peter);
	is(idrevoke_note_verify(signed_note, strlen(signed_note), &keys[1], 1, 1, &size, NULL),
	   -ENOKEY, "another's key");
	ok(!idrevoke_note_is_damaged(signed_note, strlen(signed_note), &keys[1]),
	   "to the other, it is another's");
	for (size_t i = 0; i < 8 * strlen(signed_note); i++) {
		signed_note[i / 8] ^= 1 << i % 8;
		refused += !!idrevoke_note_verify(signed_note, strlen(signed_note), keys, 1, 1,
						  &size, NULL);
		signed_note[i / 8] ^= 1 << i % 8;
	}
	is(refused, 8 * strlen(signed_note), "no bit of a note can be changed");
	refused = 0;
	for (size_t i = 0; i < strlen(signed_note); i++)
		refused += !!idrevoke_note_verify(signed_note, i, keys, 1, 1, &size, NULL);
	is(refused, strlen(signed_note), "no note can be cut short");
	free(signed_note);
	ok(!idrevoke_note_sign("no newline", &signer), "a text ends with a newline");
}

/* Keys that are none: what is wrong is before the mark of one that is right. */
static void keys(void)
{
	static const char *const bad[] = {
		"", "PeterNeumann", "PeterNeumann+c74f20a3", "PeterNeumann+c74f20a3+",
		"+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
		"PeterNeumann+C74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
		"PeterNeumann+c74f20a+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
		"PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10T",
		"PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10!W",
		/* another algorithm */
		"PeterNeumann+c74f20a3+AhpcIQcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
	};
	static const char right[] =
		"PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW\n";
	struct idrevoke_signer signer;
	struct idrevoke_vkey key;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		is(idrevoke_vkey_parse(&key, bad[i]), -EINVAL, "no key: '%s'", bad[i]);
	is(idrevoke_vkey_parse(&key, right), 0, "a key with a newline");
	is(idrevoke_signer_parse(&signer, right), -EINVAL, "a verifier key is no signer's");
	is(idrevoke_signer_parse(&signer, "PRIVATE+KEY+x"), -EINVAL, "nor is half of one");
}

static void roots(void)
{
	struct idrevoke_root root = { .root = 2, .threshold = 2, .key_count = 2 }, again;
	struct idrevoke_signer signers[2];
	char *text, *longer, key[IDREVOKE_KEY_TEXT];
	const char *why = NULL;
	int refused = 0;

	for (int i = 0; i < 2; i++) {
		idrevoke_signer_generate(&signers[i], i ? "one" : "two");
		root.keys[i] = signers[i].verifier;
	}
	text = idrevoke_root_format(&root);
	is(idrevoke_root_parse(&again, text, strlen(text), &why), 0, "a root file is understood");
	ok(!why && again.root == 2 && again.threshold == 2 && again.key_count == 2 &&
	   !memcmp(again.keys, root.keys, sizeof(root.keys[0]) * 2), "and the same");
	/* without its last key it has fewer than it asks for */
	for (size_t i = 0; i < strlen(text); i++)
		refused += idrevoke_root_parse(&again, text, i, NULL) == -EBADMSG;
	is(refused, strlen(text), "cut short, it is refused");
	*strrchr(text, '+') = '-';
	is(idrevoke_root_parse(&again, text, strlen(text), &why), -EBADMSG, "a key that is none: %s",
	   why);
	free(text);

	root.threshold = 3;
	text = idrevoke_root_format(&root);
	is(idrevoke_root_parse(&again, text, strlen(text), NULL), -EBADMSG, "too few keys");
	free(text);
	root.threshold = 2;
	text = idrevoke_root_format(&root);
	idrevoke_vkey_format(&root.keys[0], key);
	for (int i = root.key_count; i <= IDREVOKE_FEED_KEYS_MAX; i++) {
		if (asprintf(&longer, "%skey %s\n", text, key) < 0)
			bail_out("no memory");
		free(text);
		text = longer;
		is(idrevoke_root_parse(&again, text, strlen(text), NULL),
		   i < IDREVOKE_FEED_KEYS_MAX ? 0 : -EBADMSG, "%d keys", i + 1);
	}
	free(text);
}

static void records(void)
{
	static const struct {
		struct idrevoke_record record;
		bool snapshot, delta;
	} cases[] = {
		{ { .through = 1, .reason = 3, .flags = IDREVOKE_RECORD_OPEN }, true, true },
		{ { .flags = IDREVOKE_RECORD_PERSON }, true, true },
		{ { .through = IDREVOKE_THROUGH_ALL, .reason = 2 }, true, true },
		{ { .flags = IDREVOKE_RECORD_REMOVE }, false, true },
		{ { .through = IDREVOKE_THROUGH_ALL, .reason = 2, .flags = IDREVOKE_RECORD_OPEN }, false, false },
		{ { .through = 1, .reason = 3, .flags = 1 << 6 }, false, false },
		{ { .through = 1 }, false, false },
		{ { .through = 1, .reason = 5 }, false, false },
		{ { .reason = 3, .flags = IDREVOKE_RECORD_PERSON }, false, false },
		{ { .flags = IDREVOKE_RECORD_OPEN }, false, false },
		{ { .through = 1, .flags = IDREVOKE_RECORD_REMOVE }, false, false },
		{ { .number = IDREVOKE_NUMBER_END, .flags = IDREVOKE_RECORD_PERSON }, false, false },
	};
	struct idrevoke_digest digest = { 0x0123456789abcdefULL, ~0ULL }, again;
	char text[IDREVOKE_DIGEST_TEXT];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ok(idrevoke_record_is_valid(&cases[i].record, false) == cases[i].snapshot &&
		   idrevoke_record_is_valid(&cases[i].record, true) == cases[i].delta,
		   "record %zu", i);
	idrevoke_digest_format(&digest, text);
	ok(!idrevoke_digest_parse(text, &again) && idrevoke_digest_equal(&digest, &again),
	   "a digest is the same after printing and parsing");
	is(idrevoke_digest_parse(text + 1, &again), -EINVAL, "no shorter one");
	text[3] = 'G';
	is(idrevoke_digest_parse(text, &again), -EINVAL, "none with other letters");
}

static void latests(void)
{
	struct idrevoke_latest latest = {
		.epoch = 1, .version = 5, .count = 7, .digest = { 0x1234, 0xabcd },
		.issued = 1700000000, .valid_for = 60, .confirm_every = 6, .root = 1,
		.snapshot = { .version = 3, .stored = 100, .unpacked = 96 },
		.delta_count = 3,
		.deltas = { { .base = 4, .version = 5, .stored = 1, .unpacked = 116 },
			    { .base = 3, .version = 4, .stored = 1, .unpacked = 96 },
			    { .base = 2, .version = 3, .stored = 1, .unpacked = 96 } },
	};
	struct idrevoke_latest again;
	const char *why = NULL;
	char *text = idrevoke_latest_format(&latest);
	bool refused = true;

	is(idrevoke_latest_parse(&again, text, strlen(text), &why), 0, "latest is understood");
	ok(!memcmp(&again, &latest, sizeof(latest)), "and the same");
	is(idrevoke_latest_deltas(&latest, 5), 0, "deltas from the newest version");
	is(idrevoke_latest_deltas(&latest, 3), 2, "from the snapshot");
	is(idrevoke_latest_deltas(&latest, 2), 3, "from before it");
	is(idrevoke_latest_deltas(&latest, 1), -ENOENT, "from before all");
	is(idrevoke_latest_deltas(&latest, 6), -ENOENT, "from one that is not there yet");
	for (size_t i = 1; i < strlen(text); i++) {
		char *longer;

		/* without its last deltas it may be right */
		if (text[i - 1] != '\n')
			refused &= !!idrevoke_latest_parse(&again, text, i, NULL);
		if (asprintf(&longer, "%.*s0%s", (int)i, text, text + i) < 0)
			bail_out("no memory");
		/* a zero can stand only behind a digit */
		if (text[i - 1] < '0' || text[i - 1] > '9')
			refused &= !!idrevoke_latest_parse(&again, longer, strlen(longer), NULL);
		free(longer);
	}
	ok(refused, "cut short, or with zeros in front, it is refused");
	for (char *at = text; (at = strpbrk(at, "123456789")); at++) {
		char *wrong;

		if (asprintf(&wrong, "%.*s18446744073709551616%s", (int)(at - text), text, at + 1) < 0)
			bail_out("no memory");
		refused &= !!idrevoke_latest_parse(&again, wrong, strlen(wrong), NULL);
		free(wrong);
	}
	ok(refused, "with a number of more than 64 bits as well");
	for (char *at = text; (at = strstr(at, "0000000000")); at++) {
		*at = 'G';
		refused &= !!idrevoke_latest_parse(&again, text, strlen(text), NULL);
		*at = '0';
	}
	ok(refused, "with a digest or hash of other letters as well");
	free(text);

	for (int i = 0; i < 9; i++) {
		struct idrevoke_latest wrong = latest;

		switch (i) {
		case 0: wrong.version = 6; break;
		case 1: wrong.deltas[1].base = 2; break;
		case 2: wrong.snapshot.version = 1; break;
		case 3: wrong.snapshot.unpacked = 97; break;
		case 4: wrong.valid_for = 0; break;
		case 5: wrong.epoch = 0; break;
		case 6: wrong.snapshot.stored = 1ULL << 60; break;
		case 7: wrong.deltas[2].stored = 1 << 20; break;
		case 8: wrong.snapshot.unpacked += 20 * (IDREVOKE_FEED_RECORDS_MAX + 1); break;
		}
		text = idrevoke_latest_format(&wrong);
		is(idrevoke_latest_parse(&again, text, strlen(text), &why), -EBADMSG,
		   "contradiction %d: %s", i, why ?: "?");
		free(text);
	}
}

#define RECORDS 1000

static struct idrevoke_record record(uint64_t i)
{
	return (struct idrevoke_record){ .number = i * 1000003, .through = 1 + i, .reason = 3,
					 .flags = 1, .effective_from = 1700000000 + i };
}

/* Writes a payload with every @step-th record, and removals if it is a delta. */
static struct idrevoke_feed_payload write_payload(int feed, uint64_t base, uint64_t version, int step,
						  struct idrevoke_digest digest, uint64_t count)
{
	struct idrevoke_payload_header header = {
		.delta = base, .epoch = 1, .base = base, .version = version,
		.records = (RECORDS + step - 1) / step, .count = count, .digest = digest, .issued = 1,
	};
	struct idrevoke_feed_payload named = {};
	struct idrevoke_payload_writer *writer;

	if (idrevoke_payload_create(&writer, feed, &header))
		bail_out("a payload cannot be written");
	for (int i = 0; i < RECORDS; i += step) {
		struct idrevoke_record next = record(i);

		if (base)
			next = (struct idrevoke_record){ .number = next.number,
							 .flags = IDREVOKE_RECORD_REMOVE };
		if (idrevoke_payload_append(writer, &next))
			bail_out("a record cannot be written");
	}
	ok(!idrevoke_payload_finish(writer, &named), "a payload is written");
	idrevoke_payload_discard(writer);
	return named;
}

/* A payload that is not what was announced leaves nothing. */
static void misuse(int feed)
{
	const struct idrevoke_payload_header header = { .epoch = 1, .version = 9, .records = 2,
							.count = 2, .issued = 1 };
	struct idrevoke_record first = record(1), next = record(2);
	struct idrevoke_payload_writer *writer;
	struct idrevoke_feed_payload named;
	char command[64];

	if (idrevoke_payload_create(&writer, feed, &header))
		bail_out("a payload cannot be written");
	is(idrevoke_payload_append(writer, &next), 0, "a record");
	is(idrevoke_payload_append(writer, &next), -EINVAL, "not the same again");
	is(idrevoke_payload_append(writer, &first), -EINVAL, "not one that comes before");
	is(idrevoke_payload_finish(writer, &named), -EINVAL, "one is missing");
	idrevoke_payload_discard(writer);
	snprintf(command, sizeof(command), "test $(ls -A /dev/fd/%d/snapshot | wc -l) = 1", feed);
	ok(!system(command), "nothing is left of it");
}

static char *read_payload(int feed, const struct idrevoke_feed_payload *named, size_t *size)
{
	char path[IDREVOKE_FEED_PATH], *data;

	idrevoke_feed_path(named, path);
	if (idrevoke_file_read(feed, path, 1 << 20, &data, size))
		bail_out("%s cannot be read", path);
	return data;
}

/* How reading ends: 0, or a negative errno; how many records came before. */
static int read_all(const void *data, size_t size, const struct idrevoke_feed_payload *named,
		    int *count)
{
	struct idrevoke_payload *payload;
	struct idrevoke_record next;
	FILE *file = fmemopen((void *)data, size, "r");
	int got = idrevoke_payload_open(&payload, file, named, NULL);

	*count = 0;
	if (got) {
		fclose(file);
		return got;
	}
	while ((got = idrevoke_payload_next(payload, &next, NULL)) > 0)
		++*count;
	is(idrevoke_payload_next(payload, &next, NULL) == got, true, "the end stays the end");
	idrevoke_payload_close(payload);
	return got;
}

static void damage(char *data, size_t size, const struct idrevoke_feed_payload *named)
{
	struct idrevoke_feed_payload wrong = *named;
	const char *why;
	int count, refused = 0;
	FILE *file;

	is(read_all(data, size, named, &count), 0, "a payload is read");
	is(count, RECORDS, "all of it");
	wrong.version++;
	is(read_all(data, size, &wrong, &count), -EBADMSG, "another version");
	wrong = *named;
	wrong.unpacked -= IDREVOKE_FEED_RECORD_SIZE;
	is(read_all(data, size, &wrong, &count), -EBADMSG, "another size");
	is(read_all(data, size + 1, named, &count), -EBADMSG, "a byte more");
	is(read_all(data, size - 1, named, &count), -EBADMSG, "a byte less");
	is(read_all(data, 10, named, &count), -EBADMSG, "next to nothing");
	for (size_t i = 0; i < size; i++) {
		data[i] ^= 1 << i % 8;
		file = fmemopen(data, size, "r");
		refused += idrevoke_payload_verify(file, named, &why) == -EBADMSG;
		fclose(file);
		data[i] ^= 1 << i % 8;
	}
	is(refused, size, "no byte can be changed unnoticed");
}

/*
 * A frame whose content is @content and, after all of that can be unpacked, the
 * @more bytes that follow it there; the last @cut bytes of the frame are not there.
 */
static int read_frame(const void *content, size_t size, size_t more, size_t cut,
		      const struct idrevoke_feed_payload *named)
{
	static char frame[1 << 20];
	ZSTD_CCtx *zstd = ZSTD_createCCtx();
	ZSTD_outBuffer out = { frame, sizeof(frame), 0 };
	ZSTD_inBuffer in = { content, size, 0 };
	int count;

	if (ZSTD_isError(ZSTD_compressStream2(zstd, &out, &in, ZSTD_e_flush)))
		bail_out("zstd does not compress");
	in.size += more;
	if (ZSTD_isError(ZSTD_compressStream2(zstd, &out, &in, ZSTD_e_end)))
		bail_out("zstd does not compress");
	ZSTD_freeCCtx(zstd);
	return read_all(frame, out.pos - cut, named, &count);
}

/* So many records that a reader has unpacked all when it has read the last. */
#define FRAME_RECORDS ((65536 - IDREVOKE_PAYLOAD_HEADER_SIZE) / IDREVOKE_FEED_RECORD_SIZE)

static void frames(const char *data, size_t size, const struct idrevoke_feed_payload *named)
{
	static uint8_t content[65536 + 1];
	struct idrevoke_feed_payload larger = *named;
	uint64_t records = FRAME_RECORDS;

	larger.unpacked = sizeof(content) - 1;
	if (ZSTD_decompress(content, sizeof(content), data, size) != named->unpacked)
		bail_out("zstd does not unpack");
	/* how many there are, and how many are listed then */
	memcpy(content + 40, &records, sizeof(records));
	memcpy(content + 48, &records, sizeof(records));
	for (uint64_t i = 0; i < records; i++) {
		struct idrevoke_record next = record(i);

		idrevoke_record_encode(&next, content + IDREVOKE_PAYLOAD_HEADER_SIZE +
					      i * IDREVOKE_FEED_RECORD_SIZE);
	}
	is(read_frame(content, larger.unpacked, 0, 0, &larger), 0, "a frame that ends later");
	is(read_frame(content, larger.unpacked, 0, 1, &larger), -EBADMSG, "one that does not end");
	is(read_frame(content, larger.unpacked, 1, 0, &larger), -EBADMSG, "one that goes on");
	content[0] ^= 1;
	is(read_frame(content, larger.unpacked, 0, 0, &larger), -EBADMSG, "one of something else");
	content[0] ^= 1;
	content[8] ^= 2;
	is(read_frame(content, larger.unpacked, 0, 0, &larger), -EBADMSG, "one of another format");
}

static struct idrevoke_payload *open_payload(int feed, const struct idrevoke_feed_payload *named)
{
	char path[IDREVOKE_FEED_PATH];
	struct idrevoke_payload *payload;
	FILE *file;

	idrevoke_feed_path(named, path);
	file = fdopen(openat(feed, path, O_RDONLY), "r");
	if (!file || idrevoke_payload_verify(file, named, NULL) ||
	    idrevoke_payload_open(&payload, file, named, NULL))
		bail_out("%s cannot be opened", path);
	return payload;
}

static void payloads(void)
{
	char directory[] = "/tmp/idrevoke-formats-XXXXXX", command[64];
	struct idrevoke_digest all = {}, left = {}, wrong = { 1, 1 };
	struct idrevoke_feed_payload snapshot, delta, bad, gap;
	struct idrevoke_payload *both[2];
	struct idrevoke_merge *merge;
	struct idrevoke_record next;
	char *data;
	size_t size;
	int feed, got, count = 0;

	if (!mkdtemp(directory))
		bail_out("no directory");
	feed = open(directory, O_RDONLY | O_DIRECTORY);
	for (int i = 0; i < RECORDS; i++) {
		next = record(i);
		idrevoke_digest_add(&all, &next);
		if (i % 3)
			idrevoke_digest_add(&left, &next);
	}
	snapshot = write_payload(feed, 0, 1, 1, all, RECORDS);
	delta = write_payload(feed, 1, 2, 3, left, RECORDS - 334);
	bad = write_payload(feed, 1, 3, 3, wrong, RECORDS - 334);
	gap = write_payload(feed, 2, 3, 3, left, RECORDS - 334);
	misuse(feed);
	data = read_payload(feed, &snapshot, &size);
	damage(data, size, &snapshot);
	frames(data, size, &snapshot);
	free(data);

	both[0] = open_payload(feed, &snapshot);
	both[1] = open_payload(feed, &delta);
	is(idrevoke_merge_open(&merge, both, 2, NULL), 0, "snapshot and delta follow one another");
	while ((got = idrevoke_merge_next(merge, &next, NULL)) > 0)
		count++;
	ok(!got && count == RECORDS - 334, "merged: what was removed is not there");
	idrevoke_merge_close(merge);

	both[0] = open_payload(feed, &snapshot);
	both[1] = open_payload(feed, &bad);
	is(idrevoke_merge_open(&merge, both, 2, NULL), 0, "another delta");
	while ((got = idrevoke_merge_next(merge, &next, NULL)) > 0)
		;
	is(got, -EBADMSG, "a list of another digest than was named");
	idrevoke_merge_close(merge);

	both[0] = open_payload(feed, &snapshot);
	both[1] = open_payload(feed, &gap);
	is(idrevoke_merge_open(&merge, both, 2, NULL), -EBADMSG, "a delta of another base");
	both[0] = open_payload(feed, &delta);
	both[1] = open_payload(feed, &snapshot);
	is(idrevoke_merge_open(&merge, both, 2, NULL), -EBADMSG, "in the wrong order");
	close(feed);
	snprintf(command, sizeof(command), "rm -r %s", directory);
	ok(!system(command), "cleaned up");
}

int main(void)
{
	numbers();
	dates();
	notes();
	damaged_signatures();
	keys();
	roots();
	records();
	latests();
	payloads();
	return done();
}
