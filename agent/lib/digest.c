// SPDX-License-Identifier: LGPL-2.1-or-later
#include <endian.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "digest.h"

/* The 64-bit finalizer of MurmurHash3. */
static uint64_t mix(uint64_t x)
{
	x ^= x >> 33;
	x *= 0xff51afd7ed558ccdULL;
	x ^= x >> 33;
	x *= 0xc4ceb9fe1a85ec53ULL;
	return x ^ x >> 33;
}

static struct idrevoke_digest term(const struct idrevoke_record *record)
{
	uint64_t a = record->number | (uint64_t)record->through << 47;
	uint64_t b = record->reason | (uint64_t)record->flags << 4;
	uint64_t low = mix(a ^ mix(b + 0x9e3779b97f4a7c15ULL));

	return (struct idrevoke_digest){ low, mix(low + a + 0xc2b2ae3d27d4eb4fULL) };
}

void idrevoke_digest_add(struct idrevoke_digest *digest, const struct idrevoke_record *record)
{
	struct idrevoke_digest one = term(record);

	digest->low += one.low;
	digest->high += one.high + (digest->low < one.low);
}

void idrevoke_digest_subtract(struct idrevoke_digest *digest,
			      const struct idrevoke_record *record)
{
	struct idrevoke_digest one = term(record);

	digest->high -= one.high + (digest->low < one.low);
	digest->low -= one.low;
}

void idrevoke_digest_encode(const struct idrevoke_digest *digest,
			    uint8_t wire[IDREVOKE_DIGEST_SIZE])
{
	uint64_t low = htole64(digest->low), high = htole64(digest->high);

	memcpy(wire, &low, 8);
	memcpy(wire + 8, &high, 8);
}

struct idrevoke_digest idrevoke_digest_decode(const uint8_t wire[IDREVOKE_DIGEST_SIZE])
{
	uint64_t low, high;

	memcpy(&low, wire, 8);
	memcpy(&high, wire + 8, 8);
	return (struct idrevoke_digest){ le64toh(low), le64toh(high) };
}

void idrevoke_digest_format(const struct idrevoke_digest *digest,
			    char text[IDREVOKE_DIGEST_TEXT])
{
	snprintf(text, IDREVOKE_DIGEST_TEXT, "%016" PRIx64 "%016" PRIx64, digest->high,
		 digest->low);
}

int idrevoke_digest_parse(const char *text, struct idrevoke_digest *digest)
{
	uint64_t half[2] = { 0, 0 };

	if (strlen(text) != 32 || strspn(text, "0123456789abcdef") != 32)
		return -EINVAL;
	for (int i = 0; i < 32; i++) {
		uint64_t value = text[i] <= '9' ? text[i] - '0' : text[i] - 'a' + 10;

		half[i / 16] = half[i / 16] << 4 | value;
	}
	*digest = (struct idrevoke_digest){ .high = half[0], .low = half[1] };
	return 0;
}
