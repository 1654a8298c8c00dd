/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Payload files: a snapshot or a delta, one zstd frame of a header and of
 * records in strictly ascending order of their numbers. All little-endian:
 *
 *	offset 0  8 bytes  "IDRVSNAP" or "IDRVDELT"
 *	offset 8  u32	   format, 1
 *	offset 12 u32	   bytes in a record, 20
 *	offset 16 u64	   epoch
 *	offset 24 u64	   base version of a delta, 0 for a snapshot
 *	offset 32 u64	   version that results
 *	offset 40 u64	   records that follow
 *	offset 48 u64	   records in the list that results
 *	offset 56 16 bytes digest of the list that results, least significant first
 *	offset 72 u64	   when it was made, seconds since 1970-01-01 UTC
 *	offset 80 16 bytes zero
 *	offset 96	   records, as in record.h
 *
 * Reading takes constant memory, whatever the file says of itself.
 */
#ifndef IDREVOKE_LIB_PAYLOAD_H
#define IDREVOKE_LIB_PAYLOAD_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "digest.h"
#include "feed.h"
#include "record.h"

#define IDREVOKE_PAYLOAD_HEADER_SIZE 96

/**
 * struct idrevoke_payload_header - what a payload says of itself
 * @delta: a delta, else a snapshot
 * @epoch: generation of the list
 * @base: version from which a delta starts, 0 for a snapshot
 * @version: version that results
 * @records: records in the file
 * @count: records in the list that results
 * @digest: their digest
 * @issued: when it was made
 */
struct idrevoke_payload_header {
	bool delta;
	uint64_t epoch;
	uint64_t base;
	uint64_t version;
	uint64_t records;
	uint64_t count;
	struct idrevoke_digest digest;
	uint64_t issued;
};

struct idrevoke_payload;
struct idrevoke_payload_writer;

/**
 * idrevoke_payload_verify() - compare a file with what latest says of it
 * @file: the file (for bytes in memory: fmemopen(3)); rewound before and after
 * @named: what latest says: @named->stored and @named->sha256 count
 * @why: out: on failure, what is wrong; may be NULL
 *
 * Comes before idrevoke_payload_open(): nothing is unpacked that the issuer did
 * not sign.
 *
 * Return: 0, -EBADMSG, or the negative errno of reading.
 */
int idrevoke_payload_verify(FILE *file, const struct idrevoke_feed_payload *named,
			    const char **why);

struct idrevoke_payload_verifier;

/**
 * idrevoke_payload_verifier_new() - the same in steps, for files that take seconds
 * @verifier: out; NULL on failure
 * @file: as above; stays the caller's
 * @named: as above; must stay
 *
 * Return: 0 or -ENOMEM.
 */
int idrevoke_payload_verifier_new(struct idrevoke_payload_verifier **verifier, FILE *file,
				  const struct idrevoke_feed_payload *named);

/**
 * idrevoke_payload_verifier_step() - go on
 * @verifier: the verifier
 * @bytes: about how many to read
 * @why: out: on failure, what is wrong
 *
 * Return: 1: there is more; 0: the file is what latest says; or as above.
 */
int idrevoke_payload_verifier_step(struct idrevoke_payload_verifier *verifier, uint64_t bytes,
				   const char **why);

/**
 * idrevoke_payload_verifier_free() - end it
 * @verifier: the verifier or NULL
 */
void idrevoke_payload_verifier_free(struct idrevoke_payload_verifier *verifier);

/**
 * idrevoke_payload_open() - start to read a payload
 * @payload: out: the reader; NULL on failure
 * @file: the file, at its beginning; on success the reader's to close
 * @named: what latest says: the header must agree with base, version and
 *	unpacked size, and no more than that is unpacked
 * @why: out: on failure, what is wrong; may be NULL
 *
 * Return: 0; -EBADMSG: the file is not what it should be; -ENOMEM; or the
 * negative errno of reading.
 */
int idrevoke_payload_open(struct idrevoke_payload **payload, FILE *file,
			  const struct idrevoke_feed_payload *named, const char **why);

/**
 * idrevoke_payload_header() - what it says of itself
 * @payload: the reader
 *
 * Return: the header, valid as long as @payload is.
 */
const struct idrevoke_payload_header *
idrevoke_payload_header(const struct idrevoke_payload *payload);

/**
 * idrevoke_payload_next() - read a record
 * @payload: the reader
 * @record: out
 * @why: out: on failure, what is wrong; may be NULL
 *
 * Return: 1: a record; 0: there are no more and the file ends as it should;
 * -EBADMSG: a record is invalid or out of order, or the file is too short or too
 * long; or the negative errno of reading. After 0 or a failure always the same.
 */
int idrevoke_payload_next(struct idrevoke_payload *payload, struct idrevoke_record *record,
			  const char **why);

/**
 * idrevoke_payload_close() - end reading
 * @payload: the reader or NULL
 */
void idrevoke_payload_close(struct idrevoke_payload *payload);

/**
 * idrevoke_payload_create() - start to write a payload
 * @writer: out: the writer; NULL on failure
 * @feed: descriptor of the feed's directory, which outlives the writer
 * @header: all of it
 *
 * Return: 0 or a negative errno.
 */
int idrevoke_payload_create(struct idrevoke_payload_writer **writer, int feed,
			    const struct idrevoke_payload_header *header);

/**
 * idrevoke_payload_append() - write the next record
 * @writer: the writer
 * @record: valid, its number greater than the one before
 *
 * Return: 0; -EINVAL for a record that is not; or a negative errno of writing.
 */
int idrevoke_payload_append(struct idrevoke_payload_writer *writer,
			    const struct idrevoke_record *record);

/**
 * idrevoke_payload_finish() - give a payload its place in the feed
 * @writer: the writer
 * @named: out: what latest is to say of it
 *
 * The file is on the disk, under its name, when this returns; a file of the same
 * name is the same file.
 *
 * Return: 0; -EINVAL: not as many records as the header says; or a negative
 * errno of writing.
 */
int idrevoke_payload_finish(struct idrevoke_payload_writer *writer,
			    struct idrevoke_feed_payload *named);

/**
 * idrevoke_payload_discard() - end writing; what is not finished is removed
 * @writer: the writer or NULL
 */
void idrevoke_payload_discard(struct idrevoke_payload_writer *writer);

#endif /* IDREVOKE_LIB_PAYLOAD_H */
