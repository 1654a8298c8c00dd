// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Records off the wire, as the module and as the agent decode them, what they say
 * of a card, and their digest: against the words of <linux/idrevoke_netlink.h> and
 * the domain's table of verdicts. Input: a card's start, then records of 20 bytes.
 */
#include "../../agent/lib/digest.h"
#include "../../agent/lib/record.h"
#include "../../kmod/digest.h"
#include "../../kmod/record.h"
#include "fuzz.h"
#include "oracle.h"

/* Sums of all records so far: ours, the module's, the agent's. */
static unsigned __int128 sum;
static struct idrv_digest kernel_digest;
static struct idrevoke_digest agent_digest;

static void check_judgement(u32 value, bool known, u16 start)
{
	unsigned int through = value & 0xffff, open = value >> 20 & 1, person = value >> 21 & 1;
	struct idrv_judgement got = idrv_record_judge(value, known, start);
	unsigned int verdict;

	if (through == 65535)
		verdict = IDREVOKE_REVOKED;
	else if (!through)
		verdict = IDREVOKE_CLEAR;
	else if (!known)
		verdict = open ? IDREVOKE_REVOKED : IDREVOKE_AMBIGUOUS;
	else if (start <= through)
		verdict = IDREVOKE_REVOKED;
	else
		verdict = open ? IDREVOKE_AMBIGUOUS : IDREVOKE_CLEAR;
	fuzz_check(got.verdict == verdict, "%#x: verdict %u, not %u", value, got.verdict, verdict);
	fuzz_check(got.reason == (verdict == IDREVOKE_CLEAR ? 0 : value >> 16 & 15), "reason");
	fuzz_check(got.flags == (person ? IDREVOKE_FLAG_PERSON : 0), "flags");
}

static void check_digest(const struct idrv_record *kernel, const struct idrevoke_record *agent)
{
	struct idrv_digest back;

	sum += oracle_term(agent->number, agent->through, agent->reason, agent->flags);
	idrv_digest_add(&kernel_digest, kernel->number, kernel->value);
	idrevoke_digest_add(&agent_digest, agent);
	fuzz_check(kernel_digest.low == (u64)sum && kernel_digest.high == (u64)(sum >> 64), "sum");
	fuzz_check(agent_digest.low == kernel_digest.low && agent_digest.high == kernel_digest.high,
		   "sum");
	back = kernel_digest;
	idrv_digest_subtract(&back, kernel->number, kernel->value);
	idrv_digest_add(&back, kernel->number, kernel->value);
	fuzz_check(idrv_digest_equal(&back, &kernel_digest), "there and back");
}

static void check(const uint8_t *wire, bool delta, bool known, u16 start)
{
	uint64_t number = oracle_le(wire, 8);
	unsigned int through = oracle_le(wire + 8, 2), reason = wire[10], flags = wire[11];
	bool valid = oracle_record(delta, number, through, reason, flags);
	uint8_t *exact = memcpy(malloc(12), wire, 12), again[IDREVOKE_FEED_RECORD_SIZE];
	struct idrevoke_record agent;
	struct idrv_record kernel;

	fuzz_check(idrv_record_decode(exact, delta, &kernel) == valid, "the module's verdict");
	fuzz_check(idrevoke_record_decode(wire, delta, &agent) == valid, "the agent's verdict");
	free(exact);
	idrevoke_record_encode(&agent, again);
	fuzz_check(!memcmp(again, wire, sizeof(again)), "there and back");
	if (!valid)
		return;
	fuzz_check(kernel.number == number && agent.number == number, "another number");
	if (flags == IDREVOKE_RECORD_REMOVE) {
		fuzz_check(kernel.value == IDRV_VALUE_REMOVE, "%#x", kernel.value);
		return;
	}
	fuzz_check(kernel.value == (through | reason << 16 | flags << 20), "%#x", kernel.value);
	check_judgement(kernel.value, known, start);
	check_digest(&kernel, &agent);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };
	unsigned int mode = fuzz_take(&input, 1);
	u16 start = fuzz_take(&input, 2);

	sum = 0;
	kernel_digest = (struct idrv_digest){};
	agent_digest = (struct idrevoke_digest){};
	while (input.left) {
		size_t length = IDREVOKE_FEED_RECORD_SIZE;
		uint8_t *wire = fuzz_bytes(&input, &length);

		if (length == IDREVOKE_FEED_RECORD_SIZE)
			check(wire, mode & 1, mode & 2, start % 65535);
		free(wire);
	}
	return 0;
}
