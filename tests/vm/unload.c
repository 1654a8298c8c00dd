// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Unloading while something is under way: a rebuild, a VERIFY, a transaction, all of
 * them; and while somebody waits in poll, which pins the module. Nothing stays.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "tap.h"
#include "wire.h"

#define MOST_LISTED	100000
#define ROUNDS		8
#define MOST_ROUNDS	100	/* until it was seen rebuilding */

static uint32_t listed;	/* numbers */
static size_t elsewhere;	/* memory that looks like the module's, before it is loaded */
static uint8_t bytes[MOST_LISTED * IDREVOKE_RECORD_SIZE];
static struct wire wire;
static struct wire_reply reply;

/* The list with numbers @first to @end - 1 as well; their records are in bytes. */
static void add(struct wire_list *list, uint32_t first, uint32_t end)
{
	uint32_t i;

	for (i = first; i < end; i++) {
		struct guest_record record = { guest_number(i), 1 + i % 20000,
					       IDREVOKE_REASON_LOST, 0 };

		guest_digest_add(&list->digest, &record);
		guest_record_encode(&record, bytes + (i - first) * IDREVOKE_RECORD_SIZE);
	}
	list->version++;
	list->count = end;
}

/* The module with a list, and if @grow a delta that has it rebuilt, but not at once. */
static void load_and_grow(bool grow)
{
	struct wire_list list = { .epoch = 1, .issued = time(NULL), .valid_for = 3600 };
	uint32_t added = listed / 100 * 12;
	int error;

	guest_load("");
	wire_open(&wire);
	add(&list, 0, listed);
	error = wire_snapshot(&wire, &list, bytes, listed, &reply);
	if (!error && grow) {
		add(&list, listed, listed + added);
		error = wire_delta(&wire, &list, 1, bytes, added, &reply);
	}
	if (error)
		bail_out("no list: %s (%s)", strerror(error), reply.text);
}

static bool is_rebuilding(void)
{
	wire_ask(&wire, IDREVOKE_CMD_STATUS, &reply);
	return reply.value[IDREVOKE_A_REBUILDING];
}

static void nothing_stays(const char *after)
{
	is(guest_module_memory(), elsewhere, "no memory of the module is left after %s", after);
}

static void during_rebuild(void)
{
	unsigned int i, seen = 0, unloaded = 0;

	for (i = 0; i < ROUNDS || (!seen && i < MOST_ROUNDS); i++) {
		load_and_grow(true);
		seen += is_rebuilding();
		unloaded += !guest_try_unload();
		wire_close(&wire);
	}
	is(unloaded, i, "the module was unloaded %u times after a delta that makes it rebuild", i);
	ok(seen > 0, "... %u times while it was rebuilding", seen);
	nothing_stays("rebuilds");
}

static atomic_uint verified;

static void *verify(void *unused)
{
	struct wire_reply answer;
	struct wire other;

	wire_open(&other);
	while (!wire_ask(&other, IDREVOKE_CMD_VERIFY, &answer))
		atomic_fetch_add(&verified, 1);
	wire_close(&other);
	return unused;
}

/* VERIFY under way, and if @all a rebuild and half a snapshot as well. */
static void during_verify(bool all)
{
	struct wire_list next = { .epoch = 1, .version = 9 };
	struct wire_message begin = wire_begin_snapshot(&next, listed);
	unsigned int i, unloaded = 0;
	pthread_t threads[2];

	for (i = 0; i < ROUNDS; i++) {
		load_and_grow(all);
		if (all && wire_call(&wire, &begin, &reply))
			bail_out("BEGIN: %s", reply.text);
		atomic_store(&verified, 0);
		if (pthread_create(&threads[0], NULL, verify, NULL) ||
		    pthread_create(&threads[1], NULL, verify, NULL))
			bail_out("no thread");
		while (atomic_load(&verified) < 2)
			sched_yield();
		unloaded += !guest_try_unload();
		pthread_join(threads[0], NULL);
		pthread_join(threads[1], NULL);
		wire_close(&wire);
	}
	is(unloaded, ROUNDS, "the module was unloaded %u times while two threads verify%s", ROUNDS,
	   all ? ", with half a snapshot and a rebuild" : "");
	nothing_stays("that");
}

/* Somebody who waits in poll for a change of the list. */
struct waiter {
	pthread_t thread;
	int device;
	atomic_int tid;		/* once it is about to wait */
};

static void *wait_in_poll(void *argument)
{
	struct idrevoke_info info = { 0 };
	struct waiter *waiter = argument;

	waiter->device = guest_open();
	if (ioctl(waiter->device, IDREVOKE_IOC_INFO, &info))
		bail_out("INFO: %s", strerror(errno));
	atomic_store(&waiter->tid, gettid());
	if (!guest_readable(waiter->device, -1))
		bail_out("poll ended without a change");
	close(waiter->device);
	return NULL;
}

/* Whether a thread sleeps. */
static bool sleeps(int tid)
{
	char path[64], text[256] = "", *name_end;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", tid);
	file = fopen(path, "r");
	if (!file || !fgets(text, sizeof(text), file))
		bail_out("%s: %s", path, strerror(errno));
	fclose(file);
	name_end = strrchr(text, ')');
	return name_end && name_end[2] == 'S';
}

static void during_poll(void)
{
	struct waiter waiters[4] = { 0 };
	unsigned int i;

	load_and_grow(false);
	for (i = 0; i < 4; i++)
		if (pthread_create(&waiters[i].thread, NULL, wait_in_poll, &waiters[i]))
			bail_out("no thread");
	for (i = 0; i < 4; i++)
		while (!atomic_load(&waiters[i].tid) || !sleeps(waiters[i].tid))
			sched_yield();
	if (!is(guest_try_unload(), EWOULDBLOCK, "those who wait in poll pin the module"))
		bail_out("nobody is left to wake them");
	is(wire_ask(&wire, IDREVOKE_CMD_FLUSH, &reply), 0, "what they wait for comes");
	for (i = 0; i < 4; i++)
		pthread_join(waiters[i].thread, NULL);
	is(guest_try_unload(), 0, "and the module can be unloaded");
	wire_close(&wire);
	nothing_stays("poll");
}

int main(int count, char **arguments)
{
	listed = count > 1 ? atoi(arguments[1]) : 0;
	if (!listed || listed > MOST_LISTED)
		bail_out("usage: unload NUMBERS, at most %u", MOST_LISTED);

	elsewhere = guest_module_memory();
	ok(!elsewhere || guest_is_uml(), "there is no memory of the module before it is loaded");
	load_and_grow(false);
	ok(guest_module_memory() > elsewhere + listed * 8, "its list is seen in the kernel's memory");
	guest_unload();
	wire_close(&wire);
	nothing_stays("a list");
	during_rebuild();
	during_verify(false);
	during_verify(true);
	during_poll();
	return done();
}
