// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The budget of listed answers: counted by user, on all descriptors; beyond it
 * hits are UNKNOWN/THROTTLED, misses go on, and other users are not affected.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cards.h"

/* An hour's; none comes back within the seconds that this takes. */
#define HITS	20

struct counts {
	unsigned int hits;
	unsigned int throttled;
	unsigned int misses;
	unsigned int wrong;
};

/* Asks for a listed and an unlisted card in turn. */
static struct counts ask(int device, enum card listed, uint32_t start, unsigned int times)
{
	struct counts counts = { 0 };
	struct idrevoke_check check;

	while (times--) {
		guest_question(&check, card(listed), start);
		if (ioctl(device, IDREVOKE_IOC_CHECK, &check))
			counts.wrong++;
		if (check.verdict != IDREVOKE_UNKNOWN)
			counts.hits++;
		else if (check.why == IDREVOKE_WHY_THROTTLED && !check.reason &&
			 !check.answer_flags)
			counts.throttled++;
		guest_question(&check, card(CARD_UNLISTED), start);
		if (ioctl(device, IDREVOKE_IOC_CHECK, &check))
			counts.wrong++;
		counts.misses += check.verdict == IDREVOKE_CLEAR;
	}
	return counts;
}

static int is_counted(int device, enum card listed, uint32_t start, unsigned int hits,
		      unsigned int throttled, const char *name)
{
	struct counts counts = ask(device, listed, start, hits + throttled);

	if (counts.hits == hits && counts.throttled == throttled &&
	    counts.misses == hits + throttled && !counts.wrong)
		return 0;
	diag("%s: %u hits of %u, %u throttled of %u, %u misses, %u failed", name, counts.hits, hits,
	     counts.throttled, throttled, counts.misses, counts.wrong);
	return 1;
}

static int by_info(int device, unsigned int hits, unsigned int throttled)
{
	struct idrevoke_info info = { 0 };

	if (!ioctl(device, IDREVOKE_IOC_INFO, &info) && info.hits == hits &&
	    info.throttled == throttled)
		return 0;
	diag("INFO: %llu hits of %u, %llu throttled of %u", (unsigned long long)info.hits, hits,
	     (unsigned long long)info.throttled, throttled);
	return 1;
}

static void become(uid_t user)
{
	if (setgid(user) || setuid(user))
		bail_out("user %d: %s", (int)user, strerror(errno));
}

static int first_user(void *argument)
{
	int one, two, wrong;

	(void)argument;
	become(1000);
	one = guest_open();
	two = guest_open();
	wrong = is_counted(one, CARD_CANCELLED, 0, HITS - 1, 0, "within the budget");
	wrong += is_counted(two, CARD_REPLACED, 0, 1, 3, "the last, on another descriptor");
	wrong += is_counted(one, CARD_OPEN, 0, 0, 10, "beyond it, on the first");
	wrong += is_counted(one, CARD_PERSON, 0, 0, 1, "an impersonator's, which is CLEAR");
	close(two);
	two = guest_open();
	wrong += is_counted(two, CARD_CANCELLED, 0, 0, 2, "after opening again");
	return wrong + by_info(two, HITS, 16);
}

static int in_batch(void *argument)
{
	struct idrevoke_check checks[3 * HITS];
	struct idrevoke_batch batch = { .checks = (uintptr_t)checks, .count = 3 * HITS };
	unsigned int i, hits = 0, throttled = 0, misses = 0;
	int device;

	(void)argument;
	become(1002);
	device = guest_open();
	for (i = 0; i < 3 * HITS; i++)
		guest_question(&checks[i], card(i % 3 ? CARD_CANCELLED : CARD_UNLISTED), 0);
	if (ioctl(device, IDREVOKE_IOC_CHECK_BATCH, &batch) != 3 * HITS)
		return 1;
	for (i = 0; i < 3 * HITS; i++) {
		misses += checks[i].verdict == IDREVOKE_CLEAR;
		hits += checks[i].verdict == IDREVOKE_REVOKED;
		throttled += checks[i].verdict == IDREVOKE_UNKNOWN &&
			     checks[i].why == IDREVOKE_WHY_THROTTLED;
	}
	return hits != HITS || throttled != HITS || misses != HITS;
}

static int second_user(void *argument)
{
	int device;

	(void)argument;
	become(1001);
	device = guest_open();
	return by_info(device, 0, 0) +
	       is_counted(device, CARD_CANCELLED, 0, HITS, 2, "another user") +
	       by_info(device, HITS, 2);
}

/* The budget is that of who opened the descriptor, not of who uses it. */
static int inherited(void *argument)
{
	become(1003);
	return is_counted(*(int *)argument, CARD_CANCELLED, 0, 0, 1, "inherited");
}

static int repeated(void *argument)
{
	int device;

	(void)argument;
	become(1000);
	device = guest_open();
	return is_counted(device, CARD_CANCELLED, 0, 0, 1, "another process") +
	       by_info(device, HITS, 17);
}

static int unlimited(void *argument)
{
	int device;

	(void)argument;
	become(1000);
	device = guest_open();
	return is_counted(device, CARD_CANCELLED, 0, 3000, 0, "no limit");
}

static int of_others(void *argument)
{
	(void)argument;
	become(1000);
	return open(IDREVOKE_DEVICE, O_RDWR) >= 0 || errno != EACCES;
}

int main(void)
{
	char parameters[100];
	struct wire_reply reply;
	struct wire wire;
	int device;

	snprintf(parameters, sizeof(parameters), "hits_per_hour=%d", HITS);
	guest_load(parameters);
	wire_open(&wire);
	cards_load(&wire);
	is(guest_child(of_others, NULL), 0, "the device is not for everybody");
	if (chmod(IDREVOKE_DEVICE, 0666))
		bail_out("chmod: %s", strerror(errno));

	is(guest_child(first_user, NULL), 0,
	   "beyond a user's budget hits are THROTTLED, misses go on");
	is(guest_child(second_user, NULL), 0, "another user has a budget of his own");
	is(guest_child(in_batch, NULL), 0, "a batch is counted record by record");
	is(guest_child(repeated, NULL), 0, "another process of the first has none left");
	device = guest_open();
	is(is_counted(device, CARD_CANCELLED, 0, HITS, 1, "root"), 0, "root has a budget also");
	is(guest_child(inherited, &device), 0,
	   "a descriptor is of the user who opened it");
	wire_ask(&wire, IDREVOKE_CMD_STATUS, &reply);
	is(reply.counters[IDREVOKE_COUNTER_THROTTLED], 17 + 2 + HITS + 2,
	   "STATUS: counter THROTTLED");
	close(device);
	wire_close(&wire);
	guest_unload();

	guest_load("hits_per_hour=0");
	if (chmod(IDREVOKE_DEVICE, 0666))
		bail_out("chmod: %s", strerror(errno));
	wire_open(&wire);
	cards_load(&wire);
	is(guest_child(unlimited, NULL), 0, "hits_per_hour=0: any number");
	wire_close(&wire);
	guest_unload();
	return done();
}
