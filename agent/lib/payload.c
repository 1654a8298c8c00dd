// SPDX-License-Identifier: LGPL-2.1-or-later
/* Reading payloads; payload_write.c writes them. */
#include <endian.h>
#include <errno.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "payload_header.h"

/* Bytes read at a time. */
#define CHUNK 65536

struct idrevoke_payload {
	struct idrevoke_payload_header header;
	FILE *file;
	ZSTD_DCtx *zstd;
	bool frame_ended;
	uint64_t left;		/* records still to come */
	uint64_t last;		/* number of the record before */
	bool first;		/* there is none before */
	int ended;		/* 1: not yet; else what next() returns for ever */
	const char *why;
	ZSTD_inBuffer in;
	size_t at;		/* unpacked bytes that were taken, of @filled */
	size_t filled;
	uint8_t packed[CHUNK];
	uint8_t unpacked[CHUNK];
};

struct idrevoke_payload_verifier {
	FILE *file;
	const struct idrevoke_feed_payload *named;
	EVP_MD_CTX *context;
	uint64_t size;
	uint8_t chunk[CHUNK];
};

int idrevoke_payload_verifier_new(struct idrevoke_payload_verifier **verifier, FILE *file,
				  const struct idrevoke_feed_payload *named)
{
	struct idrevoke_payload_verifier *new = calloc(1, sizeof(*new));

	*verifier = NULL;
	if (!new)
		return -ENOMEM;
	new->file = file;
	new->named = named;
	new->context = EVP_MD_CTX_new();
	if (!new->context || EVP_DigestInit_ex(new->context, EVP_sha256(), NULL) != 1) {
		idrevoke_payload_verifier_free(new);
		return -ENOMEM;
	}
	rewind(file);
	*verifier = new;
	return 0;
}

void idrevoke_payload_verifier_free(struct idrevoke_payload_verifier *verifier)
{
	if (!verifier)
		return;
	EVP_MD_CTX_free(verifier->context);
	free(verifier);
}

/* All has been read: is it what it should be? */
static int compare(struct idrevoke_payload_verifier *verifier, const char **why)
{
	uint8_t sha256[EVP_MAX_MD_SIZE];

	rewind(verifier->file);
	*why = "the payload is not as long as latest says";
	if (verifier->size != verifier->named->stored)
		return -EBADMSG;
	*why = "out of memory";
	if (EVP_DigestFinal_ex(verifier->context, sha256, NULL) != 1)
		return -ENOMEM;
	*why = "the payload has another SHA-256 than latest says";
	if (memcmp(sha256, verifier->named->sha256, IDREVOKE_SHA256_SIZE))
		return -EBADMSG;
	*why = NULL;
	return 0;
}

int idrevoke_payload_verifier_step(struct idrevoke_payload_verifier *verifier, uint64_t bytes,
				   const char **why)
{
	size_t count;

	for (uint64_t done = 0; done < bytes; done += count) {
		errno = 0;
		count = fread(verifier->chunk, 1, sizeof(verifier->chunk), verifier->file);
		verifier->size += count;
		*why = "the payload cannot be read";
		if (ferror(verifier->file))
			return errno ? -errno : -EIO;
		if (!count || verifier->size > verifier->named->stored)
			return compare(verifier, why);
		*why = "out of memory";
		if (EVP_DigestUpdate(verifier->context, verifier->chunk, count) != 1)
			return -ENOMEM;
	}
	return 1;
}

int idrevoke_payload_verify(FILE *file, const struct idrevoke_feed_payload *named,
			    const char **why)
{
	struct idrevoke_payload_verifier *verifier;
	const char *unused;
	int error;

	why = why ?: &unused;
	*why = "out of memory";
	error = idrevoke_payload_verifier_new(&verifier, file, named);
	if (error)
		return error;
	do
		error = idrevoke_payload_verifier_step(verifier, CHUNK, why);
	while (error > 0);
	idrevoke_payload_verifier_free(verifier);
	return error;
}

static int bad(struct idrevoke_payload *payload, const char *why)
{
	payload->why = why;
	return -EBADMSG;
}

/* Unpacks more bytes; none are left over from before. */
static int refill(struct idrevoke_payload *payload)
{
	ZSTD_outBuffer out = { payload->unpacked, sizeof(payload->unpacked), 0 };
	size_t more;

	while (!out.pos) {
		if (payload->frame_ended)
			return bad(payload, "the payload ends too soon");
		if (payload->in.pos == payload->in.size) {
			errno = 0;
			payload->in = (ZSTD_inBuffer){
				.src = payload->packed,
				.size = fread(payload->packed, 1, CHUNK, payload->file),
			};
			if (ferror(payload->file)) {
				payload->why = "the payload cannot be read";
				return errno ? -errno : -EIO;
			}
			if (!payload->in.size)
				return bad(payload, "the payload is cut short");
		}
		more = ZSTD_decompressStream(payload->zstd, &out, &payload->in);
		if (ZSTD_isError(more))
			return bad(payload, "the payload cannot be unpacked");
		payload->frame_ended = !more;
	}
	payload->at = 0;
	payload->filled = out.pos;
	return 0;
}

static int take(struct idrevoke_payload *payload, void *data, size_t size)
{
	uint8_t *to = data;

	while (size) {
		size_t count = payload->filled - payload->at;
		int error;

		if (!count) {
			error = refill(payload);
			if (error)
				return error;
			continue;
		}
		if (count > size)
			count = size;
		memcpy(to, payload->unpacked + payload->at, count);
		payload->at += count;
		to += count;
		size -= count;
	}
	return 0;
}

/* Makes sure that frame and file end here. */
static int expect_end(struct idrevoke_payload *payload)
{
	uint8_t byte;
	int error;

	if (payload->at != payload->filled)
		return bad(payload, "the payload is longer than it says");
	if (!payload->frame_ended) {
		error = take(payload, &byte, 1);
		if (!error)
			return bad(payload, "the payload is longer than it says");
		if (!payload->frame_ended)
			return error;
	}
	if (payload->in.pos != payload->in.size || fread(&byte, 1, 1, payload->file))
		return bad(payload, "something follows the payload");
	payload->why = NULL;
	return 0;
}

static int read_header(struct idrevoke_payload *payload, const struct idrevoke_feed_payload *named)
{
	static const uint8_t zero[sizeof(((struct payload_wire *)0)->zero)];
	struct idrevoke_payload_header *header = &payload->header;
	struct payload_wire wire;
	int error = take(payload, &wire, sizeof(wire));

	if (error)
		return error;
	header->delta = !memcmp(wire.magic, PAYLOAD_DELTA, PAYLOAD_MAGIC_SIZE);
	if (!header->delta && memcmp(wire.magic, PAYLOAD_SNAPSHOT, PAYLOAD_MAGIC_SIZE))
		return bad(payload, "not a payload");
	if (le32toh(wire.format) != PAYLOAD_FORMAT ||
	    le32toh(wire.record_size) != IDREVOKE_FEED_RECORD_SIZE ||
	    memcmp(wire.zero, zero, sizeof(zero)))
		return bad(payload, "a payload of a format that this program does not know");
	header->epoch = le64toh(wire.epoch);
	header->base = le64toh(wire.base);
	header->version = le64toh(wire.version);
	header->records = le64toh(wire.records);
	header->count = le64toh(wire.count);
	header->digest = idrevoke_digest_decode(wire.digest);
	header->issued = le64toh(wire.issued);

	if (header->delta != !!named->base || header->base != named->base ||
	    header->version != named->version)
		return bad(payload, "the payload is of another version than latest says");
	if (header->records !=
	    (named->unpacked - IDREVOKE_PAYLOAD_HEADER_SIZE) / IDREVOKE_FEED_RECORD_SIZE)
		return bad(payload, "the payload is of another size than latest says");
	if (!header->delta && header->count != header->records)
		return bad(payload, "the snapshot contradicts itself");
	payload->left = header->records;
	return 0;
}

int idrevoke_payload_open(struct idrevoke_payload **payload, FILE *file,
			  const struct idrevoke_feed_payload *named, const char **why)
{
	struct idrevoke_payload *new = calloc(1, sizeof(*new));
	const char *unused;
	int error;

	why = why ?: &unused;
	*why = "out of memory";
	*payload = NULL;
	if (!new)
		return -ENOMEM;
	new->first = true;
	new->ended = 1;
	new->zstd = ZSTD_createDCtx();
	if (!new->zstd || ZSTD_isError(ZSTD_DCtx_setParameter(new->zstd, ZSTD_d_windowLogMax,
							      PAYLOAD_WINDOW_LOG))) {
		idrevoke_payload_close(new);
		return -ENOMEM;
	}
	new->file = file;
	error = read_header(new, named);
	*why = new->why;
	if (error) {
		new->file = NULL;
		idrevoke_payload_close(new);
		return error;
	}
	*payload = new;
	return 0;
}

const struct idrevoke_payload_header *
idrevoke_payload_header(const struct idrevoke_payload *payload)
{
	return &payload->header;
}

static int next(struct idrevoke_payload *payload, struct idrevoke_record *record)
{
	uint8_t wire[IDREVOKE_FEED_RECORD_SIZE];
	int error;

	if (!payload->left)
		return expect_end(payload);
	error = take(payload, wire, sizeof(wire));
	if (error)
		return error;
	if (!idrevoke_record_decode(wire, payload->header.delta, record))
		return bad(payload, "the payload has an invalid record");
	if (!payload->first && record->number <= payload->last)
		return bad(payload, "the payload's records are out of order");
	payload->first = false;
	payload->last = record->number;
	payload->left--;
	return 1;
}

int idrevoke_payload_next(struct idrevoke_payload *payload, struct idrevoke_record *record,
			  const char **why)
{
	if (payload->ended == 1)
		payload->ended = next(payload, record);
	if (why)
		*why = payload->why;
	return payload->ended;
}

void idrevoke_payload_close(struct idrevoke_payload *payload)
{
	if (!payload)
		return;
	ZSTD_freeDCtx(payload->zstd);
	if (payload->file)
		fclose(payload->file);
	explicit_bzero(payload->unpacked, sizeof(payload->unpacked));
	free(payload);
}
