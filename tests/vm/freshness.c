// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What passes with time: STALE and LATE come by themselves, wake poll, and are
 * told to the group of events, STALE also when the wall clock is put forward; an idle
 * transaction is aborted.
 */
#include <errno.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "cards.h"

static int device;
static struct wire wire, events;
static struct wire_list list;
static struct wire_reply reply;
static uint8_t bytes[CARDS * IDREVOKE_RECORD_SIZE];

static const char *const states[] = { "NOT_READY", "CURRENT", "LATE", "STALE" };

static struct idrevoke_info info(void)
{
	struct idrevoke_info info = { 0 };

	if (ioctl(device, IDREVOKE_IOC_INFO, &info))
		bail_out("INFO: %s", strerror(errno));
	return info;
}

static void is_answered(enum card card_index, uint32_t start, uint32_t verdict, uint32_t why,
			uint32_t flags, const char *name)
{
	struct idrevoke_check check;

	guest_question(&check, card(card_index), start);
	if (ioctl(device, IDREVOKE_IOC_CHECK, &check))
		bail_out("CHECK: %s", strerror(errno));
	if (!ok(check.verdict == verdict && check.why == why && check.answer_flags == flags &&
		check.version == list.version && check.issued == list.issued, "%s", name))
		diag("verdict %u, why %u, flags %u, version %llu", check.verdict, check.why,
		     check.answer_flags, (unsigned long long)check.version);
}

/* The next version, issued so long ago, for so long. */
static void commit(int ago, uint32_t valid_for)
{
	list.version++;
	list.issued = time(NULL) - ago;
	list.valid_for = valid_for;
	if (wire_snapshot(&wire, &list, bytes, CARDS, &reply))
		bail_out("COMMIT: %s", reply.text);
}

static int confirm(int ago, uint32_t valid_for)
{
	struct wire_message message;

	list.issued = time(NULL) - ago;
	list.valid_for = valid_for;
	message = wire_confirm(&list);
	return wire_call(&wire, &message, &reply);
}

static void drain_events(void)
{
	struct wire_reply event;

	while (wire_event(&events, &event, 0))
		;
}

static void is_told(enum idrevoke_event kind, enum idrevoke_state state, const char *name)
{
	uint8_t digest[IDREVOKE_DIGEST_SIZE];
	struct wire_reply event;
	bool come = wire_event(&events, &event, 10000);

	guest_digest_encode(&list.digest, digest);
	if (!ok(come && event.command == IDREVOKE_CMD_EVENT &&
		event.value[IDREVOKE_A_EVENT] == kind && event.value[IDREVOKE_A_STATE] == state &&
		event.value[IDREVOKE_A_VERSION] == list.version &&
		event.value[IDREVOKE_A_COUNT] == list.count &&
		event.value[IDREVOKE_A_ISSUED] == list.issued &&
		!memcmp(event.digest, digest, sizeof(digest)) &&
		!event.has[IDREVOKE_A_COUNTERS], "%s", name))
		diag("%s: event %llu, state %s, version %llu", come ? "got" : "nothing came",
		     (unsigned long long)event.value[IDREVOKE_A_EVENT],
		     states[event.value[IDREVOKE_A_STATE] & 3],
		     (unsigned long long)event.value[IDREVOKE_A_VERSION]);
}

static void stale(void)
{
	struct idrevoke_info now;

	commit(0, 10);
	is_told(IDREVOKE_EVENT_COMMIT, IDREVOKE_STATE_CURRENT, "a commit is told");
	now = info();
	is(now.state, IDREVOKE_STATE_CURRENT, "valid for 10 s: CURRENT");
	ok(now.fresh_ms > 0 && now.fresh_ms <= 10000, "INFO: for 10 s at most");
	is_answered(CARD_UNLISTED, 0, IDREVOKE_CLEAR, 0, 0, "an unlisted card is CLEAR");

	ok(guest_readable(device, 40000), "poll: the end of the 10 s wakes");
	now = info();
	is(now.state, IDREVOKE_STATE_STALE, "INFO: STALE");
	is(now.fresh_ms, 0, "INFO: for 0 s");
	is(now.version, list.version, "INFO: of the same version");
	ok(!guest_readable(device, 0), "poll: once");
	is_told(IDREVOKE_EVENT_STATE, IDREVOKE_STATE_STALE, "the change to STALE is told");
	is_answered(CARD_UNLISTED, 0, IDREVOKE_UNKNOWN, IDREVOKE_WHY_STALE, IDREVOKE_FLAG_STALE,
		    "STALE: an unlisted card is UNKNOWN/STALE");
	is_answered(CARD_REPLACED, 20190412, IDREVOKE_UNKNOWN, IDREVOKE_WHY_STALE,
		    IDREVOKE_FLAG_STALE, "STALE: a replacement also");
	is_answered(CARD_REPLACED, 20190411, IDREVOKE_REVOKED, 0, IDREVOKE_FLAG_STALE,
		    "STALE: a listed card stays REVOKED");
	is_answered(CARD_CANCELLED, 0, IDREVOKE_REVOKED, 0, IDREVOKE_FLAG_STALE,
		    "STALE: a cancelled number stays REVOKED");
	is_answered(CARD_REPLACED, 0, IDREVOKE_AMBIGUOUS, 0, IDREVOKE_FLAG_STALE,
		    "STALE: AMBIGUOUS stays");
	is_answered(CARD_OPEN_PERSON, 20190412, IDREVOKE_REVOKED, 0,
		    IDREVOKE_FLAG_STALE | IDREVOKE_FLAG_PERSON, "STALE: PERSON stays");
	ok(wire_serves(&wire, &list), "STALE: VERIFY finds the list as it was");

	is(confirm(0, 3600), 0, "CONFIRM of a stale list");
	is_told(IDREVOKE_EVENT_CONFIRM, IDREVOKE_STATE_CURRENT, "a confirmation is told");
	ok(guest_readable(device, 0), "poll: it wakes");
	is(info().state, IDREVOKE_STATE_CURRENT, "INFO: CURRENT");
	is_answered(CARD_UNLISTED, 0, IDREVOKE_CLEAR, 0, 0, "an unlisted card is CLEAR again");

	commit(1000, 10);
	is(reply.value[IDREVOKE_A_STATE], IDREVOKE_STATE_STALE,
	   "COMMIT of a statement that has expired is STALE at once");
	is(reply.value[IDREVOKE_A_FRESH_MS], 0, "... for 0 s");
	is_answered(CARD_UNLISTED, 0, IDREVOKE_UNKNOWN, IDREVOKE_WHY_STALE, IDREVOKE_FLAG_STALE,
		    "... an unlisted card is UNKNOWN/STALE");
	drain_events();
}

/* Freshness ends at the earliest of three deadlines. */
static void deadlines(void)
{
	uint64_t fresh;

	commit(100, 160);
	fresh = reply.value[IDREVOKE_A_FRESH_MS];
	ok(fresh > 50000 && fresh <= 60000, "issued 100 s ago for 160 s: fresh for 60 s");
	is(confirm(-30, 100), 0, "issued a little in the future is taken");
	fresh = reply.value[IDREVOKE_A_FRESH_MS];
	ok(fresh > 90000 && fresh <= 100000, "... but not for longer than said");
	commit(0, 100000);
	fresh = reply.value[IDREVOKE_A_FRESH_MS];
	ok(fresh > 990000 && fresh <= 1000000, "max_valid_for is the longest");
	commit(0, UINT32_MAX);
	fresh = reply.value[IDREVOKE_A_FRESH_MS];
	ok(fresh > 990000 && fresh <= 1000000, "... of 2^32-1 s also");
	drain_events();
}

static void put_wall_clock(int seconds)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	now.tv_sec += seconds;
	if (clock_settime(CLOCK_REALTIME, &now))
		bail_out("clock_settime: %s", strerror(errno));
}

/*
 * The clock was slow when the list came, or the machine was paused: once that is put
 * right, the issuer's word counts for what it says.
 */
static void wall_clock(void)
{
	commit(0, 600);
	is(info().state, IDREVOKE_STATE_CURRENT, "valid for 600 s: CURRENT");
	drain_events();
	put_wall_clock(500);
	ok(!guest_readable(device, 2000), "the wall clock is put forward by 500 s: nothing changes");
	is_answered(CARD_UNLISTED, 0, IDREVOKE_CLEAR, 0, 0, "... an unlisted card is CLEAR");
	put_wall_clock(200);
	ok(guest_readable(device, 40000), "by 200 s more: poll wakes");
	put_wall_clock(-700);
	is(info().state, IDREVOKE_STATE_STALE, "INFO: STALE, also when it is put back");
	is(info().fresh_ms, 0, "INFO: for 0 s");
	is_told(IDREVOKE_EVENT_STATE, IDREVOKE_STATE_STALE, "the change is told");
	is_answered(CARD_UNLISTED, 0, IDREVOKE_UNKNOWN, IDREVOKE_WHY_STALE, IDREVOKE_FLAG_STALE,
		    "... an unlisted card is UNKNOWN/STALE");
	is_answered(CARD_CANCELLED, 0, IDREVOKE_REVOKED, 0, IDREVOKE_FLAG_STALE,
		    "... a listed card stays REVOKED");
	is(confirm(-10, 3600), 0, "CONFIRM");
	is(info().state, IDREVOKE_STATE_CURRENT, "... makes it CURRENT");
	drain_events();
}

static void flush(void)
{
	struct wire_reply event;

	is(wire_ask(&wire, IDREVOKE_CMD_FLUSH, &reply), 0, "FLUSH");
	ok(wire_event(&events, &event, 10000) &&
	   event.value[IDREVOKE_A_EVENT] == IDREVOKE_EVENT_FLUSH &&
	   event.value[IDREVOKE_A_STATE] == IDREVOKE_STATE_NOT_READY &&
	   !event.value[IDREVOKE_A_VERSION], "a flush is told");
}

/*
 * With confirm_interval=4, LATE comes twelve seconds after the issuer vouched,
 * which is in whole seconds: eleven may be left of them.
 */
static void late(void)
{
	struct timespec before, after;
	double seconds;

	clock_gettime(CLOCK_BOOTTIME, &before);
	commit(0, 3600);
	is(reply.value[IDREVOKE_A_STATE], IDREVOKE_STATE_CURRENT, "confirmed just now: CURRENT");
	info();
	drain_events();
	ok(guest_readable(device, 60000), "poll: three missed confirmations wake");
	clock_gettime(CLOCK_BOOTTIME, &after);
	seconds = after.tv_sec - before.tv_sec + 1e-9 * (after.tv_nsec - before.tv_nsec);
	if (!ok(seconds > 10.9, "... not before three intervals have passed"))
		diag("%f s", seconds);
	is(info().state, IDREVOKE_STATE_LATE, "INFO: LATE");
	is_told(IDREVOKE_EVENT_STATE, IDREVOKE_STATE_LATE, "the change to LATE is told");
	is_answered(CARD_UNLISTED, 0, IDREVOKE_CLEAR, 0, IDREVOKE_FLAG_LATE,
		    "LATE: an unlisted card is CLEAR, with the flag");
	is_answered(CARD_CANCELLED, 0, IDREVOKE_REVOKED, 0, IDREVOKE_FLAG_LATE,
		    "LATE: a listed one is REVOKED, with the flag");
	is(confirm(0, 3600), 0, "CONFIRM of a late list");
	is(reply.value[IDREVOKE_A_STATE], IDREVOKE_STATE_CURRENT, "... makes it CURRENT");
	is_answered(CARD_UNLISTED, 0, IDREVOKE_CLEAR, 0, 0, "... and takes the flag away");
}

/* With idle_timeout=1, a transaction without a message is aborted. Others take longer. */
static void idle(void)
{
	struct wire_list next = list;
	struct wire_message message;
	struct wire looking;
	unsigned int tries;

	next.version++;
	wire_open(&looking);
	guest_parameter("idle_timeout", "1");
	message = wire_begin_snapshot(&next, CARDS);
	is(wire_call(&wire, &message, &reply), 0, "BEGIN");
	ok(reply.value[IDREVOKE_A_TRANSACTION] != 0, "STATUS: there is a transaction");
	for (tries = 0; tries < 200; tries++) {
		wire_ask(&looking, IDREVOKE_CMD_STATUS, &reply);
		if (!reply.value[IDREVOKE_A_TRANSACTION])
			break;
		usleep(50000);
	}
	ok(tries < 200, "an idle transaction is aborted");
	message = wire_records(0, bytes, CARDS);
	ok(wire_call(&wire, &message, &reply) == ENOENT && reply.text[0],
	   "RECORDS after that is ENOENT");
	message = wire_commit(&next);
	ok(wire_call(&wire, &message, &reply) == ENOENT && reply.text[0],
	   "COMMIT after that is ENOENT");
	ok(wire_serves(&wire, &list), "the list serves");
	guest_parameter("idle_timeout", "3600");
	is(wire_snapshot(&looking, &next, bytes, CARDS, &reply), 0, "another writer can go on");
	wire_close(&looking);
}

static void set_up(const char *parameters)
{
	guest_load(parameters);
	wire_open(&wire);
	wire_open(&events);
	wire_subscribe(&events);
	list = cards_list(bytes);
	device = guest_open();
}

static void tear_down(void)
{
	close(device);
	wire_close(&wire);
	wire_close(&events);
	guest_unload();
}

int main(void)
{
	set_up("hits_per_hour=0 max_skew=60 max_valid_for=1000");
	stale();
	deadlines();
	wall_clock();
	flush();
	tear_down();

	set_up("hits_per_hour=0 confirm_interval=4");
	late();
	tear_down();

	set_up("idle_timeout=3600");
	commit(0, 3600);
	idle();
	tear_down();
	return done();
}
