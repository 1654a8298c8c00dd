/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Payloads that follow one another, read as if they were one: a snapshot and
 * its deltas as the snapshot that results, deltas alone as one delta. Where
 * several speak of a number, the newest is right. Takes constant memory.
 *
 * Example: everything from the snapshot of latest to its newest version
 *
 *	const char *why;
 *	int deltas = idrevoke_latest_deltas(&latest, latest.snapshot.version);
 *
 *	payloads[0] = snapshot's reader;
 *	for (i = 1; i <= deltas; i++)
 *		payloads[i] = reader of latest.deltas[deltas - i];
 *	error = idrevoke_merge_open(&merge, payloads, deltas + 1, &why);
 *	while (!error && (count = idrevoke_merge_read(merge, block,
 *						      IDREVOKE_BLOCK_RECORDS, &why)) > 0)
 *		error = idrevoke_netlink_records(link, ...);
 */
#ifndef IDREVOKE_LIB_MERGE_H
#define IDREVOKE_LIB_MERGE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "payload.h"

struct idrevoke_merge;

/**
 * idrevoke_merge_open() - start to read payloads as one
 * @merge: out; NULL on failure
 * @payloads: readers at their first record, oldest first; a snapshot only first
 * @count: how many, 1 to IDREVOKE_FEED_DELTAS_MAX + 1
 * @why: out: on failure, what is wrong; may be NULL
 *
 * The readers are closed by idrevoke_merge_close(), or by this if it fails.
 *
 * Return: 0; -EBADMSG: they do not follow one another, or one is damaged;
 * -ENOMEM; or the negative errno of reading.
 */
int idrevoke_merge_open(struct idrevoke_merge **merge, struct idrevoke_payload **payloads,
			size_t count, const char **why);

/**
 * idrevoke_merge_header() - what the one payload would say of itself
 * @merge: the merge
 *
 * Its @records is right for a snapshot only; how many records a merged delta
 * has shows when all of them have been read.
 *
 * Return: the header, valid as long as @merge is.
 */
const struct idrevoke_payload_header *idrevoke_merge_header(const struct idrevoke_merge *merge);

/**
 * idrevoke_merge_next() - read a record
 * @merge: the merge
 * @record: out: ascending numbers; a removal only where the first was a delta
 * @why: out: on failure, what is wrong; may be NULL
 *
 * For a snapshot, the end is reached only if as many records came as the newest
 * payload says and their digest is the one that it names.
 *
 * Return: 1: a record; 0: no more; or a negative errno.
 */
int idrevoke_merge_next(struct idrevoke_merge *merge, struct idrevoke_record *record,
			const char **why);

/**
 * idrevoke_merge_read() - read records as the kernel takes them
 * @merge: the merge
 * @records: out: IDREVOKE_RECORD_SIZE bytes for each
 * @most: how many at most
 * @why: out: on failure, what is wrong; may be NULL
 *
 * Return: how many were read; 0: there are no more; or a negative errno.
 */
ssize_t idrevoke_merge_read(struct idrevoke_merge *merge, void *records, size_t most,
			    const char **why);

/**
 * idrevoke_merge_close() - end reading, and close the payloads
 * @merge: the merge or NULL
 */
void idrevoke_merge_close(struct idrevoke_merge *merge);

#endif /* IDREVOKE_LIB_MERGE_H */
