// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One handle of libidrevoke and many threads: versions never go back under load,
 * waits are woken, and a release in the middle of anything lets the module go.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <idrevoke.h>

#include "cards.h"

#define VERSIONS	1000		/* that come in force under load */
#define LISTED_FROM	100000		/* number i + this is listed from version i on */
#define BATCH		64
#define LARGE		(4 * IDREVOKE_BATCH_MAX)

static struct idrevoke_device *device;
static struct wire wire;
static struct wire_list list;
static atomic_bool finished;

static void pause_shortly(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
}

/* Whether it comes true before 20 seconds are over. */
#define becomes_true(condition) ({				\
	unsigned int turn_;					\
	for (turn_ = 0; turn_ < 20000 && !(condition); turn_++)	\
		pause_shortly();				\
	turn_ < 20000; })

/* The next version: one more number. */
static void commit_next(void)
{
	struct guest_record record = { .through = guest_day(20190411),
				       .reason = IDREVOKE_REASON_LOST };
	uint8_t bytes[IDREVOKE_RECORD_SIZE];
	struct wire_reply reply;

	list.version++;
	list.count++;
	list.issued = time(NULL);
	record.number = guest_number(LISTED_FROM + list.version);
	guest_digest_add(&list.digest, &record);
	guest_record_encode(&record, bytes);
	if (wire_delta(&wire, &list, list.version - 1, bytes, 1, &reply))
		bail_out("version %u is refused: %s", (unsigned int)list.version, reply.text);
}

/* --- waits */

struct waiter {
	pthread_t thread;
	_Atomic pid_t id;
	struct idrevoke_info info;
	int result;
	atomic_bool done;
};

static void *wait_for_change(void *argument)
{
	struct waiter *waiter = argument;

	waiter->id = gettid();
	waiter->result = idrevoke_device_wait(device, &waiter->info, -1);
	waiter->done = true;
	return NULL;
}

/* Whether a thread sleeps in epoll_wait(2). */
static bool sleeps(pid_t id)
{
	char path[64], text[16] = "";
	FILE *file;

	snprintf(path, sizeof(path), "/proc/self/task/%d/syscall", id);
	file = fopen(path, "r");
	if (!file)
		return false;
	if (!fgets(text, sizeof(text), file))
		text[0] = '\0';
	fclose(file);
	return atoi(text) == SYS_epoll_wait;
}

static void waiter_start(struct waiter *waiter)
{
	memset(waiter, 0, sizeof(*waiter));
	if (idrevoke_device_info(device, &waiter->info))
		bail_out("info fails");
	pthread_create(&waiter->thread, NULL, wait_for_change, waiter);
	if (!becomes_true(waiter->id && sleeps(waiter->id)))
		bail_out("a waiting thread does not sleep");
}

static int waiter_end(struct waiter *waiter)
{
	if (!becomes_true(waiter->done))
		bail_out("a waiting thread is not woken");
	pthread_join(waiter->thread, NULL);
	return waiter->result;
}

static void handle_signal(int signal)
{
	(void)signal;
}

static void waits(void)
{
	struct sigaction action = { .sa_handler = handle_signal, .sa_flags = SA_RESTART };
	struct waiter waiters[3];
	uint64_t seen;

	for (int i = 0; i < 3; i++)
		waiter_start(&waiters[i]);
	commit_next();
	for (int i = 0; i < 3; i++) {
		is(waiter_end(&waiters[i]), 1, "wait: woken by a commit, thread %d", i);
		is(waiters[i].info.version, list.version, "... it knows the new version");
	}

	sigaction(SIGUSR1, &action, NULL);
	waiter_start(&waiters[0]);
	seen = waiters[0].info.count = 77;
	pthread_kill(waiters[0].thread, SIGUSR1);
	is(waiter_end(&waiters[0]), -EINTR, "wait: a signal was handled");
	is(waiters[0].info.count, seen, "... what was seen is as it was");
}

static void released_waits(void)
{
	struct waiter waiters[3];

	for (int i = 0; i < 3; i++)
		waiter_start(&waiters[i]);
	waiters[0].info.count = 77;
	is(guest_try_unload(), EWOULDBLOCK, "those who wait hold the module");
	is(idrevoke_device_release(device), 0, "release, while threads wait");
	for (int i = 0; i < 3; i++)
		is(waiter_end(&waiters[i]), -ECANCELED, "wait: ended by a release, thread %d", i);
	is(waiters[0].info.count, 77, "... what was seen is as it was");
	is(guest_try_unload(), 0, "... and the module can be unloaded");
}

/* --- a batch that is released in its midst */

static struct idrevoke_check large[LARGE];

static void *ask_large(void *unused)
{
	(void)unused;
	return (void *)idrevoke_device_check_batch(device, large, LARGE);
}

/* Whether the release came in the midst of the batch. */
static bool release_in_batch(void)
{
	unsigned int wrong = 0;
	pthread_t thread;
	void *answered;
	bool in_midst;

	for (unsigned int i = 0; i < LARGE; i++)
		guest_question(&large[i], card(CARD_UNLISTED), 20200101);
	pthread_create(&thread, NULL, ask_large, NULL);
	while (!__atomic_load_n(&large[0].version, __ATOMIC_RELAXED))
		sched_yield();
	idrevoke_device_release(device);
	in_midst = !__atomic_load_n(&large[LARGE - 1].version, __ATOMIC_RELAXED);
	pthread_join(thread, &answered);
	for (unsigned int i = 0; i < LARGE; i++)
		wrong += large[i].verdict != IDREVOKE_CLEAR;
	if ((ssize_t)answered != LARGE || wrong)
		bail_out("batch: %zd answered, %u wrong", (ssize_t)answered, wrong);
	return in_midst;
}

static void released_batch(void)
{
	bool in_midst = false;

	for (unsigned int turn = 0; turn < 10 && !in_midst; turn++)
		in_midst = release_in_batch();
	ok(in_midst, "release, in the midst of a batch, which is answered in full");
	is(guest_try_unload(), 0, "... and the module can be unloaded after it");
}

/* --- load */

struct checker {
	pthread_t thread;
	uint64_t version;
	uint64_t calls;	/* of a batch, questions */
	uint64_t wrong;
};

static void name_version(struct checker *checker, uint64_t version)
{
	checker->calls++;
	checker->wrong += version < checker->version;
	checker->version = version;
}

/* A number that version @listed lists is CLEAR in older ones only. */
static void judge(struct checker *checker, const struct idrevoke_check *check, uint64_t listed)
{
	name_version(checker, check->version);
	if (check->verdict == IDREVOKE_CLEAR)
		checker->wrong += check->version >= listed;
	else
		checker->wrong += check->verdict != IDREVOKE_REVOKED;
}

static void *check_singly(void *argument)
{
	struct checker *checker = argument;
	struct idrevoke_check check;

	while (!finished) {
		uint64_t listed = 2 + checker->calls % VERSIONS;

		guest_question(&check, guest_number(LISTED_FROM + listed), 20190411);
		if (idrevoke_device_check(device, &check))
			checker->wrong++;
		judge(checker, &check, listed);
	}
	return NULL;
}

static void *check_batches(void *argument)
{
	struct checker *checker = argument;
	struct idrevoke_check checks[BATCH];
	unsigned int i;

	while (!finished) {
		uint64_t listed = 2 + checker->calls % VERSIONS;

		for (i = 0; i < BATCH; i++)
			guest_question(&checks[i], guest_number(LISTED_FROM + listed), 20190411);
		if (idrevoke_device_check_batch(device, checks, BATCH) != BATCH)
			checker->wrong++;
		for (i = 0; i < BATCH; i++)
			judge(checker, &checks[i], listed);
	}
	return NULL;
}

static void *read_infos(void *argument)
{
	struct checker *checker = argument;
	struct idrevoke_info info;

	while (!finished) {
		if (idrevoke_device_info(device, &info))
			checker->wrong++;
		name_version(checker, info.version);
	}
	return NULL;
}

static void *wait_for_changes(void *argument)
{
	struct checker *checker = argument;
	struct idrevoke_info info = { 0 };

	while (!finished) {
		int result = idrevoke_device_wait(device, &info, 100);

		if (result < 0 && result != -ECANCELED)
			checker->wrong++;
		name_version(checker, info.version);
	}
	return NULL;
}

static void *release_always(void *argument)
{
	struct checker *checker = argument;

	while (!finished) {
		if (idrevoke_device_release(device))
			checker->wrong++;
		checker->calls++;
	}
	return NULL;
}

static void load(void)
{
	static const struct {
		void *(*run)(void *);
		const char *name;
	} kinds[] = {
		{ check_singly, "check" }, { check_batches, "batch" }, { read_infos, "info" },
		{ wait_for_changes, "wait" }, { release_always, "release" },
	};
	struct checker checkers[5] = { 0 };
	uint64_t wanted = list.version + VERSIONS;

	for (int i = 0; i < 5; i++)
		pthread_create(&checkers[i].thread, NULL, kinds[i].run, &checkers[i]);
	while (list.version < wanted)
		commit_next();
	finished = true;
	for (int i = 0; i < 5; i++) {
		pthread_join(checkers[i].thread, NULL);
		is(checkers[i].wrong, 0, "load, %s: %llu calls, none wrong, no version goes back",
		   kinds[i].name, (unsigned long long)checkers[i].calls);
	}
	idrevoke_device_release(device);
	is(guest_try_unload(), 0, "... and the module can be unloaded after a release");
}

/* --- processes */

static int in_child(void *pipe)
{
	const int *ends = pipe;
	struct idrevoke_check check;
	char byte;

	guest_question(&check, card(CARD_OPEN), 20190412);
	if (idrevoke_device_check(device, &check) || check.verdict != IDREVOKE_REVOKED)
		return 1;
	/* holds the module until it is told to end */
	if (write(ends[1], "", 1) != 1 || read(ends[0], &byte, 1) != 1)
		return 2;
	return 0;
}

static int release_in_child(void *unused)
{
	(void)unused;
	return -idrevoke_device_release(device);
}

static void processes(void)
{
	int to_child[2], from_child[2], status;
	char byte;
	pid_t pid;

	is(guest_child(release_in_child, NULL), 0, "a child releases");
	is(guest_try_unload(), EWOULDBLOCK, "... but the parent holds the module");
	if (pipe(to_child) || pipe(from_child))
		bail_out("pipe: %s", strerror(errno));
	fflush(stdout);
	pid = fork();
	if (pid == 0)
		_exit(in_child((int[]){ to_child[0], from_child[1] }));
	close(from_child[1]);
	is(read(from_child[0], &byte, 1), 1, "a child asks by its parent's handle");
	idrevoke_device_release(device);
	is(guest_try_unload(), EWOULDBLOCK, "the parent releases, but the child holds the module");
	ok(write(to_child[1], "", 1) == 1 && waitpid(pid, &status, 0) == pid &&
	   WIFEXITED(status) && !WEXITSTATUS(status), "... until it ends");
	is(guest_try_unload(), 0, "... and then it can be unloaded");
}

/* A module with a list, and a handle that has asked it. */
static void begin(void)
{
	struct idrevoke_check check;

	guest_load("hits_per_hour=0");
	wire_open(&wire);
	list = cards_load(&wire);
	guest_question(&check, card(CARD_OPEN), 20190412);
	is(idrevoke_device_check(device, &check), 0, "the handle asks the module that is there now");
	is(check.verdict, IDREVOKE_REVOKED, "... and is answered");
}

static void end(void)
{
	wire_close(&wire);
}

int main(void)
{
	if (idrevoke_device_open_later(&device, NULL))
		bail_out("no handle");
	begin();
	waits();
	released_waits();
	end();
	begin();
	waits(); /* as before, though the handle was released meanwhile */
	released_batch();
	end();
	begin();
	load();
	end();
	begin();
	processes();
	end();
	idrevoke_device_close(device);
	return done();
}
