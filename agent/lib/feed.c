// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "feed.h"
#include "payload.h"

/*
 * The texts are read from left to right, each function taking what it reads off
 * the front. The first that finds something else sets @bad, and from then on
 * nothing is read any more, so that only the end has to be looked at.
 */
struct reader {
	const char *at;
	const char *end;
	bool bad;
};

static bool is_next(const struct reader *reader, const char *word)
{
	size_t length = strlen(word);

	return !reader->bad && (size_t)(reader->end - reader->at) >= length &&
	       !memcmp(reader->at, word, length);
}

static void read_word(struct reader *reader, const char *word)
{
	if (is_next(reader, word))
		reader->at += strlen(word);
	else
		reader->bad = true;
}

static bool next_is_digit(const struct reader *reader)
{
	return !reader->bad && reader->at < reader->end && *reader->at >= '0' &&
	       *reader->at <= '9';
}

/* A decimal number in its only spelling: no sign, no zeros in front. */
static uint64_t read_decimal(struct reader *reader, uint64_t least, uint64_t most)
{
	const char *start = reader->at;
	uint64_t value = 0;

	while (next_is_digit(reader)) {
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, (uint64_t)(*reader->at - '0'), &value)) {
			reader->bad = true;
			return 0;
		}
		reader->at++;
	}
	if (reader->at == start || (*start == '0' && reader->at - start > 1) || value < least ||
	    value > most)
		reader->bad = true;
	return value;
}

static void read_hex(struct reader *reader, char *text, size_t length)
{
	if (reader->bad || (size_t)(reader->end - reader->at) < length) {
		reader->bad = true;
		return;
	}
	memcpy(text, reader->at, length);
	text[length] = '\0';
	if (strspn(text, "0123456789abcdef") != length)
		reader->bad = true;
	reader->at += length;
}

static void read_sha256(struct reader *reader, uint8_t sha256[IDREVOKE_SHA256_SIZE])
{
	char text[2 * IDREVOKE_SHA256_SIZE + 1];

	read_hex(reader, text, 2 * IDREVOKE_SHA256_SIZE);
	for (int i = 0; i < IDREVOKE_SHA256_SIZE && !reader->bad; i++) {
		unsigned int byte;

		sscanf(text + 2 * i, "%2x", &byte);
		sha256[i] = byte;
	}
}

static uint64_t read_line(struct reader *reader, const char *key, uint64_t least, uint64_t most)
{
	uint64_t value;

	read_word(reader, key);
	read_word(reader, " ");
	value = read_decimal(reader, least, most);
	read_word(reader, "\n");
	return value;
}

/* The rest of a line "snapshot" or "delta", from the resulting version on. */
static void read_payload(struct reader *reader, struct idrevoke_feed_payload *payload)
{
	payload->version = read_decimal(reader, payload->base + 1, UINT64_MAX);
	read_word(reader, " ");
	read_sha256(reader, payload->sha256);
	read_word(reader, " ");
	payload->stored = read_decimal(reader, 1, INT64_MAX);
	read_word(reader, " ");
	payload->unpacked = read_decimal(reader, IDREVOKE_PAYLOAD_HEADER_SIZE, INT64_MAX);
	read_word(reader, "\n");
	if ((payload->unpacked - IDREVOKE_PAYLOAD_HEADER_SIZE) % IDREVOKE_FEED_RECORD_SIZE)
		reader->bad = true;
}

/* Packing adds little to what cannot be packed; more is nothing to be fetched. */
static bool size_is_sane(const struct idrevoke_feed_payload *payload)
{
	const uint64_t most = IDREVOKE_PAYLOAD_HEADER_SIZE +
			      IDREVOKE_FEED_RECORDS_MAX * IDREVOKE_FEED_RECORD_SIZE;

	return payload->unpacked <= most &&
	       payload->stored <= payload->unpacked + payload->unpacked / 64 + 1024;
}

int idrevoke_latest_parse(struct idrevoke_latest *latest, const char *text, size_t size,
			  const char **why)
{
	struct reader reader = { text, text + size, false };
	const char *unused;
	char digest[IDREVOKE_DIGEST_TEXT];

	why = why ?: &unused;
	memset(latest, 0, sizeof(*latest));
	*why = "not the text of a feed that this program knows";
	read_word(&reader, "idrevoke-feed v1\n");
	if (reader.bad)
		return -EBADMSG;

	*why = "latest has a line that is not as it should be";
	latest->epoch = read_line(&reader, "epoch", 1, UINT64_MAX);
	latest->version = read_line(&reader, "version", 1, UINT64_MAX);
	latest->count = read_line(&reader, "count", 0, UINT64_MAX);
	read_word(&reader, "digest ");
	read_hex(&reader, digest, IDREVOKE_DIGEST_TEXT - 1);
	read_word(&reader, "\n");
	latest->issued = read_line(&reader, "issued", 1, INT64_MAX);
	latest->valid_for = read_line(&reader, "valid-for", 1, UINT32_MAX);
	latest->confirm_every = read_line(&reader, "confirm-every", 1, UINT32_MAX);
	latest->root = read_line(&reader, "root", 1, UINT32_MAX);
	read_word(&reader, "snapshot ");
	read_payload(&reader, &latest->snapshot);
	while (is_next(&reader, "delta ")) {
		struct idrevoke_feed_payload *delta = &latest->deltas[latest->delta_count];

		if (latest->delta_count++ == IDREVOKE_FEED_DELTAS_MAX) {
			*why = "latest names too many deltas";
			return -EBADMSG;
		}
		read_word(&reader, "delta ");
		delta->base = read_decimal(&reader, 1, UINT64_MAX - 1);
		read_word(&reader, " ");
		read_payload(&reader, delta);
	}
	if (reader.bad || reader.at != reader.end ||
	    idrevoke_digest_parse(digest, &latest->digest))
		return -EBADMSG;

	*why = "latest names a file of a size that none can have";
	if (!size_is_sane(&latest->snapshot))
		return -EBADMSG;
	for (unsigned int i = 0; i < latest->delta_count; i++)
		if (!size_is_sane(&latest->deltas[i]))
			return -EBADMSG;

	*why = "the payloads that latest names do not lead to its version";
	for (unsigned int i = 0; i < latest->delta_count; i++)
		if (latest->deltas[i].version !=
		    (i ? latest->deltas[i - 1].base : latest->version))
			return -EBADMSG;
	if (idrevoke_latest_deltas(latest, latest->snapshot.version) < 0)
		return -EBADMSG;
	*why = NULL;
	return 0;
}

static void print_payload(FILE *out, const struct idrevoke_feed_payload *payload)
{
	if (payload->base)
		fprintf(out, "delta %" PRIu64 " ", payload->base);
	else
		fputs("snapshot ", out);
	fprintf(out, "%" PRIu64 " ", payload->version);
	for (int i = 0; i < IDREVOKE_SHA256_SIZE; i++)
		fprintf(out, "%02x", payload->sha256[i]);
	fprintf(out, " %" PRIu64 " %" PRIu64 "\n", payload->stored, payload->unpacked);
}

/* Ends writing to memory; returns the text, or NULL if it is not whole. */
static char *close_text(FILE *out, char **text)
{
	bool bad = ferror(out);

	if (fclose(out) || bad) {
		free(*text);
		return NULL;
	}
	return *text;
}

char *idrevoke_latest_format(const struct idrevoke_latest *latest)
{
	char digest[IDREVOKE_DIGEST_TEXT], *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	idrevoke_digest_format(&latest->digest, digest);
	fprintf(out, "idrevoke-feed v1\nepoch %" PRIu64 "\nversion %" PRIu64 "\ncount %" PRIu64 "\n",
		latest->epoch, latest->version, latest->count);
	fprintf(out, "digest %s\nissued %" PRIu64 "\nvalid-for %" PRIu32 "\n", digest,
		latest->issued, latest->valid_for);
	fprintf(out, "confirm-every %" PRIu32 "\nroot %" PRIu32 "\n", latest->confirm_every,
		latest->root);
	print_payload(out, &latest->snapshot);
	for (unsigned int i = 0; i < latest->delta_count; i++)
		print_payload(out, &latest->deltas[i]);
	return close_text(out, &text);
}

int idrevoke_latest_deltas(const struct idrevoke_latest *latest, uint64_t version)
{
	if (version == latest->version)
		return 0;
	for (unsigned int i = 0; i < latest->delta_count; i++)
		if (latest->deltas[i].base == version)
			return i + 1;
	return -ENOENT;
}

int idrevoke_root_parse(struct idrevoke_root *root, const char *text, size_t size,
			const char **why)
{
	struct reader reader = { text, text + size, false };
	const char *unused;

	why = why ?: &unused;
	memset(root, 0, sizeof(*root));
	*why = "not a root file that this program knows";
	read_word(&reader, "idrevoke-root v1\n");
	root->root = read_line(&reader, "root", 1, UINT32_MAX);
	root->threshold = read_line(&reader, "threshold", 1, IDREVOKE_FEED_KEYS_MAX);
	while (is_next(&reader, "key ")) {
		const char *start = reader.at + strlen("key ");
		const char *newline = memchr(start, '\n', reader.end - start);
		char key[IDREVOKE_KEY_TEXT];

		if (!newline || newline - start >= IDREVOKE_KEY_TEXT ||
		    root->key_count == IDREVOKE_FEED_KEYS_MAX ||
		    memchr(start, '\0', newline - start))
			return -EBADMSG;
		memcpy(key, start, newline - start);
		key[newline - start] = '\0';
		if (idrevoke_vkey_parse(&root->keys[root->key_count++], key))
			return -EBADMSG;
		reader.at = newline + 1;
	}
	if (reader.bad || reader.at != reader.end || root->threshold > root->key_count)
		return -EBADMSG;
	*why = NULL;
	return 0;
}

char *idrevoke_root_format(const struct idrevoke_root *root)
{
	char *text, key[IDREVOKE_KEY_TEXT];
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	fprintf(out, "idrevoke-root v1\nroot %" PRIu32 "\nthreshold %" PRIu32 "\n", root->root,
		root->threshold);
	for (unsigned int i = 0; i < root->key_count; i++) {
		idrevoke_vkey_format(&root->keys[i], key);
		fprintf(out, "key %s\n", key);
	}
	return close_text(out, &text);
}

void idrevoke_feed_path(const struct idrevoke_feed_payload *payload,
			char path[IDREVOKE_FEED_PATH])
{
	int length;

	if (payload->base)
		length = snprintf(path, IDREVOKE_FEED_PATH, "delta/%" PRIu64 "-%" PRIu64 "-",
				  payload->base, payload->version);
	else
		length = snprintf(path, IDREVOKE_FEED_PATH, "snapshot/%" PRIu64 "-",
				  payload->version);
	for (int i = 0; i < IDREVOKE_SHA256_SIZE; i++)
		length += snprintf(path + length, IDREVOKE_FEED_PATH - length, "%02x",
				   payload->sha256[i]);
	snprintf(path + length, IDREVOKE_FEED_PATH - length, ".zst");
}
