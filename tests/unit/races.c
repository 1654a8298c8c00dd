// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * kmod's own files under ThreadSanitizer: everything that may happen at once in
 * the kernel happens at once here, each in its own thread. Whatever two threads
 * touch without a lock, a marked access or a grace period between them is
 * reported, on whichever side of the other it came this time.
 */
#include <unistd.h>

#include "ask.h"
#include "budget.h"
#include "check.h"
#include "issuer.h"

#define UNIVERSE	3000
#define VERSIONS	5000	/* at most */
#define USERS		3
#define MILLISECOND	1000000ULL

/* Each number is listed always, never, or sometimes. */
enum { ALWAYS, NEVER, SOMETIMES, KINDS };

static struct issuer list;
static u8 (*texts)[IDREVOKE_NUMBER_LEN];
static u64 versions;		/* how many there were so far */
static u64 epochs[VERSIONS + 1];	/* to which each version belongs */
static unsigned long long answers, recounts, flushes, events, reports;
static bool stop;

/* What one thread keeps. */
struct thread {
	const struct role *role;
	pthread_t thread;
	u64 random;
	struct what_was_seen {
		u64 epoch;
		u64 version;
		u64 changes;
	} seen;
	struct idrv_budget *budget;
	u64 calm_until;
};

struct role {
	void (*step)(struct thread *thread);
	int threads;
};

#define count_one(counter)	((void)__atomic_add_fetch(&(counter), 1, __ATOMIC_RELAXED))

void __tsan_on_report(void *report);
void __tsan_on_report(void *report)
{
	count_one(reports);
}

static u64 below(struct thread *thread, u64 end)
{
	thread->random ^= thread->random << 13;
	thread->random ^= thread->random >> 7;
	thread->random ^= thread->random << 17;
	return thread->random % end;
}

static void check_some(struct thread *thread)
{
	struct idrevoke_check checks[IDRV_CHECK_GROUP] = {};
	u64 asked[IDRV_CHECK_GROUP];
	unsigned int count = below(thread, 2) ? 1 : 1 + below(thread, IDRV_CHECK_GROUP), i;

	if (!thread->budget)
		thread->budget = idrv_budget_get((kuid_t){ below(thread, USERS) });
	for (i = 0; i < count; i++) {
		asked[i] = below(thread, list.size);
		memcpy(checks[i].number, texts[asked[i]], IDREVOKE_NUMBER_LEN);
	}
	ask_all(checks, count, thread->budget);
	for (i = 0; i < count; i++) {
		must(asked[i] % KINDS != ALWAYS || checks[i].verdict != IDREVOKE_CLEAR,
		     "a number that is listed is CLEAR");
		must(asked[i] % KINDS != NEVER ||
		     (checks[i].verdict != IDREVOKE_REVOKED &&
		      checks[i].verdict != IDREVOKE_AMBIGUOUS),
		     "a number that was never listed is found");
		must(!checks[i].version || checks[i].version >= thread->seen.version,
		     "version %llu after %llu", (unsigned long long)checks[i].version,
		     (unsigned long long)thread->seen.version);
		if (checks[i].version)
			thread->seen.version = checks[i].version;
	}
	__atomic_add_fetch(&answers, count, __ATOMIC_RELAXED);
	if (!below(thread, 500)) {
		idrv_budget_put(thread->budget);
		thread->budget = NULL;
	}
}

static void ask_status(struct thread *thread)
{
	struct idrv_status status;
	u64 changes = atomic64_read(&idrv_list.changes);

	idrv_list_status(&status);
	must(changes >= thread->seen.changes, "changes go back");
	must(status.floor_epoch >= thread->seen.epoch &&
	     status.floor_version >= thread->seen.version, "the floor sinks");
	must(!status.floor_version || status.floor_epoch == READ_ONCE(epochs[status.floor_version]),
	     "version %llu of epoch %llu never was", status.floor_version, status.floor_epoch);
	thread->seen.changes = changes;
	thread->seen.epoch = status.floor_epoch;
	thread->seen.version = status.floor_version;
	must(idrv_check_counter(IDREVOKE_COUNTER_CLEAR) < 1ULL << 40, "a counter");
}

static void verify(struct thread *thread)
{
	struct idrv_refusal refusal = {};
	struct idrv_digest digest;
	struct idrv_status status;
	u64 count;
	int error = idrv_list_verify(&count, &digest, &status, &refusal);

	must(!error || error == -ENODATA, "a verification fails: %d", error);
	must(error || (count == status.count && idrv_digest_equal(&digest, &status.digest)),
	     "%llu numbers are recounted, not %llu", count, status.count);
	if (!error)
		count_one(recounts);
	usleep(1000);
}

static void work(struct thread *thread)
{
	if (!stub_run_work(1))
		usleep(100);
}

/*
 * Whether to spoil what the writer is at. Between, the list is left alone for some
 * versions, or on a busy machine it never comes to a rebuild.
 */
static bool may_spoil(struct thread *thread)
{
	if (READ_ONCE(versions) < thread->calm_until)
		return false;
	thread->calm_until = READ_ONCE(versions) + 10;
	return true;
}

/* Mostly by a little; now and then so far that transactions end or lists are stale. */
static void pass_time(struct thread *thread)
{
	u64 ms = below(thread, 100);

	if (!below(thread, 200) && may_spoil(thread))
		ms = below(thread, 2) ? 3700 * 1000 : 61 * 1000;
	stub_clock_advance(ms * MILLISECOND);
	__atomic_add_fetch(&stub_wall_seconds, 1, __ATOMIC_RELAXED);
	usleep(200);
}

static void hear(enum idrevoke_event event)
{
	count_one(events);
}

/* The other sockets, and whoever sets parameters. */
static void meddle(struct thread *thread)
{
	struct idrv_refusal refusal = {};

	switch (below(thread, 6)) {
	case 0:
		if (may_spoil(thread) && !idrv_list_flush(below(thread, 2) ? OWNER : OWNER + 1, &refusal))
			count_one(flushes);
		break;
	case 1:
		idrv_list_listen(below(thread, 2) ? hear : NULL);
		break;
	case 2:
		idrv_transaction_release(OWNER + 1);
		break;
	case 3:
		idrv_transaction_abort(below(thread, 8) || !may_spoil(thread) ? OWNER + 1 : OWNER,
					  &refusal);
		break;
	case 4:
		WRITE_ONCE(idrv_hits_per_hour, below(thread, 2) ? 1000 : 0);
		break;
	case 5:
		WRITE_ONCE(idrv_limits.confirm_interval, 1 + below(thread, 60));
		break;
	}
	usleep(20000);
}

static const struct role roles[] = {
	{ check_some, 2 }, { ask_status, 1 }, { verify, 1 }, { work, 2 }, { pass_time, 1 },
	{ meddle, 1 },
};

static void *play(void *argument)
{
	struct thread *thread = argument;

	rcu_register_thread();
	while (!READ_ONCE(stop))
		thread->role->step(thread);
	if (thread->budget)
		idrv_budget_put(thread->budget);
	rcu_unregister_thread();
	return NULL;
}

/* The next version, which lists some @percent of those that are sometimes listed. */
static void change(u64 percent, bool snapshot)
{
	u64 length = one_in(2) ? list.size : 1 + random_below(60), i, count = 0;
	u64 first = random_below(list.size - length + 1);
	u8 *wire = malloc(list.size * 12);

	list.version++;
	if (snapshot && one_in(3))
		list.epoch++;
	WRITE_ONCE(epochs[list.version], list.epoch);
	WRITE_ONCE(versions, list.version);
	for (i = first; i < first + length; i++) {
		bool listed = i % KINDS == ALWAYS ||
			      (i % KINDS == SOMETIMES && random_below(100) < percent);

		if (!listed && list.values[i] == UNLISTED)
			continue;
		issuer_set(&list, i, listed ? issuer_random_value() : UNLISTED);
		issuer_put(wire + 12 * count++, list.numbers[i], list.values[i]);
	}
	/* Others flush, and abort what idles: then this is refused. */
	if (snapshot)
		issuer_snapshot(&list);
	else
		issuer_push(&list, list.version - 1, wire, count);
	free(wire);
}

static void confirm(void)
{
	struct idrv_commitment commitment = issuer_commitment(&list);
	struct idrv_refusal refusal = {};

	idrv_list_confirm(&commitment, &refusal);
}

/* Everything has met everything, however the processors are shared. */
static bool is_enough(void)
{
	return list.version >= 60 && READ_ONCE(idrv_list.rebuilds) >= 2 &&
	       READ_ONCE(answers) >= 100000 && READ_ONCE(recounts) >= 20 &&
	       READ_ONCE(flushes) >= 5 && READ_ONCE(events) >= 5;
}

/* Deltas; a snapshot when there is no list of ours in force, or now and then. */
static void write_on(void)
{
	/*
	 * The smallest table is too large for none, should be larger for 70, and has no
	 * room for all of them: so there are rebuilds, and tables made by commits.
	 */
	static const u64 percents[] = { 0, 70, 100 };
	struct idrv_status status;
	u64 percent = 50;

	while (!is_enough() && list.version < VERSIONS - 1) {
		if (one_in(4))
			percent = percents[random_below(3)];
		idrv_list_status(&status);
		change(percent, status.version != list.version || one_in(40));
		if (one_in(4))
			confirm();
	}
}

int main(void)
{
	struct thread threads[8], *thread = threads;
	unsigned int i;
	int n;

	harness_begin();
	rcu_register_thread();
	stub_random_seed(random_u64());
	must(!idrv_list_init(), "no list");
	issuer_init(&list, UNIVERSE, 140619000000000ULL);
	texts = calloc(list.size, sizeof(*texts));
	for (i = 0; i < list.size; i++) {
		issuer_print_number(list.numbers[i], texts[i]);
		if (i % KINDS == ALWAYS)
			issuer_set(&list, i, issuer_random_value());
	}
	change(50, true);

	for (i = 0; i < sizeof(roles) / sizeof(*roles); i++)
		for (n = 0; n < roles[i].threads; n++, thread++) {
			*thread = (struct thread){ .role = &roles[i], .random = random_u64() | 1 };
			pthread_create(&thread->thread, NULL, play, thread);
		}
	write_on();
	WRITE_ONCE(stop, true);
	while (thread-- > threads)
		pthread_join(thread->thread, NULL);

	ok(is_enough(),
	   "%llu answers and %llu recounts during %llu versions, %llu rebuilds, %llu flushes",
	   answers, recounts, list.version, idrv_list.rebuilds, flushes);
	stub_settle();
	change(50, true);
	issuer_check(&list);
	stub_settle();
	idrv_list_exit();
	idrv_budget_exit();
	is(READ_ONCE(stub_live), 0, "all memory is given back");
	is(reports, 0, "no two threads met without order");
	issuer_free(&list);
	free(texts);
	return done();
}
