// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Memory that is not to be had, and signals that kill: for each command, the
 * first allocation fails, then the second, and so on; and so for each look at
 * signals. The list is wholly the old one or wholly the new one, the error says
 * which, and the same command works afterwards.
 */
#include "issuer.h"

#define UNIVERSE	6000

static struct issuer before, after;
static const struct issuer *in_force;

/* A list from scratch, not sharing numbers with what else is listed. */
static void make_lists(u64 first, u64 second, bool only_new)
{
	u64 i;

	issuer_init(&before, UNIVERSE, BIT_ULL(IDRV_KEY_BITS));
	before.version = 1;
	for (i = 0; i < before.size; i++)
		if (random_below(UNIVERSE) < first)
			issuer_set(&before, i, issuer_random_value());
	issuer_copy(&after, &before);
	after.version = 2;
	for (i = 0; i < after.size; i++)
		if (only_new ? before.values[i] == UNLISTED : one_in(2))
			issuer_set(&after, i, random_below(UNIVERSE) < second ?
					      issuer_random_value() : UNLISTED);
}

static int snapshot(void)
{
	return issuer_snapshot(&after);
}

static int delta(void)
{
	u8 *wire = malloc(after.size * 12);
	u64 i, count = 0;
	int error;

	for (i = 0; i < after.size; i++)
		if (before.values[i] != after.values[i])
			issuer_put(wire + 12 * count++, after.numbers[i], after.values[i]);
	error = issuer_push(&after, before.version, wire, count);
	free(wire);
	return error;
}

static int confirm(void)
{
	struct idrv_commitment to = issuer_commitment(&before);
	struct idrv_refusal refusal = {};
	int error;

	to.issued++;
	error = idrv_list_confirm(&to, &refusal);
	must(!error || refusal.message, "error %d is not explained", error);
	return error;
}

static int work(void)
{
	must(stub_run_work(100) < 100, "work without end");
	return 0;
}

static int verify(void)
{
	struct idrv_refusal refusal = {};
	struct idrv_status status;
	struct idrv_digest digest;
	u64 count;
	int error = idrv_list_verify(&count, &digest, &status, &refusal);

	if (!error)
		must(count == in_force->count && digest.low == (u64)in_force->digest, "verify");
	return error;
}

/* @before, in a table for twice as many: the work that would shrink it is not done. */
static void make_room(void)
{
	struct issuer less = before, more = after;

	more.version = 1;
	must(!issuer_snapshot(&more), "no snapshot");
	before = more;
	after = less;
	after.version = 2;
	must(!delta(), "no delta");
	before = after;
	after = more;
	after.version = 3;
}

struct command {
	const char *name;
	int (*run)(void);
	u64 first, second;
	bool changes;
	bool only_new;		/* for which there is room */
	bool soon;		/* after another, whose table is not freed yet */
};

/* Returns whether the fault came about. */
static bool with_fault(const struct command *command, long *fault, long number, int error)
{
	bool happened;
	int result;

	make_lists(command->first, command->second, command->only_new);
	must(!idrv_list_init(), "no list");
	if (command->only_new)
		make_room();
	else
		must(!issuer_snapshot(&before), "no snapshot");
	if (command->soon) {
		before.version++;
		after.version++;
		must(!issuer_snapshot(&before), "no second snapshot");
	}
	in_force = &before;
	if (command->run == work) {
		/* what makes it necessary */
		must(!delta(), "no delta");
		issuer_copy(&before, &after);
	}
	*fault = number;
	result = command->run();
	happened = *fault < 0;
	*fault = -1;
	must(result == 0 || (happened && result == -error), "%s, fault %ld: returned %d",
	     command->name, number, result);
	issuer_check(result == 0 && command->changes ? &after : &before);
	must(idrv_transaction_owner() == 0 || result, "a transaction is left");
	if (result && idrv_transaction_owner())
		idrv_transaction_release(OWNER);
	if (result)
		must(!command->run(), "%s, fault %ld: cannot be repeated", command->name, number);
	stub_settle();
	in_force = command->changes ? &after : &before;
	issuer_check(in_force);
	must(!verify(), "no verification");
	idrv_list_exit();
	must(!stub_live, "%s, fault %ld: %llu allocations are left", command->name, number,
	     stub_live);
	issuer_free(&before);
	issuer_free(&after);
	before = after = (struct issuer){};
	return happened;
}

int main(void)
{
	static const struct command commands[] = {
		{ "a snapshot", snapshot, 2000, 3000, true },
		{ "a snapshot soon after another", snapshot, 2000, 3000, true, .soon = true },
		{ "a snapshot of nothing", snapshot, 2000, 0, true },
		{ "a delta", delta, 3000, 3000, true },
		{ "a delta of new numbers", delta, 2000, 4000, true, true },
		{ "a delta that needs a larger table", delta, 500, 5900, true },
		{ "the same soon after a snapshot", delta, 500, 5900, true, .soon = true },
		{ "a delta that leaves little", delta, 5900, 10, true },
		{ "a confirmation", confirm, 1000, 1000, false },
		{ "a rebuild", work, 5900, 10, false },
		{ "a verification", verify, 3000, 3000, false },
	};
	unsigned int i;
	long number;

	harness_begin();
	stub_random_seed(random_u64());
	for (i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
		for (number = 0; with_fault(&commands[i], &stub_fail_after, number, ENOMEM); number++)
			;
		ok(commands[i].run == verify || number > 0, "%s: %ld allocations failed",
		   commands[i].name, number);
		for (number = 0; with_fault(&commands[i], &stub_signal_after, number, EINTR); number++)
			;
		ok(true, "%s: %ld times interrupted", commands[i].name, number);
	}
	stub_fail_after = 0;
	is(idrv_list_init(), -ENOMEM, "no memory to begin with");
	stub_fail_after = -1;
	return done();
}
