/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The order-independent digest of a list, as <linux/idrevoke_netlink.h> has it. */
#ifndef IDREVOKE_LIB_DIGEST_H
#define IDREVOKE_LIB_DIGEST_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/idrevoke_netlink.h>

#include "record.h"

/* Room for a digest in hexadecimal, terminated. */
#define IDREVOKE_DIGEST_TEXT (2 * IDREVOKE_DIGEST_SIZE + 1)

/**
 * struct idrevoke_digest - a sum modulo 2^128; all zero for the empty list
 * @low: the less significant half
 * @high: the more significant half
 */
struct idrevoke_digest {
	uint64_t low;
	uint64_t high;
};

/**
 * idrevoke_digest_add() - put a record into the sum
 * @digest: the sum
 * @record: no removal
 */
void idrevoke_digest_add(struct idrevoke_digest *digest, const struct idrevoke_record *record);

/**
 * idrevoke_digest_subtract() - take a record out of the sum
 * @digest: the sum of a list that has the record
 * @record: no removal
 */
void idrevoke_digest_subtract(struct idrevoke_digest *digest,
			      const struct idrevoke_record *record);

/**
 * idrevoke_digest_equal() - whether two sums are the same
 * @a: one
 * @b: the other
 */
static inline bool idrevoke_digest_equal(const struct idrevoke_digest *a,
					 const struct idrevoke_digest *b)
{
	return a->low == b->low && a->high == b->high;
}

/**
 * idrevoke_digest_encode() - as files, attributes and structures carry it
 * @digest: the sum
 * @wire: out: 16 bytes, least significant first
 */
void idrevoke_digest_encode(const struct idrevoke_digest *digest,
			    uint8_t wire[IDREVOKE_DIGEST_SIZE]);

/**
 * idrevoke_digest_decode() - the reverse
 * @wire: 16 bytes, least significant first
 */
struct idrevoke_digest idrevoke_digest_decode(const uint8_t wire[IDREVOKE_DIGEST_SIZE]);

/**
 * idrevoke_digest_format() - as people read it
 * @digest: the sum
 * @text: out: 32 hexadecimal digits, most significant first, and a terminator
 */
void idrevoke_digest_format(const struct idrevoke_digest *digest,
			    char text[IDREVOKE_DIGEST_TEXT]);

/**
 * idrevoke_digest_parse() - the reverse
 * @text: exactly 32 lower-case hexadecimal digits, terminated
 * @digest: out
 *
 * Return: 0 or -EINVAL.
 */
int idrevoke_digest_parse(const char *text, struct idrevoke_digest *digest);

#endif /* IDREVOKE_LIB_DIGEST_H */
