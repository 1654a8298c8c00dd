// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Records off the wire, what they say of a card, and the digest of a set of them:
 * against what <linux/idrevoke_netlink.h> says, and the domain's table of verdicts.
 */
#include <string.h>

#include "digest.h"
#include "harness.h"
#include "number.h"
#include "record.h"

typedef unsigned __int128 u128;

static bool valid(bool delta, u64 number, u16 through, u8 reason, u8 flags)
{
	if (number >= 1000000ULL * 140619 * 1000)
		return false;
	if (flags == IDREVOKE_RECORD_REMOVE)
		return delta && through == 0 && reason == 0;
	if (flags & 0xfc)
		return false;
	if (through == 0)
		return reason == 0 && (flags & IDREVOKE_RECORD_PERSON) &&
		       !(flags & IDREVOKE_RECORD_OPEN);
	if (reason < 1 || reason > 4)
		return false;
	return !(through == 65535 && (flags & IDREVOKE_RECORD_OPEN));
}

static void put(u8 *wire, u64 number, u16 through, u8 reason, u8 flags)
{
	int i;

	for (i = 0; i < 8; i++)
		wire[i] = number >> 8 * i;
	wire[8] = through;
	wire[9] = through >> 8;
	wire[10] = reason;
	wire[11] = flags;
}

static void compare(bool delta, u64 number, u16 through, u8 reason, u8 flags)
{
	u8 *wire = malloc(IDREVOKE_RECORD_SIZE);
	struct idrv_record record;
	bool wanted = valid(delta, number, through, reason, flags);
	u32 value = through | reason << 16 | (flags & 3) << 20;

	if (flags & IDREVOKE_RECORD_REMOVE)
		value = IDRV_VALUE_REMOVE;
	put(wire, number, through, reason, flags);
	must(idrv_record_decode(wire, delta, &record) == wanted,
	     "delta %d, number %llu, through %u, reason %u, flags %#x: %s", delta, number, through,
	     reason, flags, wanted ? "refused" : "taken");
	must(!wanted || (record.number == number && record.value == value), "another record");
	free(wire);
}

static void decoding(void)
{
	static const u16 throughs[] = { 0, 1, 2, 255, 256, 12000, 32768, 65534, 65535 };
	static const u64 numbers[] = { 0, 1, 140619000ULL, 140618999999999ULL, 140619000000000ULL,
				       140619000000001ULL, 1ULL << 47, 1ULL << 63, ~0ULL };
	unsigned int i, reason, flags;
	int delta;

	for (delta = 0; delta < 2; delta++)
		for (i = 0; i < 9; i++)
			for (reason = 0; reason < 256; reason = reason == 20 ? 128 : reason + 1)
				for (flags = 0; flags < 256; flags++) {
					compare(delta, numbers[i], 1, 4, flags);
					compare(delta, 12345, throughs[i], reason, flags);
				}
	ok(true, "every combination of reason, flags and edges is taken or refused as promised");
}

static void judgements(void)
{
	static const u32 throughs[] = { 0, 1, 2, 500, 65533, 65534, 65535 };
	static const u32 starts[] = { 0, 1, 2, 3, 499, 500, 501, 65533, 65534 };
	unsigned int t, s, reason, flags;

	for (t = 0; t < 7; t++)
		for (s = 0; s <= 9; s++)
			for (reason = 0; reason <= 4; reason++)
				for (flags = 0; flags < 4; flags++) {
					bool known = s < 9, open = flags & 1, person = flags & 2;
					u32 through = throughs[t], start = known ? starts[s] : 7;
					int verdict = IDREVOKE_CLEAR;
					struct idrv_judgement got;

					if (!valid(false, 1, through, reason, flags))
						continue;
					if (through == 65535 || (through && known && start <= through))
						verdict = IDREVOKE_REVOKED;
					else if (through && known && open)
						verdict = IDREVOKE_AMBIGUOUS;
					else if (through && !known)
						verdict = open ? IDREVOKE_REVOKED : IDREVOKE_AMBIGUOUS;
					got = idrv_record_judge(through | reason << 16 | flags << 20,
								known, start);
					must(got.verdict == verdict &&
					     got.reason == (verdict == IDREVOKE_CLEAR ? 0 : reason) &&
					     got.flags == (person ? IDREVOKE_FLAG_PERSON : 0),
					     "through %u, flags %u, start %d: %u", through, flags,
					     known ? (int)start : -1, got.verdict);
				}
	ok(true, "a record says of each card what the table of verdicts says");
}

static u64 mix(u64 x)
{
	x ^= x >> 33;
	x *= 0xff51afd7ed558ccdULL;
	x ^= x >> 33;
	x *= 0xc4ceb9fe1a85ec53ULL;
	x ^= x >> 33;
	return x;
}

static u128 term(u64 number, u64 through, u64 reason, u64 flags)
{
	u64 a = number | through << 47, b = reason | flags << 4;
	u64 low = mix(a ^ mix(b + 0x9e3779b97f4a7c15ULL));
	u64 high = mix(low + a + 0xc2b2ae3d27d4eb4fULL);

	return ((u128)high << 64) + low;
}

struct member {
	u64 number;
	u16 through;
	u8 reason, flags;
};

static struct member random_member(void)
{
	return (struct member){
		.number = random_below(IDRV_NUMBER_END),
		.through = one_in(8) ? 65535 : 1 + random_below(65534),
		.reason = 1 + random_below(4),
		.flags = random_below(4),
	};
}

static u32 value_of(const struct member *member)
{
	return member->through | member->reason << 16 | member->flags << 20;
}

static void digests(void)
{
	enum { ROUNDS = 200, MEMBERS = 1000 };
	static struct member members[MEMBERS];
	int round, i;

	for (round = 0; round < ROUNDS; round++) {
		struct idrv_digest digest = {}, again;
		int count = random_below(MEMBERS);
		u8 wire[16];
		u128 sum = 0, read = 0;

		for (i = 0; i < count; i++) {
			struct member *one = &members[i];

			*one = random_member();
			sum += term(one->number, one->through, one->reason, one->flags);
			idrv_digest_add(&digest, one->number, value_of(one));
			must((u64)sum == digest.low && (u64)(sum >> 64) == digest.high, "add");
			if (one_in(3)) {
				struct member swap = *one;
				int other = random_below(i + 1);

				*one = members[other];
				members[other] = swap;
			}
		}
		idrv_digest_encode(&digest, wire);
		for (i = 15; i >= 0; i--)
			read = read << 8 | wire[i];
		must(read == sum, "on the wire");
		again = idrv_digest_decode(wire);
		must(idrv_digest_equal(&again, &digest), "off the wire");
		again.high ^= 1;
		must(!idrv_digest_equal(&again, &digest), "a bit more");
		again.high ^= 1;
		again.low ^= 1ULL << 63;
		must(!idrv_digest_equal(&again, &digest), "a bit less");

		for (i = 0; i < count; i++) {
			struct member *one = &members[i];

			sum -= term(one->number, one->through, one->reason, one->flags);
			idrv_digest_subtract(&digest, one->number, value_of(one));
			must((u64)sum == digest.low && (u64)(sum >> 64) == digest.high, "subtract");
		}
		must(!digest.low && !digest.high, "the empty list has digest 0");
	}
	ok(true, "sums of random records, in any order, and back to nothing");
}

int main(void)
{
	harness_begin();
	decoding();
	judgements();
	digests();
	return done();
}
