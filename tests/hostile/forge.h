/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A right feed of the next version, for forge.c to spoil: a payload of a few
 * records, latest, and the issuer's signature.
 */
#ifndef TESTS_HOSTILE_FORGE_H
#define TESTS_HOSTILE_FORGE_H

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <zstd.h>

#include "feed.h"
#include "number.h"
#include "payload_header.h"
#include "write.h"

#define RECORDS 3

/* Bytes of a payload before it is packed: without what fills up the struct. */
#define PLAIN_SIZE (IDREVOKE_PAYLOAD_HEADER_SIZE + RECORDS * IDREVOKE_FEED_RECORD_SIZE)

struct forgery {
	int feed;
	struct idrevoke_signer signer;
	struct idrevoke_latest before, latest;
	struct idrevoke_payload_header header;
	struct idrevoke_record records[RECORDS];
	struct {
		struct payload_wire header;
		uint8_t records[RECORDS][IDREVOKE_FEED_RECORD_SIZE];
	} plain;
	char *packed;
	size_t stored;
	char *text, *note;
	size_t note_size;
};

static void fail(const char *what)
{
	fprintf(stderr, "forge: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void *need(void *pointer)
{
	if (!pointer)
		fail("memory");
	return pointer;
}

static void count(struct forgery *forgery)
{
	forgery->header.digest = (struct idrevoke_digest){ 0 };
	for (int i = 0; i < RECORDS; i++)
		idrevoke_digest_add(&forgery->header.digest, &forgery->records[i]);
}

static void read_before(struct forgery *forgery, const char *store)
{
	char path[4096], *text;
	size_t size, text_size;
	const char *why = "?";

	snprintf(path, sizeof(path), "%s/key", store);
	if (idrevoke_file_read(AT_FDCWD, path, 4096, &text, &size) ||
	    idrevoke_signer_parse(&forgery->signer, text))
		fail(path);
	free(text);
	snprintf(path, sizeof(path), "%s/feed", store);
	forgery->feed = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (forgery->feed < 0 ||
	    idrevoke_file_read(forgery->feed, IDREVOKE_FEED_LATEST, IDREVOKE_NOTE_MAX, &text, &size))
		fail(path);
	if (idrevoke_note_verify(text, size, &forgery->signer.verifier, 1, 1, &text_size, &why) ||
	    idrevoke_latest_parse(&forgery->before, text, text_size, &why))
		fail(why);
	free(text);
}

static void prepare(struct forgery *forgery)
{
	const struct idrevoke_latest *before = &forgery->before;

	for (int i = 0; i < RECORDS; i++)
		forgery->records[i] = (struct idrevoke_record){
			.number = idrevoke_number_pack(990000, 69461 + i, 1),
			.effective_from = before->issued,
			.through = 12000,
			.reason = IDREVOKE_REASON_LOST,
			.flags = IDREVOKE_RECORD_OPEN,
		};
	forgery->header = (struct idrevoke_payload_header){
		.epoch = before->epoch,
		.version = before->version + 1,
		.records = RECORDS,
		.count = RECORDS,
		.issued = time(NULL),
	};
	count(forgery);
	forgery->latest = *before;
	forgery->latest.delta_count = 0;
	forgery->latest.issued = time(NULL);
}

/* The payload before it is packed. */
static void encode(struct forgery *forgery)
{
	const struct idrevoke_payload_header *header = &forgery->header;
	struct payload_wire *wire = &forgery->plain.header;

	*wire = (struct payload_wire){
		.format = htole32(PAYLOAD_FORMAT),
		.record_size = htole32(IDREVOKE_FEED_RECORD_SIZE),
		.epoch = htole64(header->epoch),
		.base = htole64(header->base),
		.version = htole64(header->version),
		.records = htole64(header->records),
		.count = htole64(header->count),
		.issued = htole64(header->issued),
	};
	memcpy(wire->magic, header->delta ? PAYLOAD_DELTA : PAYLOAD_SNAPSHOT, PAYLOAD_MAGIC_SIZE);
	idrevoke_digest_encode(&header->digest, wire->digest);
	for (int i = 0; i < RECORDS; i++)
		idrevoke_record_encode(&forgery->records[i], forgery->plain.records[i]);
}

static void append(struct forgery *forgery, const void *data, size_t size)
{
	forgery->packed = need(realloc(forgery->packed, forgery->stored + size));
	memcpy(forgery->packed + forgery->stored, data, size);
	forgery->stored += size;
}

/* Appends a frame: the data, and so many zeros. */
static void append_frame(struct forgery *forgery, const void *data, size_t size, int window_log,
			 uint64_t zeros)
{
	static const uint8_t zero[1 << 20];
	ZSTD_CCtx *zstd = need(ZSTD_createCCtx());
	ZSTD_inBuffer in = { data, size, 0 };
	uint8_t block[1 << 16];
	size_t more;

	ZSTD_CCtx_setParameter(zstd, ZSTD_c_windowLog, window_log);
	ZSTD_CCtx_setParameter(zstd, ZSTD_c_contentSizeFlag, 0);
	do {
		ZSTD_outBuffer out = { block, sizeof(block), 0 };
		ZSTD_EndDirective end;

		if (in.pos == in.size && zeros) {
			in = (ZSTD_inBuffer){ zero, zeros < sizeof(zero) ? zeros : sizeof(zero), 0 };
			zeros -= in.size;
		}
		/* not at once, or it would know the size and choose a window to fit */
		end = in.pos < in.size ? ZSTD_e_continue : ZSTD_e_end;
		more = ZSTD_compressStream2(zstd, &out, &in, end);
		if (ZSTD_isError(more))
			fail(ZSTD_getErrorName(more));
		append(forgery, block, out.pos);
		more += end == ZSTD_e_continue;
	} while (more);
	ZSTD_freeCCtx(zstd);
}

static void pack(struct forgery *forgery)
{
	append_frame(forgery, &forgery->plain, PLAIN_SIZE, PAYLOAD_WINDOW_LOG, 0);
}

/* Puts the payload into the feed, and its name into latest. */
static void name_payload(struct forgery *forgery)
{
	struct idrevoke_latest *latest = &forgery->latest;
	const struct idrevoke_payload_header *header = &forgery->header;
	struct idrevoke_feed_payload *named = &latest->snapshot;
	char path[IDREVOKE_FEED_PATH], *slash;
	uint8_t sha256[EVP_MAX_MD_SIZE];
	int directory;

	if (header->delta) {
		latest->delta_count = forgery->before.delta_count + 1;
		memcpy(latest->deltas + 1, forgery->before.deltas,
		       forgery->before.delta_count * sizeof(latest->deltas[0]));
		named = &latest->deltas[0];
	}
	EVP_Digest(forgery->packed, forgery->stored, sha256, NULL, EVP_sha256(), NULL);
	*named = (struct idrevoke_feed_payload){
		.base = header->base,
		.version = header->version,
		.stored = forgery->stored,
		.unpacked = IDREVOKE_PAYLOAD_HEADER_SIZE +
			    header->records * IDREVOKE_FEED_RECORD_SIZE,
	};
	memcpy(named->sha256, sha256, sizeof(named->sha256));
	latest->epoch = header->epoch;
	latest->version = header->version;
	latest->count = header->count;
	latest->digest = header->digest;

	idrevoke_feed_path(named, path);
	slash = strchr(path, '/');
	*slash = '\0';
	mkdirat(forgery->feed, path, 0755);
	directory = openat(forgery->feed, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (directory < 0 || idrevoke_file_replace(directory, slash + 1, forgery->packed,
						   forgery->stored, 0644))
		fail(path);
	close(directory);
}

/* Appends to the text that is signed; @times times. */
static void add_text(struct forgery *forgery, const char *more, size_t times)
{
	size_t length = strlen(forgery->text), add = strlen(more);

	forgery->text = need(realloc(forgery->text, length + times * add + 1));
	for (; times; times--, length += add)
		strcpy(forgery->text + length, more);
}

static void set_note(struct forgery *forgery, char *note)
{
	free(forgery->note);
	forgery->note = need(note);
	forgery->note_size = strlen(note);
}

#endif
