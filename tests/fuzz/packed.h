/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Payloads in memory, packed here, so that what is unpacked can be mutated. */
#ifndef TESTS_FUZZ_PACKED_H
#define TESTS_FUZZ_PACKED_H

#include <zstd.h>

#include "fuzz.h"

/* A frame of @size bytes of @data; @room: for more at its end. To be freed. */
static inline uint8_t *fuzz_pack(const void *data, size_t size, size_t room, size_t *packed)
{
	size_t most = ZSTD_compressBound(size);
	uint8_t *frame = malloc(most + room);

	*packed = ZSTD_compress(frame, most, data, size, 1);
	fuzz_check(!ZSTD_isError(*packed), "packing");
	return frame;
}

/* A file of @size bytes of @data, which must stay. */
static inline FILE *fuzz_file(const void *data, size_t size)
{
	/* fmemopen() has no file of no bytes */
	FILE *file = size ? fmemopen((void *)data, size, "r") : fopen("/dev/null", "r");

	fuzz_check(file, "no file");
	return file;
}

/* Writes the @bytes low bytes of @value. */
static inline uint8_t *fuzz_put(uint8_t *at, uint64_t value, int bytes)
{
	for (int i = 0; i < bytes; i++)
		*at++ = value >> 8 * i;
	return at;
}

#endif
