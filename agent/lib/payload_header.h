/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What reading and writing of payloads share: see payload.h. */
#ifndef IDREVOKE_LIB_PAYLOAD_HEADER_H
#define IDREVOKE_LIB_PAYLOAD_HEADER_H

#include "payload.h"

#define PAYLOAD_MAGIC_SIZE 8
#define PAYLOAD_SNAPSHOT "IDRVSNAP"
#define PAYLOAD_DELTA "IDRVDELT"
#define PAYLOAD_FORMAT 1

/* log2 of the most memory that unpacking a frame may take. */
#define PAYLOAD_WINDOW_LOG 21

/**
 * struct payload_wire - the header as it stands in the file
 *
 * Without holes; the names are those of struct idrevoke_payload_header.
 */
struct payload_wire {
	char magic[PAYLOAD_MAGIC_SIZE];
	uint32_t format;
	uint32_t record_size;
	uint64_t epoch;
	uint64_t base;
	uint64_t version;
	uint64_t records;
	uint64_t count;
	uint8_t digest[IDREVOKE_DIGEST_SIZE];
	uint64_t issued;
	uint8_t zero[16];
};

_Static_assert(sizeof(struct payload_wire) == IDREVOKE_PAYLOAD_HEADER_SIZE, "has holes");

#endif /* IDREVOKE_LIB_PAYLOAD_HEADER_H */
