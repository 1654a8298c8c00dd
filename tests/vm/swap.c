// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Snapshots swap in, deltas make the list grow, turn over and shrink, while two
 * threads check all the time, one card by card and one in batches. What a
 * version says of a number is a pure function of seed, number and version, so
 * every answer is judged by the versions that were current during its call:
 *
 *	committed ----+				+---- begun
 *	before the call			after the call
 *
 * An answer may be of a version newer than the one that it names, never of an
 * older one; and it names no version older than one that was named before.
 *
 * IDREVOKE_SEED replays the lists and the questions of a run.
 */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "tap.h"
#include "wire.h"

#define UNIVERSE	230000		/* numbers that may be listed */
#define LARGEST		200000
#define SMALLEST	1000
#define GENERATIONS	3		/* unrelated lists, each begun by a snapshot */
#define TURNOVER	16		/* versions in which each number changes once */
#define THROUGH_MAX	20000
#define VERSIONS_MAX	128
#define BATCH		256

/* What each version is like: size counts numbers, listed or soon to be again. */
static struct step {
	unsigned int generation;
	unsigned int size;
	bool is_snapshot;
} steps[VERSIONS_MAX];
static unsigned int newest;		/* the last of them; they count from 1 */

static uint64_t seed;
static uint64_t issued;			/* of version 0; each is a second later */
static uint8_t texts[UNIVERSE][IDREVOKE_NUMBER_LEN];
static uint32_t dates[THROUGH_MAX + 3];	/* days from 1984-01-01 */
/* The order in which numbers come on a generation's list, and its inverse. */
static uint32_t order[GENERATIONS][UNIVERSE], position[GENERATIONS][UNIVERSE];

static atomic_uint begun, committed;
static atomic_bool finished;

/* The 64-bit generator SplitMix. */
static uint64_t next_random(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

static uint64_t hash(uint64_t a, uint64_t b, uint64_t c)
{
	uint64_t state = seed;

	state ^= next_random(&state) + a;
	state ^= next_random(&state) + b;
	state ^= next_random(&state) + c;
	return next_random(&state);
}

/* What version @v says of number @i; false if it is not listed. */
static bool record_of(uint32_t i, unsigned int v, struct guest_record *record)
{
	const struct step *step = &steps[v];
	uint64_t bits;

	*record = (struct guest_record){ .number = guest_number(i) };
	if (position[step->generation][i] >= step->size)
		return false;
	bits = hash(step->generation, i, (v + i) / TURNOVER);
	if (bits % 8 == 0)
		return false;
	record->flags = bits >> 8 & IDREVOKE_RECORD_PERSON;
	switch (bits >> 16 & 7) {
	case 0:
		record->flags = IDREVOKE_RECORD_PERSON;
		break;
	case 1:
		record->through = IDREVOKE_THROUGH_ALL;
		record->reason = IDREVOKE_REASON_VOID;
		break;
	default:
		record->through = 1 + (bits >> 32) % THROUGH_MAX;
		record->reason = 1 + (bits >> 24) % 4;
		record->flags |= bits >> 12 & IDREVOKE_RECORD_OPEN;
	}
	return true;
}

/* The answer of version @v; @start is a day, or -1 if it is not given. */
static void predict(uint32_t i, int start, unsigned int v, struct idrevoke_check *answer)
{
	struct guest_record record;
	bool listed = record_of(i, v, &record);

	answer->verdict = IDREVOKE_CLEAR;
	answer->reason = IDREVOKE_REASON_NONE;
	answer->answer_flags = 0;
	if (!listed)
		return;
	if (record.flags & IDREVOKE_RECORD_PERSON)
		answer->answer_flags = IDREVOKE_FLAG_PERSON;
	if (record.through == 0)
		return;
	if (record.through == IDREVOKE_THROUGH_ALL)
		answer->verdict = IDREVOKE_REVOKED;
	else if (record.flags & IDREVOKE_RECORD_OPEN)
		answer->verdict = start > record.through ? IDREVOKE_AMBIGUOUS : IDREVOKE_REVOKED;
	else if (start < 0)
		answer->verdict = IDREVOKE_AMBIGUOUS;
	else if (start <= record.through)
		answer->verdict = IDREVOKE_REVOKED;
	if (answer->verdict != IDREVOKE_CLEAR)
		answer->reason = record.reason;
}

/* One thread that checks: what it asked and what it found. */
struct checker {
	pthread_t thread;
	unsigned int batch;	/* cards in a call; 1: IDREVOKE_IOC_CHECK */
	uint64_t random;
	uint64_t answers;
	uint64_t listed;
	uint64_t overlapping;	/* calls during which the version may have changed */
	uint64_t wrong;
	uint64_t last;		/* version named */
	uint32_t number[BATCH];
	int start[BATCH];
	struct idrevoke_check checks[BATCH];
};

static void choose(struct checker *checker, unsigned int k, unsigned int v)
{
	uint64_t random = next_random(&checker->random);
	const struct step *step = &steps[v];
	struct guest_record record;
	uint32_t among = random % 4 ? step->size + step->size / 4 : UNIVERSE;
	uint32_t i;
	int start = (random >> 8) % THROUGH_MAX;

	if (among > UNIVERSE)
		among = UNIVERSE;
	i = order[step->generation][(random >> 32) % among];
	/* Most interesting is the day of the record, and those around it. */
	if (record_of(i, v, &record) && record.through && record.through <= THROUGH_MAX &&
	    random & 4)
		start = record.through + (int)((random >> 8) % 3) - 1;
	if ((random >> 4) % 4 == 0)
		start = -1;
	checker->number[k] = i;
	checker->start[k] = start;
	memset(&checker->checks[k], 0, sizeof(checker->checks[k]));
	memcpy(checker->checks[k].number, texts[i], IDREVOKE_NUMBER_LEN);
	checker->checks[k].valid_from = start < 0 ? 0 : dates[start];
}

static void judge(struct checker *checker, unsigned int k, unsigned int low, unsigned int high)
{
	const struct idrevoke_check *check = &checker->checks[k];
	struct idrevoke_check right;
	unsigned int v;
	bool good = false;

	checker->answers++;
	checker->listed += check->verdict != IDREVOKE_CLEAR;
	if (check->version >= low && check->version <= high && check->version >= checker->last &&
	    check->issued == issued + check->version && !check->why) {
		checker->last = check->version;
		for (v = check->version; v <= high && !good; v++) {
			predict(checker->number[k], checker->start[k], v, &right);
			good = check->verdict == right.verdict && check->reason == right.reason &&
			       check->answer_flags == right.answer_flags;
		}
	}
	if (good || checker->wrong++ >= 5)
		return;
	diag("number %u, start %d, versions %u to %u, named before %llu: "
	     "version %llu, verdict %u, why %u, reason %u, flags %u",
	     checker->number[k], checker->start[k], low, high, (unsigned long long)checker->last,
	     (unsigned long long)check->version, check->verdict, check->why, check->reason,
	     check->answer_flags);
}

static void *check_continuously(void *argument)
{
	struct checker *checker = argument;
	struct idrevoke_batch batch = {
		.checks = (uintptr_t)checker->checks, .count = checker->batch
	};
	int device = guest_open();
	bool is_last;

	/* once more after the newest version is in force */
	do {
		unsigned int low = atomic_load(&committed), high, k;
		int result;

		is_last = atomic_load(&finished);
		for (k = 0; k < checker->batch; k++)
			choose(checker, k, low);
		low = atomic_load(&committed);
		if (checker->batch == 1)
			result = ioctl(device, IDREVOKE_IOC_CHECK, checker->checks) + 1;
		else
			result = ioctl(device, IDREVOKE_IOC_CHECK_BATCH, &batch);
		high = atomic_load(&begun);
		if (result != (int)checker->batch)
			bail_out("a check failed: %s", strerror(errno));
		checker->overlapping += low != high;
		for (k = 0; k < checker->batch; k++)
			judge(checker, k, low, high);
	} while (!is_last);
	close(device);
	return NULL;
}

static void add_step(unsigned int generation, unsigned int size, bool is_snapshot)
{
	if (newest + 1 == VERSIONS_MAX)
		bail_out("too many versions");
	steps[++newest] = (struct step){ generation, size, is_snapshot };
}

static void plan_versions(void)
{
	unsigned int size, i;

	add_step(0, SMALLEST, true);
	for (size = SMALLEST; size < LARGEST; size += size / 3)
		add_step(0, size, false);
	for (i = 0; i < 6; i++)
		add_step(0, LARGEST, false);
	add_step(1, LARGEST, true);
	add_step(1, LARGEST, false);
	add_step(2, LARGEST / 2, true);
	for (size = LARGEST / 2; size > SMALLEST; size -= size / 3)
		add_step(2, size, false);
	for (size = SMALLEST; size < LARGEST / 4; size *= 3)
		add_step(2, size, false);
	add_step(0, SMALLEST, true);
}

static void make_numbers(void)
{
	uint64_t random = seed;
	unsigned int g;
	uint32_t i;

	for (i = 0; i < UNIVERSE; i++)
		guest_number_print(guest_number(i), texts[i]);
	for (i = 0; i < sizeof(dates) / sizeof(*dates); i++)
		dates[i] = guest_date(1984, i);
	for (g = 0; g < GENERATIONS; g++) {
		for (i = 0; i < UNIVERSE; i++) {
			uint32_t j = next_random(&random) % (i + 1);

			order[g][i] = order[g][j];
			order[g][j] = i;
		}
		for (i = 0; i < UNIVERSE; i++)
			position[g][order[g][i]] = i;
	}
}

/*
 * From version @v - 1 to @v: the list to be, and the records to send, all of
 * them for a snapshot. Returns how many.
 */
static uint32_t make_version(unsigned int v, struct wire_list *list, uint8_t *bytes)
{
	struct guest_record before, after;
	uint32_t i, count = 0;

	list->version = v;
	list->issued = issued + v;
	for (i = 0; i < UNIVERSE; i++) {
		bool was = v > 1 && record_of(i, v - 1, &before), is = record_of(i, v, &after);

		if (was) {
			guest_digest_subtract(&list->digest, &before);
			list->count--;
		}
		if (is) {
			guest_digest_add(&list->digest, &after);
			list->count++;
		}
		if (steps[v].is_snapshot) {
			if (!is)
				continue;
		} else {
			if (was == is && (!is || (before.through == after.through &&
						  before.reason == after.reason &&
						  before.flags == after.flags)))
				continue;
			if (!is)
				after.flags = IDREVOKE_RECORD_REMOVE;
		}
		guest_record_encode(&after, bytes + count++ * IDREVOKE_RECORD_SIZE);
	}
	return count;
}

static void put_in_force(struct wire *wire, const struct wire_list *list, const uint8_t *bytes,
			 uint32_t count)
{
	unsigned int v = list->version;
	struct wire_message begin = steps[v].is_snapshot ?
		wire_begin_snapshot(list, count) : wire_begin_delta(list, v - 1, count);
	struct wire_message commit = wire_commit(list);
	struct wire_reply reply;
	int error = wire_call(wire, &begin, &reply);

	if (!error)
		error = wire_send_records(wire, bytes, count, &reply);
	if (!error) {
		atomic_store(&begun, v);
		error = wire_call(wire, &commit, &reply);
		atomic_store(&committed, v);
	}
	if (error)
		bail_out("version %u: %s (%s)", v, strerror(error), reply.text);
}

int main(void)
{
	static struct checker checkers[2] = { { .batch = 1 }, { .batch = BATCH } };
	static uint8_t bytes[UNIVERSE * IDREVOKE_RECORD_SIZE];
	struct wire_list list = { .epoch = 1, .valid_for = 50000 };
	const char *given = getenv("IDREVOKE_SEED");
	unsigned int v, i, largest = 0, not_found = 0;
	struct wire_reply reply;
	struct wire wire;

	if (given)
		seed = strtoull(given, NULL, 0);
	else if (getrandom(&seed, sizeof(seed), 0) != sizeof(seed))
		bail_out("no random numbers");
	printf("# IDREVOKE_SEED=%#llx\n", (unsigned long long)seed);
	issued = time(NULL) - 1000;
	plan_versions();
	make_numbers();

	guest_load("hits_per_hour=0 confirm_interval=86400");
	wire_open(&wire);
	for (v = 1; v <= newest; v++) {
		uint32_t count = make_version(v, &list, bytes);

		put_in_force(&wire, &list, bytes, count);
		for (i = 0; v == 1 && i < 2; i++) {
			checkers[i].random = hash(1000, i, 0);
			if (pthread_create(&checkers[i].thread, NULL, check_continuously,
					   &checkers[i]))
				bail_out("no thread");
		}
		if (list.count > largest)
			largest = list.count;
		if (!wire_serves(&wire, &list)) {
			diag("VERIFY after version %u finds another list", v);
			not_found++;
		}
	}
	wire_ask(&wire, IDREVOKE_CMD_STATUS, &reply);
	atomic_store(&finished, true);

	is(not_found, 0, "%u versions came in force, and VERIFY found each", newest);
	ok(largest > LARGEST * 3 / 4, "%u numbers were listed at most", largest);
	ok(reply.value[IDREVOKE_A_REBUILDS] >= 3, "the table was rebuilt %llu times",
	   (unsigned long long)reply.value[IDREVOKE_A_REBUILDS]);
	for (i = 0; i < 2; i++) {
		const struct checker *checker = &checkers[i];
		const char *name = checker->batch == 1 ? "card by card" : "in batches";

		pthread_join(checker->thread, NULL);
		is(checker->wrong, 0, "%s: no answer is wrong", name);
		ok(checker->answers > 10000 && checker->listed > 1000 && checker->overlapping > 10,
		   "%s: %llu answers, %llu listed, %llu calls across a commit", name,
		   (unsigned long long)checker->answers, (unsigned long long)checker->listed,
		   (unsigned long long)checker->overlapping);
		is(checker->last, newest, "%s: the newest version was seen", name);
	}
	wire_close(&wire);
	guest_unload();
	return done();
}
