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
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "askers.h"
#include "edits.h"
#include "tap.h"

#define SECONDS		20
#define ANYTHING	(-1)	/* a state */

static uint64_t seed, state;	/* of the random numbers */
static struct wire wire;
static struct wire_reply reply;
static uint8_t bytes[HISTORY_NUMBERS * IDREVOKE_RECORD_SIZE];

static uint32_t below(uint32_t end)
{
	return random_below(&state, end);
}

/* --- statements */

/* The issuer vouches until then; some seconds from now, or long. */
static void vouch(struct edition *edition, int seconds)
{
	edition->list.issued = time(NULL) - 1 - below(1000);
	edition->list.valid_for = time(NULL) + seconds - edition->list.issued;
}

static void vouch_long(struct edition *edition)
{
	vouch(edition, 50000 + below(3) * MODEL_MAX_VALID_FOR);
}

/* Confirmations are overdue, or will be in a second or two. */
static void vouch_late(struct edition *edition)
{
	vouch_long(edition);
	edition->list.issued = time(NULL) - 3 * MODEL_CONFIRM_INTERVAL + below(3);
	edition->list.valid_for = 4 * MODEL_CONFIRM_INTERVAL;
}

static void vouch_somehow(struct edition *edition)
{
	switch (below(8)) {
	case 0:
		vouch_late(edition);
		break;
	case 1:
		vouch(edition, below(3));
		break;
	case 2:
		vouch_late(edition);
		edition->list.valid_for = 3 * MODEL_CONFIRM_INTERVAL + below(3);
		break;
	default:
		vouch_long(edition);
	}
}

/* --- putting it in force */

static uint32_t encode(const struct edition *next, bool is_snapshot)
{
	const struct edition *base = history_newest();
	uint32_t i, count = 0;

	for (i = 0; i < HISTORY_NUMBERS; i++) {
		struct guest_record record = model_record(guest_number(i), next->values[i]);

		if (is_snapshot ? !model_listed(next->values[i]) :
		    !memcmp(&next->values[i], &base->values[i], sizeof(next->values[i])))
			continue;
		guest_record_encode(&record, bytes + count++ * IDREVOKE_RECORD_SIZE);
	}
	return count;
}

/* All of a transaction but its COMMIT; leaves out the last @missing records. */
static void deliver(const struct edition *next, bool is_snapshot, uint32_t missing)
{
	uint32_t count = encode(next, is_snapshot);
	struct wire_message begin = is_snapshot ? wire_begin_snapshot(&next->list, count) :
		wire_begin_delta(&next->list, history_newest()->list.version, count);
	int error = wire_call(&wire, &begin, &reply);

	if (!error)
		error = wire_send_records(&wire, bytes, count > missing ? count - missing : 0, &reply);
	if (error)
		bail_out("version %llu: %s (%s)", (unsigned long long)next->list.version,
			 strerror(error), reply.text);
}

/* What changes what is in force, and must succeed. */
static void must_call(const struct wire_message *message)
{
	int error;

	history_begin();
	error = wire_call(&wire, message, &reply);
	history_end();
	if (error)
		bail_out("command %u: %s (%s)", message->command, strerror(error), reply.text);
}

static void commit(struct edition *next, bool is_snapshot)
{
	struct wire_message message;

	next->in_force = true;
	deliver(next, is_snapshot, 0);
	message = wire_commit(&next->list);
	must_call(&message);
}

/* The next version, in any way; a snapshot may begin another epoch. */
static void commit_next(struct edition *next)
{
	bool is_snapshot = !next->in_force || !below(6);

	next->list.version += 1 + below(3);
	if (!next->list.epoch || (is_snapshot && !below(2))) {
		next->list.epoch++;
		next->list.version = 1 + below(5);
	}
	commit(next, is_snapshot);
}

/* Poll must tell of what is in force. */
static void see(int wanted)
{
	const struct edition *newest = history_newest();

	if (!askers_have_seen(newest->in_force ? &newest->list : NULL, wanted))
		bail_out("poll did not tell of version %llu in state %d",
			 (unsigned long long)newest->list.version, wanted);
}

static unsigned int not_served;

/* Whoever counts what is there must find it, whatever came to nothing before. */
static void recount(void)
{
	const struct edition *newest = history_newest();

	if (!newest->in_force || wire_serves(&wire, &newest->list))
		return;
	diag("VERIFY after version %llu finds another list",
	     (unsigned long long)newest->list.version);
	not_served++;
}

/* --- what may happen */

static void change_list(void)
{
	struct edition *next = history_next();

	edit_somehow(next, &state);
	vouch_somehow(next);
	commit_next(next);
}

/* The same as it was, all of it, as another version. */
static void say_again(void)
{
	struct edition *next = history_next();

	vouch_long(next);
	next->list.version++;
	next->list.epoch += !next->list.epoch;
	commit(next, true);
	see(next->list.count ? IDREVOKE_STATE_CURRENT : IDREVOKE_STATE_NOT_READY);
}

/* Everybody goes at once: nobody may be CLEAR for that. */
static void list_nobody(void)
{
	struct edition *next = history_next();

	edit_add(next, 10000, &state);
	vouch_long(next);
	commit_next(next);
	next = history_next();
	edit_remove_all(next);
	next->list.version++;
	commit(next, !below(3));
	see(IDREVOKE_STATE_NOT_READY);
	askers_have_asked();
}

/* It becomes LATE by itself, then STALE, and answers as such. */
static void grow_old(void)
{
	struct edition *next = history_next();

	edit_somehow(next, &state);
	vouch_late(next);
	next->list.issued++;
	next->list.valid_for = 3 * MODEL_CONFIRM_INTERVAL + 2;
	commit_next(next);
	see(IDREVOKE_STATE_STALE);
	askers_have_asked();
}

static void become_late(void)
{
	struct edition *next = history_next();

	edit_somehow(next, &state);
	vouch_late(next);
	commit_next(next);
	see(IDREVOKE_STATE_LATE);
	askers_have_asked();
}

/* The issuer vouches again: what it has vouched for before is not believed. */
static void confirm(void)
{
	struct edition *next = history_next();
	uint64_t before = next->list.issued;
	struct wire_message message;

	if (!next->in_force)
		return;
	vouch_somehow(next);
	if (next->list.issued <= before)
		next->list.issued = before + 1;
	if (next->list.issued > (uint64_t)time(NULL))
		return;
	message = wire_confirm(&next->list);
	must_call(&message);
}

/* Drops the list, and puts it or the next one in force. */
static void flush(void)
{
	struct edition *next = history_next();
	struct wire_message message = wire_plain(IDREVOKE_CMD_FLUSH);

	next->in_force = false;
	must_call(&message);
	see(IDREVOKE_STATE_NOT_READY);
	askers_have_asked();
	next = history_next();
	vouch_somehow(next);
	if (next->list.version && below(2))
		commit(next, true);
	else
		change_list();
}

static void repeat(void)
{
	struct wire_list list = history_newest()->list;
	struct wire_message message;

	if (!history_newest()->in_force)
		return;
	list.issued = time(NULL) - below(10);
	message = wire_commit(&list);
	if (wire_call(&wire, &message, &reply))
		bail_out("a repeated COMMIT: %s", reply.text);
}

/* --- what must come to nothing */

static unsigned int not_refused;

static void refused(int error, int wanted, const char *what)
{
	if (error == wanted)
		return;
	diag("%s: %s instead of %s (%s)", what, strerror(error), strerror(wanted), reply.text);
	not_refused++;
}

/* An edition that will not come in force, and whether as a snapshot. */
static const struct edition *attempt(bool *is_snapshot, uint32_t missing)
{
	struct edition *next = history_next();

	do
		edit_somehow(next, &state);
	while (!memcmp(next->values, history_newest()->values, sizeof(next->values)));
	vouch_long(next);
	next->list.version++;
	next->list.epoch += !next->list.epoch;
	*is_snapshot = !next->in_force || !below(3);
	deliver(next, *is_snapshot, missing);
	return next;
}

static void abort_it(void)
{
	bool is_snapshot;

	attempt(&is_snapshot, below(3));
	if (wire_ask(&wire, IDREVOKE_CMD_ABORT, &reply))
		bail_out("ABORT: %s", reply.text);
}

static void hang_up(void)
{
	bool is_snapshot;

	attempt(&is_snapshot, below(3));
	wire_close(&wire);
	wire_open(&wire);
}

static void commit_wrongly(void)
{
	bool is_snapshot, is_short = !below(4);
	struct wire_list list = attempt(&is_snapshot, is_short)->list;
	int wanted = is_short ? EILSEQ : EBADMSG;
	struct wire_message message;

	switch (below(4)) {
	case 0:
		list.digest.low ^= 1ULL << below(64);
		break;
	case 1:
		list.digest.high ^= 1ULL << below(64);
		break;
	case 2:
		list.count += below(2) ? 1 : -1;
		break;
	default:
		list.version++;
		wanted = ESTALE;
	}
	message = wire_commit(&list);
	refused(wire_call(&wire, &message, &reply), wanted, "COMMIT of another list");
	refused(wire_ask(&wire, IDREVOKE_CMD_ABORT, &reply), ENOENT, "ABORT after COMMIT");
}

static void vouch_wrongly(void)
{
	struct wire_list list = history_newest()->list;
	struct wire_message message;
	int wanted = ESTALE;

	switch (below(3)) {
	case 0:
		list.issued -= below(2);
		break;
	case 1:
		list.version--;
		break;
	default:
		list.issued = time(NULL) + 1000;
		if (history_newest()->in_force)
			wanted = ERANGE;
	}
	if (!list.version)
		return;
	message = wire_confirm(&list);
	refused(wire_call(&wire, &message, &reply), wanted, "CONFIRM");
}

/* To an older version or epoch, or from another than is in force. */
static void go_back(void)
{
	struct wire_list list = history_newest()->list;
	struct wire_message message;

	if (list.version < 2 || list.epoch < 2)
		return;
	list.version--;
	message = wire_begin_snapshot(&list, 0);
	refused(wire_call(&wire, &message, &reply), ESTALE, "an older version");
	list.epoch--;
	list.version += 100;
	message = wire_begin_snapshot(&list, 0);
	refused(wire_call(&wire, &message, &reply), ESTALE, "an older epoch");
	list.epoch++;
	message = wire_begin_delta(&list, list.version - 100, 0);
	refused(wire_call(&wire, &message, &reply), ESTALE, "another base");
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
	{ "aborted", abort_it, 3, 0 },
	{ "hung up", hang_up, 3, 0 },
	{ "another list", commit_wrongly, 6, 0 },
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
	wire_ask(&wire, IDREVOKE_CMD_STATUS, &reply);
	return asked_enough(&asked[ASKER_SINGLE]) && asked_enough(&asked[ASKER_BATCH]) &&
	       atomic_load(&asked[ASKER_VERIFY].overlapping) > 1 &&
	       reply.value[IDREVOKE_A_REBUILDS] >= 3;
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
		printf("# %s: %u times\n", actions[i].name, actions[i].times);
	for (i = 0; i < ASKERS; i++)
		is(atomic_load(&asked[i].wrong), 0,
		   "%s: each of %llu answers was right; %llu calls while something came in force",
		   names[i], (unsigned long long)atomic_load(&asked[i].answers),
		   (unsigned long long)atomic_load(&asked[i].overlapping));
	wire_ask(&wire, IDREVOKE_CMD_STATUS, &reply);
	for (i = IDREVOKE_COUNTER_CLEAR; i <= IDREVOKE_COUNTER_MAX; i++)
		is(reply.counters[i], sum_of(i), "the kernel has counted %llu checks as %s",
		   sum_of(i), answers[i - IDREVOKE_COUNTER_CLEAR]);
	printf("# the table was rebuilt %llu times\n",
	       (unsigned long long)reply.value[IDREVOKE_A_REBUILDS]);
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
	printf("# IDREVOKE_SEED=%#llx\n", (unsigned long long)seed);
	state = seed;

	snprintf(parameters, sizeof(parameters), "hits_per_hour=0 confirm_interval=%d max_valid_for=%d",
		 MODEL_CONFIRM_INTERVAL, MODEL_MAX_VALID_FOR);
	guest_load(parameters);
	wire_open(&wire);
	history_start();
	askers_start(random_next(&state));

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
	wire_close(&wire);
	guest_unload();
	return done();
}
