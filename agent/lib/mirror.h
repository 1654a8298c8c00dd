/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A directory laid out as a feed, such as the feed itself or the copy that the
 * agent keeps, and the list that its files make up.
 */
#ifndef IDREVOKE_LIB_MIRROR_H
#define IDREVOKE_LIB_MIRROR_H

#include <stddef.h>
#include <stdio.h>

#include "feed.h"
#include "merge.h"

/**
 * typedef idrevoke_mirror_open_t - opens a payload that latest names
 * @userdata: whatever the caller passed
 * @named: the payload
 *
 * Return: the file, at its beginning; NULL and errno.
 */
typedef FILE *(*idrevoke_mirror_open_t)(void *userdata,
					const struct idrevoke_feed_payload *named);

/**
 * idrevoke_mirror_latest() - read and verify latest
 * @directory: descriptor of the directory
 * @key: the key that must have signed
 * @latest: out
 * @note: out: the whole note, for the caller to free(); NULL on failure; may be
 *	NULL
 * @size: out: its bytes; may be NULL if @note is
 * @why: out: on failure, what is wrong; may be NULL
 *
 * Return: 0; -ENOENT: there is none; -EBADMSG, -ENOKEY: not what the issuer
 * signed; or another negative errno.
 */
int idrevoke_mirror_latest(int directory, const struct idrevoke_vkey *key,
			   struct idrevoke_latest *latest, char **note, size_t *size,
			   const char **why);

/**
 * idrevoke_mirror_open() - open a payload in a directory
 * @directory: address of an int, its descriptor
 * @named: the payload
 *
 * Return: the file, at its beginning; NULL and errno.
 */
FILE *idrevoke_mirror_open(void *directory, const struct idrevoke_feed_payload *named);

/**
 * idrevoke_mirror_merge() - read what latest stands for as one payload
 * @merge: out; NULL on failure
 * @latest: what latest says
 * @from: version from which a delta shall start; 0: a snapshot
 * @open: opens payloads
 * @userdata: passed to @open
 * @why: out: on failure, what is wrong; may be NULL
 *
 * Every file is compared with its SHA-256 before anything of it is unpacked.
 *
 * Return: 0; -ENOENT: a file is missing, or the deltas do not reach back to
 * @from; -EBADMSG: a file is damaged; or another negative errno.
 */
int idrevoke_mirror_merge(struct idrevoke_merge **merge, const struct idrevoke_latest *latest,
			  uint64_t from, idrevoke_mirror_open_t open, void *userdata,
			  const char **why);

/**
 * idrevoke_mirror_merge_verified() - the same of files that have been verified
 * @merge: as above
 * @latest: as above
 * @from: as above
 * @open: opens payloads that idrevoke_payload_verify() found to be right
 * @userdata: as above
 * @why: as above
 *
 * Return: as above.
 */
int idrevoke_mirror_merge_verified(struct idrevoke_merge **merge,
				   const struct idrevoke_latest *latest, uint64_t from,
				   idrevoke_mirror_open_t open, void *userdata,
				   const char **why);

/**
 * idrevoke_mirror_count() - count records, whatever the payloads say
 * @merge: a snapshot, nothing read yet
 * @count: out: records found
 * @digest: out: their digest
 * @why: out: on failure, what is wrong; may be NULL
 *
 * Return: 0 or a negative errno.
 */
int idrevoke_mirror_count(struct idrevoke_merge *merge, uint64_t *count,
			  struct idrevoke_digest *digest, const char **why);

/**
 * idrevoke_mirror_recount() - count the records in a directory, whatever it says
 * @directory: its descriptor
 * @key: the key that must have signed latest
 * @latest: out: what latest says
 * @count: out: records found
 * @digest: out: their digest
 * @why: out: on failure, what is wrong; may be NULL
 *
 * Return: 0 or a negative errno, as of the functions above.
 */
int idrevoke_mirror_recount(int directory, const struct idrevoke_vkey *key,
			    struct idrevoke_latest *latest, uint64_t *count,
			    struct idrevoke_digest *digest, const char **why);

#endif /* IDREVOKE_LIB_MIRROR_H */
