// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The list, with the model and the commands of the unit test, but in the order that
 * the fuzzer thinks of. Input: limits, then steps of two bytes: which command,
 * which of its variants. Some commands run with an allocation that fails.
 */
#include "include/harness.h"
#define main unit_main
#include "../unit/list.c"
#undef main

static struct fuzz_input input;

static void (*const commands[])(void) = {
	begin, records, records, commit, commit, confirm, flush, pass_time, run_work, verify,
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

/* The time-out may have been worked off in the middle of the work. */
static void notice_timeout(void)
{
	if (transaction.owner && stub_boottime_ns >= transaction.idle_at && !idrv_transaction_owner())
		transaction.owner = 0;
}

static void fuzz_step(void)
{
	unsigned int command = fuzz_take(&input, 1), variant = fuzz_take(&input, 1);

	harness_state = variant * 0x632be59bd9b4e019ULL;
	notice_timeout();
	/* Every other command finds no memory, sooner or later. */
	stub_starved = false;
	stub_fail_after = command & 0x80 ? command >> 4 & 7 : -1;
	command &= 15;
	if (command < COMMANDS)
		commands[command]();
	else
		abort_or_release(command & 1 ? ABORT : RELEASE);
	stub_fail_after = -1;
	if (variant & 1)
		rcu_barrier();
	check_status();
}

/* One more step between the lines of a rebuild or a verification. */
static void fuzz_between(void)
{
	long fail_after = stub_fail_after;

	if (!input.left || (input.at[0] & 15) >= 8 || !one_in(3))
		return;
	in_hook = true;
	fuzz_step();
	in_hook = false;
	stub_fail_after = fail_after;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	input = (struct fuzz_input){ data, size };
	harness_state = fuzz_take(&input, 2);
	stub_random_seed(harness_state);
	stub_boottime_ns = 1000 * SECOND;
	stub_wall_seconds = 1800000000;
	must(!idrv_list_init(), "no list");
	stub_resched = fuzz_between;
	idrv_list_listen(listen);
	issuer_init(&now, 24 + random_below(120), BIT_ULL(IDRV_KEY_BITS));
	loaded = false;
	memset(&oldest, 0, sizeof(oldest));
	memset(&transaction, 0, sizeof(transaction));
	idrv_limits.max_entries = one_in(4) ? now.size / 2 : now.size;
	idrv_limits.max_valid_for = 100 + random_below(300);
	idrv_limits.max_skew = random_below(100);
	idrv_limits.idle_timeout = 1 + random_below(60);
	idrv_limits.confirm_interval = 1 + random_below(60);
	while (input.left)
		fuzz_step();
	stub_resched = NULL;
	idrv_list_listen(NULL);
	idrv_list_exit();
	must(!stub_live, "%llu allocations of %llu bytes are left", stub_live, stub_live_bytes);
	issuer_free(&now);
	return 0;
}
