// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "askers.h"
#include "random.h"
#include "tap.h"

#define BATCH		200	/* cards; not a multiple of what the kernel takes at a time */
#define WATCHED		512
/* The longest that a program may have to wait for something that is certain to come. */
#define PATIENCE	120	/* seconds */
#define DAYS		65534	/* that a card's start may be after 1984-01-01 */

struct asked asked[ASKERS];

static pthread_t threads[ASKERS];
static atomic_bool stopping;
static int stop_polling[2];	/* a pipe; written to at the end */
static uint8_t texts[HISTORY_NUMBERS][IDREVOKE_NUMBER_LEN];
static uint32_t dates[DAYS + 1];
static uint64_t questions_seed;

/* Numbers that were changed lately: the most interesting to ask for. */
static atomic_uint watched[WATCHED];
static atomic_uint watched_count;

/* What poll's thread has seen last. */
static pthread_mutex_t seen_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t seen_changed = PTHREAD_COND_INITIALIZER;
static struct idrevoke_info seen;

/**
 * askers_watch - a number will be changed: ask for it often
 * @index: of the number
 */
void askers_watch(uint32_t index)
{
	atomic_store(&watched[atomic_fetch_add(&watched_count, 1) % WATCHED], index);
}

/* A question, most often where something happens. */
static struct question choose(uint64_t *random, const struct edition *edition,
			      struct idrevoke_check *check)
{
	uint64_t bits = random_next(random);
	struct question question = { .start = bits >> 32 & 0x3fff };
	struct model_value value;

	question.index = bits & 1 ? atomic_load(&watched[bits >> 48 & (WATCHED - 1)]) :
				    (bits >> 20) % HISTORY_NUMBERS;
	value = edition->values[question.index];
	if (bits & 2 && value.through > 1 && value.through < DAYS)
		question.start = value.through - 1 + (bits >> 8) % 3;
	if (!(bits >> 2 & 3))
		question.start = -1;

	memset(check, 0, sizeof(*check));
	memcpy(check->number, texts[question.index], IDREVOKE_NUMBER_LEN);
	check->valid_from = question.start < 0 ? 0 : dates[question.start];
	if (!(bits >> 10 & 63)) {
		question.why = IDREVOKE_WHY_MALFORMED;
		check->number[17] = check->number[17] == '1' ? '2' : '1';
	} else if (!(bits >> 16 & 63)) {
		question.why = IDREVOKE_WHY_UNSUPPORTED;
		check->list = 1;
	}
	return question;
}

static void count(struct asked *by, const struct idrevoke_check *check)
{
	unsigned int counter = IDREVOKE_COUNTER_CLEAR + check->verdict - IDREVOKE_CLEAR;

	if (check->verdict == IDREVOKE_UNKNOWN)
		counter = IDREVOKE_COUNTER_NOT_READY + check->why - IDREVOKE_WHY_NOT_READY;
	if (counter <= IDREVOKE_COUNTER_MAX)
		atomic_fetch_add(&by->counters[counter], 1);
	if (check->answer_flags & IDREVOKE_FLAG_LATE)
		atomic_fetch_add(&by->late, 1);
	if (check->answer_flags & IDREVOKE_FLAG_STALE && check->verdict == IDREVOKE_REVOKED)
		atomic_fetch_add(&by->hits_while_stale, 1);
}

/** askers_wrong - how many answers were wrong so far */
unsigned long long askers_wrong(void)
{
	unsigned long long wrong = 0;
	unsigned int i;

	for (i = 0; i < ASKERS; i++)
		wrong += atomic_load(&asked[i].wrong);
	return wrong;
}

/* Notes a call that was judged. Returns whether to go on. */
static bool conclude(struct asked *by, struct call *call, unsigned int answers, unsigned int wrong)
{
	call_judged(call);
	atomic_fetch_add(&by->answers, answers);
	atomic_fetch_add(&by->wrong, wrong);
	atomic_fetch_add(&by->overlapping, call->low != call->high);
	atomic_fetch_add(&by->calls, 1);
	if (wrong) {
		pthread_mutex_lock(&seen_lock);
		pthread_cond_broadcast(&seen_changed);
		pthread_mutex_unlock(&seen_lock);
	}
	return !atomic_load(&stopping);
}

/* The first answers that are wrong are shown. */
static bool is_worth_showing(struct asked *by, unsigned int wrong)
{
	return atomic_load(&by->wrong) + wrong < 5;
}

static void show_answer(const struct call *call, unsigned int named,
			const struct question *question, const struct idrevoke_check *answer)
{
	unsigned int i;

	diag("of number %u, start %d, why %u: version %llu, issued %llu, verdict %u, why %u, "
	     "reason %u, flags %u; named edition %u before, at %llu to %llu ms",
	     question->index, question->start, question->why, (unsigned long long)answer->version,
	     (unsigned long long)answer->issued, answer->verdict, answer->why, answer->reason,
	     answer->answer_flags, named, (unsigned long long)call->from.coarse / 1000000,
	     (unsigned long long)call->to.coarse / 1000000);
	for (i = call->low; i <= call->high; i++) {
		const struct edition *edition = history_edition(i);
		struct model_value value = edition->values[question->index];

		diag("edition %u%s: version %llu, issued %llu, for %u s, %llu numbers; through %u, "
		     "reason %u, flags %u; taken at %llu to %llu ms", i,
		     edition->in_force ? "" : " (flushed)",
		     (unsigned long long)edition->list.version,
		     (unsigned long long)edition->list.issued, edition->list.valid_for,
		     (unsigned long long)edition->list.count, value.through, value.reason,
		     value.flags,
		     (unsigned long long)edition->statement.before.coarse / 1000000,
		     (unsigned long long)edition->statement.after.coarse / 1000000);
	}
}

/* Thread: checks @size cards at a time. */
static void check_continuously(enum asker asker, unsigned int size)
{
	static _Thread_local struct question questions[BATCH];
	static _Thread_local struct idrevoke_check checks[BATCH];
	struct idrevoke_batch batch = { .checks = (uintptr_t)checks, .count = size };
	uint64_t random = questions_seed + asker;
	struct call call = { .caller = asker };
	unsigned int named = 0, wrong, i;
	int device = guest_open(), done;

	do {
		call_begin(&call);
		for (i = 0; i < size; i++)
			questions[i] = choose(&random, history_edition(call.low), &checks[i]);
		call_judged(&call);

		call_begin(&call);
		if (size == 1)
			done = ioctl(device, IDREVOKE_IOC_CHECK, checks) + 1;
		else
			done = ioctl(device, IDREVOKE_IOC_CHECK_BATCH, &batch);
		call_end(&call);
		if (done != (int)size)
			bail_out("a check failed: %s", strerror(errno));

		for (wrong = i = 0; i < size; i++) {
			count(&asked[asker], &checks[i]);
			if (history_answered(&call, &named, &questions[i], &checks[i]))
				continue;
			if (is_worth_showing(&asked[asker], wrong++))
				show_answer(&call, named, &questions[i], &checks[i]);
		}
	} while (conclude(&asked[asker], &call, size, wrong));
	close(device);
}

static void *check_singly(void *unused)
{
	check_continuously(ASKER_SINGLE, 1);
	return unused;
}

static void *check_batches(void *unused)
{
	check_continuously(ASKER_BATCH, BATCH);
	return unused;
}

/* Thread: reads INFO whenever poll says that something has changed. */
static void *poll_continuously(void *unused)
{
	struct call call = { .caller = ASKER_POLL };
	struct pollfd fds[2] = {
		{ .fd = guest_open(), .events = POLLIN },
		{ .fd = stop_polling[0], .events = POLLIN },
	};
	unsigned int named = 0;

	do {
		struct idrevoke_info info = { 0 };
		bool right;

		call_begin(&call);
		if (ioctl(fds[0].fd, IDREVOKE_IOC_INFO, &info))
			bail_out("INFO failed: %s", strerror(errno));
		call_end(&call);
		right = history_informed(&call, &named, &info);
		if (!right && is_worth_showing(&asked[ASKER_POLL], 0))
			diag("INFO: state %u, epoch %llu, version %llu, issued %llu, %llu numbers, "
			     "for %llu ms; editions %u to %u", info.state,
			     (unsigned long long)info.epoch, (unsigned long long)info.version,
			     (unsigned long long)info.issued, (unsigned long long)info.count,
			     (unsigned long long)info.fresh_ms, call.low, call.high);
		conclude(&asked[ASKER_POLL], &call, 1, !right);

		pthread_mutex_lock(&seen_lock);
		seen = info;
		pthread_cond_broadcast(&seen_changed);
		pthread_mutex_unlock(&seen_lock);
		/* Without a limit: who waits for what this sees will complain. */
		if (poll(fds, 2, -1) <= 0)
			bail_out("poll failed: %s", strerror(errno));
	} while (!fds[1].revents);
	close(fds[0].fd);
	return unused;
}

/* Thread: recounts, after every event that it is told of. */
static void *verify_continuously(void *unused)
{
	struct call call = { .caller = ASKER_VERIFY };
	struct wire wire, events;
	struct wire_reply event;
	unsigned int named = 0;
	bool go_on;

	wire_open(&wire);
	wire_open(&events);
	wire_subscribe(&events);
	do {
		struct wire_reply reply;
		int error;
		bool right;

		call_begin(&call);
		error = wire_ask(&wire, IDREVOKE_CMD_VERIFY, &reply);
		call_end(&call);
		right = history_verified(&call, &named, error, &reply);
		if (!right && is_worth_showing(&asked[ASKER_VERIFY], 0))
			diag("VERIFY: error %d, version %llu, %llu numbers, found %llu; editions %u to %u",
			     error, (unsigned long long)reply.value[IDREVOKE_A_VERSION],
			     (unsigned long long)reply.value[IDREVOKE_A_COUNT],
			     (unsigned long long)reply.value[IDREVOKE_A_WALK_COUNT], call.low,
			     call.high);
		go_on = conclude(&asked[ASKER_VERIFY], &call, 1, !right);
		if (go_on && wire_event(&events, &event, 100))
			while (wire_event(&events, &event, 0))
				;
	} while (go_on);
	wire_close(&events);
	wire_close(&wire);
	return unused;
}

/**
 * askers_start - begin to ask
 * @seed: of the questions
 */
void askers_start(uint64_t seed)
{
	static void *(*const work[ASKERS])(void *) = {
		[ASKER_SINGLE] = check_singly,
		[ASKER_BATCH] = check_batches,
		[ASKER_POLL] = poll_continuously,
		[ASKER_VERIFY] = verify_continuously,
	};
	unsigned int i;

	questions_seed = seed;
	for (i = 0; i < HISTORY_NUMBERS; i++)
		guest_number_print(guest_number(i), texts[i]);
	for (i = 0; i <= DAYS; i++)
		dates[i] = guest_date(1984, i);
	if (pipe(stop_polling))
		bail_out("no pipe");
	for (i = 0; i < ASKERS; i++)
		if (pthread_create(&threads[i], NULL, work[i], NULL))
			bail_out("no thread");
}

/** askers_stop - ask no more */
void askers_stop(void)
{
	unsigned int i;

	atomic_store(&stopping, true);
	if (write(stop_polling[1], "", 1) != 1)
		bail_out("the pipe: %s", strerror(errno));
	for (i = 0; i < ASKERS; i++)
		pthread_join(threads[i], NULL);
}

/** askers_have_asked - wait until each that checks has begun and ended a call */
void askers_have_asked(void)
{
	unsigned long long single = atomic_load(&asked[ASKER_SINGLE].calls);
	unsigned long long batch = atomic_load(&asked[ASKER_BATCH].calls);

	while (atomic_load(&asked[ASKER_SINGLE].calls) < single + 2 ||
	       atomic_load(&asked[ASKER_BATCH].calls) < batch + 2)
		sched_yield();
}

/**
 * askers_have_seen - wait until poll has told of something
 * @list: that is in force; NULL: none is
 * @state: that it has; -1: whatever
 * Return: false if that took too long; true also after a wrong answer.
 */
bool askers_have_seen(const struct wire_list *list, int state)
{
	const struct wire_list none = { 0 };
	struct timespec end;
	int error = 0;

	if (!list)
		list = &none;
	clock_gettime(CLOCK_REALTIME, &end);
	end.tv_sec += PATIENCE;
	pthread_mutex_lock(&seen_lock);
	while (!error && !askers_wrong() &&
	       (seen.epoch != list->epoch || seen.version != list->version ||
		(state >= 0 && (int)seen.state != state)))
		error = pthread_cond_timedwait(&seen_changed, &seen_lock, &end);
	pthread_mutex_unlock(&seen_lock);
	return !error;
}
