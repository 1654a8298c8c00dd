// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The rebuild in the background, with the first thing that can fail failing in the
 * kernel's thread that does it, then the second, and so on until nothing is left to
 * fail. The list serves meanwhile, the kernel's log tells of a rebuild that found no
 * memory, and the next change of the list has it done.
 */
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "faults.h"
#include "tap.h"
#include "wire.h"

#define NTH_MAX		2000
#define BLOCK		5000
/* So many leave a table too large for the fewer that stay. */
#define MANY		5000
#define FEW		1500

static struct wire wire;
static int device;
static struct wire_list list;
static uint8_t bytes[BLOCK * IDREVOKE_RECORD_SIZE];

static struct guest_record record_of(uint32_t index)
{
	return (struct guest_record){ guest_number(index), IDREVOKE_THROUGH_ALL,
				      IDREVOKE_REASON_LOST, 0 };
}

static struct wire_reply status(void)
{
	struct wire_reply reply;

	if (wire_ask(&wire, IDREVOKE_CMD_STATUS, &reply))
		bail_out("STATUS: %s", reply.text);
	return reply;
}

static void push(bool snapshot, uint32_t count)
{
	struct wire_reply reply;
	int error = snapshot ? wire_snapshot(&wire, &list, bytes, count, &reply) :
			       wire_delta(&wire, &list, list.version - 1, bytes, count, &reply);

	if (error)
		bail_out("%s: %s (%s)", snapshot ? "snapshot" : "delta", strerror(error),
			 reply.text);
}

/* Many numbers in force, as a snapshot. */
static void fill(void)
{
	static uint64_t epoch;
	uint32_t i;

	epoch++;
	list = (struct wire_list){ .epoch = epoch, .version = 1, .count = MANY,
				   .issued = time(NULL), .valid_for = 3600 };
	for (i = 0; i < MANY; i++) {
		struct guest_record record = record_of(i);

		guest_record_encode(&record, bytes + i * IDREVOKE_RECORD_SIZE);
		guest_digest_add(&list.digest, &record);
	}
	push(true, MANY);
}

/* Numbers from @first up to @end go: what stays is worth a smaller table. */
static void take_off(uint32_t first, uint32_t end)
{
	uint32_t i;

	for (i = first; i < end; i++) {
		struct guest_record record = record_of(i);

		guest_digest_subtract(&list.digest, &record);
		record = (struct guest_record){ record.number, 0, 0, IDREVOKE_RECORD_REMOVE };
		guest_record_encode(&record, bytes + (i - first) * IDREVOKE_RECORD_SIZE);
	}
	list.count -= end - first;
	list.version++;
	push(false, end - first);
}

/*
 * Waits until no table is left to be freed, as BEGIN of a snapshot does. The rebuild
 * would wait for it, and the thread that frees it be one of those that are armed: the
 * kernel would start another one for the rebuild, in which nothing is to fail.
 */
static void wait_retired(void)
{
	struct wire_list next = list;
	struct wire_message begin;
	struct wire_reply reply;

	next.version++;
	begin = wire_begin_snapshot(&next, MANY);
	if (wire_call(&wire, &begin, &reply) || wire_ask(&wire, IDREVOKE_CMD_ABORT, &reply))
		bail_out("a snapshot begun and aborted: %s", reply.text);
}

/* Whether the numbers below @end, and no others, are listed. */
static bool serves(uint32_t end)
{
	static struct idrevoke_check checks[MANY];
	struct idrevoke_batch batch = { .checks = (uintptr_t)checks, .count = MANY };
	uint32_t i;

	for (i = 0; i < MANY; i++)
		guest_question(&checks[i], guest_number(i), 0);
	if (ioctl(device, IDREVOKE_IOC_CHECK_BATCH, &batch) != MANY)
		return false;
	for (i = 0; i < MANY; i++)
		if (checks[i].verdict != (i < end ? IDREVOKE_REVOKED : IDREVOKE_CLEAR) ||
		    checks[i].version != list.version)
			return false;
	return wire_serves(&wire, &list);
}

/* How often the kernel has told of a rebuild that found no memory. */
static unsigned int complaints(void)
{
	char *text = guest_kernel_log(), *at = text;
	unsigned int count = 0;

	while ((at = strstr(at, "no memory to rebuild"))) {
		at++;
		count++;
	}
	free(text);
	return count;
}

static bool is_rebuilt(uint64_t rebuilds)
{
	return status().value[IDREVOKE_A_REBUILDS] > rebuilds;
}

/*
 * Waits until a rebuild is done, or given up: *@hit tells whether something failed.
 * That may have been in other work that the thread did first, and not have mattered.
 */
static bool settled(uint64_t rebuilds, unsigned int told, bool *hit)
{
	int i;

	for (i = 0; i < 6000; i++) {
		bool done = is_rebuilt(rebuilds), given_up = complaints() > told;

		*hit = given_up || faults_workers_hit();
		if (done || given_up)
			return true;
		usleep(10000);
	}
	return false;
}

static bool later(uint64_t rebuilds)
{
	int i;

	for (i = 0; i < 6000 && !is_rebuilt(rebuilds); i++)
		usleep(10000);
	return i < 6000;
}

struct tally {
	unsigned int failed;	/* things that failed one after another */
	unsigned int given_up;	/* rebuilds, for it */
	unsigned int told;	/* ... as the kernel's log tells */
	unsigned int wrong;
};

static void wrong(struct tally *tally, unsigned int nth, const char *what)
{
	if (tally->wrong++ < 5)
		diag("failure %u: %s", nth, what);
}

/* Return: whether there was something to fail. */
static bool with_failure(unsigned int nth, struct tally *tally)
{
	unsigned int told = complaints();
	uint64_t rebuilds, memory;
	bool hit, given_up;

	fill();
	wait_retired();
	rebuilds = status().value[IDREVOKE_A_REBUILDS];
	memory = status().value[IDREVOKE_A_MEMORY];
	faults_arm_workers(nth);
	take_off(FEW, MANY);
	if (!settled(rebuilds, told, &hit))
		wrong(tally, nth, "the rebuild does not end");
	faults_arm_workers(0);
	given_up = !is_rebuilt(rebuilds);
	tally->failed += hit;
	tally->given_up += given_up;
	tally->told += complaints() - told;
	if (given_up && status().value[IDREVOKE_A_MEMORY] != memory)
		wrong(tally, nth, "given up, but there is another table");
	if (!serves(FEW))
		wrong(tally, nth, "the list does not serve");
	take_off(FEW - 1, FEW);
	if (!later(rebuilds) || status().value[IDREVOKE_A_MEMORY] >= memory)
		wrong(tally, nth, "it is not rebuilt later");
	if (!serves(FEW - 1))
		wrong(tally, nth, "the list does not serve after it is rebuilt");
	return hit;
}

static void walk(bool pages)
{
	const char *what = pages ? "a rebuild, pages too" : "a rebuild";
	struct tally tally = { .failed = 0 };
	unsigned int nth = 1;

	/* A module newly loaded tells of ten within five seconds, which is enough. */
	guest_load("hits_per_hour=0");
	wire_open(&wire);
	device = guest_open();
	faults_of_pages(pages);
	while (nth < NTH_MAX && with_failure(nth, &tally))
		nth++;
	ok(nth < NTH_MAX && !tally.wrong && tally.given_up >= 2,
	   "%s: %u failures, %u times given up and done later", what, tally.failed,
	   tally.given_up);
	is(tally.told, tally.given_up, "%s: the kernel's log tells of each", what);
	close(device);
	wire_close(&wire);
	guest_unload();
}

int main(void)
{
	faults_begin();
	walk(false);
	walk(true);
	return done();
}
