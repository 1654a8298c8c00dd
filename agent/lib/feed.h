/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The texts of a feed. "latest" is its one mutable file; what it names never
 * changes:
 *
 *	latest				note, signed by the keys of root/<n>
 *	root/<n>			note, signed by itself: which keys count
 *	snapshot/<version>-<sha256>.zst	a whole list
 *	delta/<from>-<to>-<sha256>.zst	what changed between two versions
 *
 * The text of latest, one "key value" a line, in this order, numbers decimal:
 *
 *	idrevoke-feed v1
 *	epoch <n>
 *	version <n>
 *	count <n>
 *	digest <32 hex digits, most significant first>
 *	issued <seconds since 1970-01-01 UTC>
 *	valid-for <seconds>
 *	confirm-every <seconds>
 *	root <n>
 *	snapshot <version> <sha256> <stored bytes> <unpacked bytes>
 *	delta <from> <to> <sha256> <stored bytes> <unpacked bytes>
 *
 * with 0 to 64 lines "delta", newest first, without gaps, that lead from the
 * snapshot (or from before it) to the version. No file has more than 2^32 records,
 * nor is it stored in many more bytes than it unpacks to.
 */
#ifndef IDREVOKE_LIB_FEED_H
#define IDREVOKE_LIB_FEED_H

#include <stddef.h>
#include <stdint.h>

#include "digest.h"
#include "note.h"

#define IDREVOKE_FEED_LATEST "latest"
#define IDREVOKE_FEED_DELTAS_MAX 64
#define IDREVOKE_FEED_RECORDS_MAX (1ULL << 32)
#define IDREVOKE_FEED_KEYS_MAX 16
#define IDREVOKE_SHA256_SIZE 32

/* Room for the path of a payload in the feed, terminated. */
#define IDREVOKE_FEED_PATH 128

/**
 * struct idrevoke_feed_payload - a file that latest names
 * @base: version from which a delta starts; 0 for a snapshot
 * @version: version that results
 * @sha256: of the file as stored
 * @stored: its bytes
 * @unpacked: its bytes when unpacked
 */
struct idrevoke_feed_payload {
	uint64_t base;
	uint64_t version;
	uint8_t sha256[IDREVOKE_SHA256_SIZE];
	uint64_t stored;
	uint64_t unpacked;
};

/**
 * struct idrevoke_latest - what latest says
 * @epoch: generation of the list
 * @version: version of the list
 * @count: records in it
 * @digest: their digest
 * @issued: when the issuer vouched for that, seconds since 1970-01-01 UTC
 * @valid_for: for how many seconds from then on
 * @confirm_every: seconds after which the issuer means to vouch again
 * @root: which root file has the keys
 * @snapshot: a whole list, of @version or before
 * @delta_count: how many deltas are named
 * @deltas: the deltas, newest first
 */
struct idrevoke_latest {
	uint64_t epoch;
	uint64_t version;
	uint64_t count;
	struct idrevoke_digest digest;
	uint64_t issued;
	uint32_t valid_for;
	uint32_t confirm_every;
	uint32_t root;
	struct idrevoke_feed_payload snapshot;
	unsigned int delta_count;
	struct idrevoke_feed_payload deltas[IDREVOKE_FEED_DELTAS_MAX];
};

/**
 * struct idrevoke_root - what a root file says
 * @root: its number
 * @threshold: how many of the keys must have signed
 * @key_count: how many keys there are
 * @keys: the keys
 */
struct idrevoke_root {
	uint32_t root;
	uint32_t threshold;
	unsigned int key_count;
	struct idrevoke_vkey keys[IDREVOKE_FEED_KEYS_MAX];
};

/**
 * idrevoke_latest_parse() - read the text of latest
 * @latest: out; undefined on failure
 * @text: the text as idrevoke_note_verify() found it; need not be terminated
 * @size: its bytes
 * @why: out: on failure, what is wrong; may be NULL
 *
 * On success the payloads fit together: see idrevoke_latest_deltas().
 *
 * Return: 0 or -EBADMSG.
 */
int idrevoke_latest_parse(struct idrevoke_latest *latest, const char *text, size_t size,
			  const char **why);

/**
 * idrevoke_latest_format() - write the text of latest
 * @latest: what to say
 *
 * Return: the text, terminated, for the caller to free(); NULL: no memory.
 */
char *idrevoke_latest_format(const struct idrevoke_latest *latest);

/**
 * idrevoke_latest_deltas() - how many deltas lead from a version to the newest
 * @latest: what latest says
 * @version: the version to start from, say that of the snapshot
 *
 * Return: that deltas[n - 1] … deltas[0], in this order, lead from @version to
 * the newest; 0 if @version is the newest; -ENOENT if the deltas do not reach
 * back to it.
 */
int idrevoke_latest_deltas(const struct idrevoke_latest *latest, uint64_t version);

/**
 * idrevoke_root_parse() - read the text of a root file
 * @root: out; undefined on failure
 * @text: the text; need not be terminated
 * @size: its bytes
 * @why: out: on failure, what is wrong; may be NULL
 *
 * Return: 0 or -EBADMSG.
 */
int idrevoke_root_parse(struct idrevoke_root *root, const char *text, size_t size,
			const char **why);

/**
 * idrevoke_root_format() - write the text of a root file
 * @root: what to say
 *
 * Return: the text, terminated, for the caller to free(); NULL: no memory.
 */
char *idrevoke_root_format(const struct idrevoke_root *root);

/**
 * idrevoke_feed_path() - where in the feed a payload is
 * @payload: the payload
 * @path: out: relative to the feed
 */
void idrevoke_feed_path(const struct idrevoke_feed_payload *payload,
			char path[IDREVOKE_FEED_PATH]);

#endif /* IDREVOKE_LIB_FEED_H */
