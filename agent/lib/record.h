/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Records. The first 12 bytes of one of the feed are the kernel's record, which
 * <linux/idrevoke_netlink.h> describes; 8 more, little-endian, say from when on
 * it holds.
 */
#ifndef IDREVOKE_LIB_RECORD_H
#define IDREVOKE_LIB_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/idrevoke_netlink.h>

/* Bytes in a record of the feed. */
#define IDREVOKE_FEED_RECORD_SIZE 20

/**
 * struct idrevoke_record - what is recorded of a number
 * @number: packed
 * @effective_from: when it came to hold, seconds since 1970-01-01 UTC
 * @through: days from 1984-01-01, 0: none, IDREVOKE_THROUGH_ALL: every card
 * @reason: enum idrevoke_reason
 * @flags: IDREVOKE_RECORD_*
 */
struct idrevoke_record {
	uint64_t number;
	uint64_t effective_from;
	uint16_t through;
	uint8_t reason;
	uint8_t flags;
};

/**
 * idrevoke_record_is_valid() - whether the kernel would take a record
 * @record: the record
 * @delta: whether it may be a removal
 */
bool idrevoke_record_is_valid(const struct idrevoke_record *record, bool delta);

/**
 * idrevoke_record_encode() - as the feed carries it
 * @record: a valid record
 * @wire: out; its first IDREVOKE_RECORD_SIZE bytes are for the kernel
 */
void idrevoke_record_encode(const struct idrevoke_record *record,
			    uint8_t wire[IDREVOKE_FEED_RECORD_SIZE]);

/**
 * idrevoke_record_decode() - the reverse
 * @wire: a record of the feed
 * @delta: whether it may be a removal
 * @record: out; undefined on failure
 *
 * Return: whether the record is valid.
 */
bool idrevoke_record_decode(const uint8_t wire[IDREVOKE_FEED_RECORD_SIZE], bool delta,
			    struct idrevoke_record *record);

#endif /* IDREVOKE_LIB_RECORD_H */
