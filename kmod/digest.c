// SPDX-License-Identifier: GPL-2.0
/* The order-independent digest of a list, as <linux/idrevoke_netlink.h> has it. */
#include "compat.h"
#include "digest.h"

/* The 64-bit finalizer of MurmurHash3. */
static __always_inline u64 digest_mix(u64 x)
{
	x ^= x >> 33;
	x *= 0xff51afd7ed558ccdULL;
	x ^= x >> 33;
	x *= 0xc4ceb9fe1a85ec53ULL;
	return x ^ x >> 33;
}

static __always_inline struct idrv_digest digest_term(u64 number, u32 value)
{
	/* reason in bits 0-3 and flags from bit 4 on: as a value has them */
	u64 b = value >> IDRV_VALUE_REASON_SHIFT;
	u64 a = number | (u64)(value & IDRV_VALUE_THROUGH) << 47;
	struct idrv_digest digest;

	digest.low = digest_mix(a ^ digest_mix(b + 0x9e3779b97f4a7c15ULL));
	digest.high = digest_mix(digest.low + a + 0xc2b2ae3d27d4eb4fULL);
	return digest;
}

/**
 * idrv_digest_add - put a record into the sum
 * @digest: the digest of a set
 * @number: packed number
 * @value: its value
 *
 * Context: any; the caller serialises changes of @digest.
 */
void idrv_digest_add(struct idrv_digest *digest, u64 number, u32 value)
{
	struct idrv_digest one = digest_term(number, value);

	digest->low += one.low;
	digest->high += one.high + (digest->low < one.low);
}

/**
 * idrv_digest_add_records - put some records into the sum
 * @digest: the digest of a set
 * @records: no removals
 * @count: how many
 *
 * Context: any; the caller serialises changes of @digest.
 */
void idrv_digest_add_records(struct idrv_digest *digest, const struct idrv_record *records,
			     unsigned int count)
{
	struct idrv_digest sum = *digest;
	unsigned int i;

	for (i = 0; i < count; i++) {
		struct idrv_digest one = digest_term(records[i].number, records[i].value);

		sum.low += one.low;
		sum.high += one.high + (sum.low < one.low);
	}
	*digest = sum;
}

/**
 * idrv_digest_subtract - take a record out of the sum
 * @digest: the digest of a set that has the record
 * @number: packed number
 * @value: its value
 *
 * Context: any; the caller serialises changes of @digest.
 */
void idrv_digest_subtract(struct idrv_digest *digest, u64 number, u32 value)
{
	struct idrv_digest one = digest_term(number, value);

	digest->high -= one.high + (digest->low < one.low);
	digest->low -= one.low;
}

/**
 * idrv_digest_decode - read a digest as attributes and structures carry it
 * @wire: 16 bytes, least significant first
 */
struct idrv_digest idrv_digest_decode(const u8 *wire)
{
	return (struct idrv_digest){
		.low = get_unaligned_le64(wire),
		.high = get_unaligned_le64(wire + 8),
	};
}

/**
 * idrv_digest_encode - write a digest as attributes and structures carry it
 * @digest: the digest
 * @wire: 16 bytes, least significant first
 */
void idrv_digest_encode(const struct idrv_digest *digest, u8 wire[IDREVOKE_DIGEST_SIZE])
{
	put_unaligned_le64(digest->low, wire);
	put_unaligned_le64(digest->high, wire + 8);
}
