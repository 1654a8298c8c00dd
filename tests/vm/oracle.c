// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Random changes of all kinds, one after the other, while threads check card by card
 * and in batches, poll, and verify (tests/lib/askers.c). Every answer must be that of
 * a list that was in force at some time during the question, by a model of its own
 * (tests/lib/model.c, tests/lib/history.c).
 *
 * IDREVOKE_SEED replays the changes of a run, IDREVOKE_ORACLE_SECONDS says for how
 * long they go on. A run ends when that is over and everything has been seen often
 * enough, so that a slow kernel only takes longer; or after the first wrong answer.
 */
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

#include "askers.h"
#include "oracle/oracle.h"
#include "tap.h"

#define SECONDS		20

uint64_t oracle_state;
struct wire oracle_wire;
struct wire_reply oracle_reply;

static uint64_t seed;
static unsigned int not_served;

/* Whoever counts what is there must find it, whatever came to nothing before. */
static void recount(void)
{
	const struct edition *newest = history_newest();

	if (!newest->in_force || wire_serves(&oracle_wire, &newest->list))
		return;
	diag("VERIFY after version %llu finds another list",
	     (unsigned long long)newest->list.version);
	not_served++;
}

static struct {
	const char *name;
	void (*run)(void);
	unsigned int weight, times;
} actions[] = {
	{ "changes", change_list, 40, 0 },
	{ "the same again", say_again, 2, 0 },
	{ "of nobody", list_nobody, 2, 0 },
	{ "grown old", grow_old, 1, 0 },
	{ "late", become_late, 1, 0 },
	{ "confirmed", confirm, 10, 0 },
	{ "flushed", flush, 3, 0 },
	{ "repeated", repeat, 4, 0 },
	{ "aborted", abort_it, 8, 0 },
	{ "hung up", hang_up, 8, 0 },
	{ "another list", commit_wrongly, 8, 0 },
	{ "wrong confirmations", vouch_wrongly, 3, 0 },
	{ "back", go_back, 3, 0 },
};

#define ACTIONS	(sizeof(actions) / sizeof(*actions))

static void act(void)
{
	unsigned int i, sum = 0, pick;

	for (i = 0; i < ACTIONS; i++)
		sum += actions[i].weight;
	pick = below(sum);
	for (i = 0; pick >= actions[i].weight; i++)
		pick -= actions[i].weight;
	actions[i].run();
	actions[i].times++;
	if (!below(8))
		see(ANYTHING);
	if (!below(4))
		recount();
}

/* --- whether enough has been seen */

static unsigned long long sum_of(enum idrevoke_counter counter)
{
	return atomic_load(&asked[ASKER_SINGLE].counters[counter]) +
	       atomic_load(&asked[ASKER_BATCH].counters[counter]);
}

static bool asked_enough(const struct asked *by)
{
	unsigned int counter;

	for (counter = IDREVOKE_COUNTER_CLEAR; counter < IDREVOKE_COUNTER_THROTTLED; counter++)
		if (atomic_load(&by->counters[counter]) < 3)
			return false;
	return atomic_load(&by->late) && atomic_load(&by->hits_while_stale) &&
	       atomic_load(&by->overlapping) > 10;
}

static bool is_enough(void)
{
	unsigned int i;

	for (i = 0; i < ACTIONS; i++)
		if (actions[i].times < 2)
			return false;
	wire_ask(&oracle_wire, IDREVOKE_CMD_STATUS, &oracle_reply);
	return asked_enough(&asked[ASKER_SINGLE]) && asked_enough(&asked[ASKER_BATCH]) &&
	       atomic_load(&asked[ASKER_VERIFY].overlapping) > 1 &&
	       oracle_reply.value[IDREVOKE_A_REBUILDS] >= 3;
}

/* Then there is no point in going on. */
static bool is_wrong(void)
{
	return not_refused || not_served || askers_wrong();
}

static void report(void)
{
	static const char *const names[] = { "card by card", "in batches", "poll", "VERIFY" };
	static const char *const answers[] = { "CLEAR", "REVOKED", "AMBIGUOUS", "NOT_READY",
					       "STALE", "MALFORMED", "UNSUPPORTED", "THROTTLED" };
	unsigned int i;

	for (i = 0; i < ACTIONS; i++)
		diag("%s: %u times", actions[i].name, actions[i].times);
	for (i = 0; i < ASKERS; i++)
		is(atomic_load(&asked[i].wrong), 0,
		   "%s: each of %llu answers was right; %llu calls while something came in force",
		   names[i], (unsigned long long)atomic_load(&asked[i].answers),
		   (unsigned long long)atomic_load(&asked[i].overlapping));
	wire_ask(&oracle_wire, IDREVOKE_CMD_STATUS, &oracle_reply);
	for (i = IDREVOKE_COUNTER_CLEAR; i <= IDREVOKE_COUNTER_MAX; i++)
		is(oracle_reply.counters[i], sum_of(i), "the kernel has counted %llu checks as %s",
		   sum_of(i), answers[i - IDREVOKE_COUNTER_CLEAR]);
	diag("the table was rebuilt %llu times",
	       (unsigned long long)oracle_reply.value[IDREVOKE_A_REBUILDS]);
}

int main(void)
{
	const char *given = getenv("IDREVOKE_SEED"), *seconds = getenv("IDREVOKE_ORACLE_SECONDS");
	struct timespec now, end;
	char parameters[64];
	bool is_over;

	if (given)
		seed = strtoull(given, NULL, 0);
	else if (getrandom(&seed, sizeof(seed), 0) != sizeof(seed))
		bail_out("no random numbers");
	diag("IDREVOKE_SEED=%#llx", (unsigned long long)seed);
	oracle_state = seed;

	snprintf(parameters, sizeof(parameters),
		 "hits_per_hour=0 confirm_interval=%d max_valid_for=%d",
		 MODEL_CONFIRM_INTERVAL, MODEL_MAX_VALID_FOR);
	guest_load(parameters);
	wire_open(&oracle_wire);
	history_start();
	askers_start(random_next(&oracle_state));

	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += seconds ? atoi(seconds) : SECONDS;
	do {
		act();
		clock_gettime(CLOCK_MONOTONIC, &now);
		is_over = now.tv_sec >= end.tv_sec;
	} while (!is_wrong() && (!is_over || !is_enough()));

	say_again();
	askers_stop();
	recount();
	is(not_served, 0, "VERIFY found what was in force");
	is(not_refused, 0, "what is wrong was refused");
	report();
	wire_close(&oracle_wire);
	guest_unload();
	return done();
}
