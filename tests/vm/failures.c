// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Each command over netlink, with the first thing that can fail for want of memory
 * failing, then the second, and so on until nothing is left to fail. The error is
 * one that the ABI names, the list is wholly the old one or wholly the new one,
 * STATUS tells which, and the command can be repeated.
 */
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "faults.h"
#include "tap.h"
#include "wire.h"

/* More than any command has; then something fails for ever. */
#define NTH_MAX		2000

#define UNIVERSE	2600
#define LISTED		1000	/* in the smallest table */
#define GROWN		2500	/* in no table of that size */

/* Records in one message; for a longer one netlink calls vmalloc(), which complains
 * aloud when it fails.
 */
#define BLOCK		200

/* A version of the list: all cards of a number, for a reason, or none. */
struct version {
	struct wire_list list;
	uint8_t reasons[UNIVERSE];
};

static struct version before, after;
static uint8_t records[UNIVERSE * IDREVOKE_RECORD_SIZE];
static uint32_t records_count;
static struct wire wire, listener;
static int device;

/* Where a transaction is when the command comes. */
enum stage { NO_TRANSACTION, BEGUN, FILLED };

struct command {
	const char *name;
	uint8_t command;
	enum stage stage;
	bool delta;
	bool grows;
	bool changes;		/* the list, and sends an event */
	bool pages;		/* takes many */
};

/* What has become of a command. */
struct tally {
	unsigned int failed;	/* things that failed one after another */
	unsigned int refused;	/* commands that were refused for it */
	unsigned int silent;	/* ... without a text */
	unsigned int unheard;	/* took effect, but the reply is lost */
	unsigned int wrong;
};

static void wrong(struct tally *tally, const struct command *command, unsigned int nth,
		  const char *what)
{
	if (tally->wrong++ < 5)
		diag("%s, failure %u: %s", command->name, nth, what);
}

static uint8_t reason_after(uint32_t index, bool grows)
{
	uint8_t reason = before.reasons[index];

	if (grows)
		return index < GROWN ? 1 + index % 4 : 0;
	switch (index % 10) {
	case 0: return 0;
	case 1: return 1 + (index + 1) % 4;
	case 2: return 1 + index % 4;
	default: return reason;
	}
}

static void list_version(struct version *version, uint64_t epoch, uint64_t number)
{
	struct wire_list *list = &version->list;
	uint32_t i;

	*list = (struct wire_list){ .epoch = epoch, .version = number,
				    .issued = time(NULL) - 1000 + number, .valid_for = 3600 };
	for (i = 0; i < UNIVERSE; i++)
		if (version->reasons[i]) {
			list->count++;
			guest_digest_add(&list->digest, &(struct guest_record){
				guest_number(i), IDREVOKE_THROUGH_ALL, version->reasons[i], 0 });
		}
}

/* The records that lead from one version to another; from NULL: all. */
static void make_records(const struct version *from, const struct version *to)
{
	uint32_t i;

	records_count = 0;
	for (i = 0; i < UNIVERSE; i++) {
		struct guest_record record = { guest_number(i), IDREVOKE_THROUGH_ALL,
					       to->reasons[i], 0 };

		if (to->reasons[i] == (from ? from->reasons[i] : 0))
			continue;
		if (!to->reasons[i])
			record = (struct guest_record){ record.number, 0, 0,
							IDREVOKE_RECORD_REMOVE };
		guest_record_encode(&record, records + records_count++ * IDREVOKE_RECORD_SIZE);
	}
}

static struct wire_message begin(const struct command *command)
{
	return command->delta ?
	       wire_begin_delta(&after.list, before.list.version, records_count) :
	       wire_begin_snapshot(&after.list, records_count);
}

static struct wire_message message_of(const struct command *command)
{
	struct wire_list confirmed = before.list;

	switch (command->command) {
	case IDREVOKE_CMD_BEGIN:
		return begin(command);
	case IDREVOKE_CMD_RECORDS:
		return wire_records(0, records, BLOCK);
	case IDREVOKE_CMD_COMMIT:
		return wire_commit(&after.list);
	case IDREVOKE_CMD_CONFIRM:
		confirmed.issued = after.list.issued;
		return wire_confirm(&confirmed);
	default:
		return wire_plain(command->command);
	}
}

static void must_call(const struct wire_message *message, const char *what)
{
	struct wire_reply reply;
	int error = wire_call(&wire, message, &reply);

	if (error)
		bail_out("%s: %s (%s)", what, strerror(error), reply.text);
}

/* @before in force, and a transaction towards @after as far as it shall be. */
static void prepare(const struct command *command)
{
	static uint64_t epoch;
	struct wire_message message;
	struct wire_reply reply;
	uint32_t i;

	for (i = 0; i < UNIVERSE; i++)
		before.reasons[i] = i < LISTED ? 1 + i % 4 : 0;
	for (i = 0; i < UNIVERSE; i++)
		after.reasons[i] = reason_after(i, command->grows);
	list_version(&before, ++epoch, 1);
	list_version(&after, epoch, 2);

	make_records(NULL, &before);
	if (wire_snapshot(&wire, &before.list, records, records_count, &reply))
		bail_out("no list can be loaded: %s", reply.text);
	make_records(command->delta ? &before : NULL, &after);
	if (command->stage >= BEGUN) {
		message = begin(command);
		must_call(&message, "BEGIN");
	}
	if (command->stage >= FILLED) {
		message = wire_records(0, records, records_count);
		must_call(&message, "RECORDS");
	}
}

static struct wire_reply status(void)
{
	struct wire_reply reply;

	if (wire_ask(&wire, IDREVOKE_CMD_STATUS, &reply))
		bail_out("STATUS: %s", reply.text);
	return reply;
}

static bool is_status_of(const struct wire_reply *reply, const struct wire_list *list)
{
	uint8_t digest[IDREVOKE_DIGEST_SIZE];

	guest_digest_encode(&list->digest, digest);
	return reply->value[IDREVOKE_A_EPOCH] == list->epoch &&
	       reply->value[IDREVOKE_A_VERSION] == list->version &&
	       reply->value[IDREVOKE_A_COUNT] == list->count &&
	       reply->value[IDREVOKE_A_ISSUED] == list->issued &&
	       !memcmp(reply->digest, digest, sizeof(digest));
}

/* Whether each number is answered as a version has it; NULL: there is no list. */
static bool answers_as(const struct version *version)
{
	static struct idrevoke_check checks[UNIVERSE];
	struct idrevoke_batch batch = { .checks = (uintptr_t)checks, .count = UNIVERSE };
	uint32_t i;

	for (i = 0; i < UNIVERSE; i++)
		guest_question(&checks[i], guest_number(i), 0);
	if (ioctl(device, IDREVOKE_IOC_CHECK_BATCH, &batch) != UNIVERSE)
		return false;
	for (i = 0; i < UNIVERSE; i++) {
		uint32_t reason = version ? version->reasons[i] : 0;
		uint32_t verdict = !version ? IDREVOKE_UNKNOWN :
				   reason ? IDREVOKE_REVOKED : IDREVOKE_CLEAR;

		if (checks[i].verdict != verdict || checks[i].reason != reason ||
		    checks[i].version != (version ? version->list.version : 0))
			return false;
	}
	return true;
}

/* Whether this and nothing else is in force: by STATUS, VERIFY and every check. */
static bool serves(const struct version *version)
{
	static const struct wire_list none;
	struct wire_reply reply = status();

	if (!is_status_of(&reply, version ? &version->list : &none) || !answers_as(version))
		return false;
	return version ? wire_serves(&wire, &version->list) :
			 wire_ask(&wire, IDREVOKE_CMD_VERIFY, &reply) == ENODATA;
}

/* The list as it is when a command has taken effect. */
static const struct version *result_of(const struct command *command)
{
	static struct version confirmed;

	switch (command->command) {
	case IDREVOKE_CMD_COMMIT:
		return &after;
	case IDREVOKE_CMD_FLUSH:
		return NULL;
	case IDREVOKE_CMD_CONFIRM:
		confirmed = before;
		confirmed.list.issued = after.list.issued;
		return &confirmed;
	default:
		return &before;
	}
}

/* Whether a command has taken effect, as STATUS tells. */
static bool took_effect(const struct command *command, const struct wire_reply *now)
{
	bool transaction = now->value[IDREVOKE_A_TRANSACTION];

	switch (command->command) {
	case IDREVOKE_CMD_BEGIN:
		return transaction;
	case IDREVOKE_CMD_ABORT:
		return !transaction;
	case IDREVOKE_CMD_FLUSH:
		return now->value[IDREVOKE_A_STATE] == IDREVOKE_STATE_NOT_READY;
	case IDREVOKE_CMD_COMMIT:
		return now->value[IDREVOKE_A_VERSION] == after.list.version;
	case IDREVOKE_CMD_CONFIRM:
		return now->value[IDREVOKE_A_ISSUED] == after.list.issued;
	default:
		return false;
	}
}

/* What the same command answers a second time. */
static int repeated(const struct command *command, bool effective, bool transaction)
{
	if (effective)
		switch (command->command) {
		case IDREVOKE_CMD_BEGIN: return EBUSY;
		case IDREVOKE_CMD_RECORDS: return EILSEQ;
		case IDREVOKE_CMD_ABORT: return ENOENT;
		case IDREVOKE_CMD_CONFIRM: return ESTALE;
		default: return 0;
		}
	return command->stage > NO_TRANSACTION && !transaction ? ENOENT : 0;
}

/* Events that have come; that some are lost counts as well. */
static unsigned int news(void)
{
	unsigned int count = 0;
	char bytes[8192];

	while (recv(listener.fd, bytes, sizeof(bytes), MSG_DONTWAIT) >= 0 || errno == ENOBUFS)
		count++;
	return count;
}

/* However far a transaction has come: a whole one works, and so does COMMIT again. */
static bool completes(const struct command *command)
{
	struct wire_message start = begin(command), commit = wire_commit(&after.list);
	struct wire_reply reply;
	int error;

	wire_ask(&wire, IDREVOKE_CMD_ABORT, &reply);
	if (status().value[IDREVOKE_A_VERSION] != after.list.version) {
		error = wire_call(&wire, &start, &reply);
		if (!error)
			error = wire_send_records(&wire, records, records_count, &reply);
		if (!error)
			error = wire_call(&wire, &commit, &reply);
		if (error) {
			diag("a whole transaction: %s (%s)", strerror(error), reply.text);
			return false;
		}
	}
	return serves(&after) && !wire_call(&wire, &commit, &reply) && serves(&after);
}

static void judge(const struct command *command, unsigned int nth, int error, bool sent,
		  const struct wire_reply *reply, struct tally *tally)
{
	struct wire_message message = message_of(command);
	struct wire_reply now, second;
	bool effective, transaction;
	unsigned int heard = news();
	int again;

	if (error && error != ENOMEM && error != ENOBUFS && !(error == EFAULT && !sent))
		wrong(tally, command, nth, strerror(error));
	tally->refused += error == ENOMEM || !sent;
	tally->silent += error == ENOMEM && sent && !reply->text[0];

	now = status();
	effective = took_effect(command, &now);
	transaction = now.value[IDREVOKE_A_TRANSACTION];
	tally->unheard += effective && error;
	if (effective && error && error != ENOBUFS)
		wrong(tally, command, nth, "it has taken effect");
	if (!serves(effective ? result_of(command) : &before))
		wrong(tally, command, nth, "the list is neither the old nor the new one");
	if (command->changes && heard != effective)
		wrong(tally, command, nth, effective ? "nobody heard of it" : "an event of nothing");

	again = wire_call(&wire, &message, &second);
	/* Whether records were taken, nothing else tells. */
	if (command->command == IDREVOKE_CMD_RECORDS && again == EILSEQ)
		effective = !error || (error == ENOBUFS && sent);
	if (again != repeated(command, effective, transaction))
		wrong(tally, command, nth, "repeated, it answers otherwise");
	if (command->command < IDREVOKE_CMD_ABORT && command->command > IDREVOKE_CMD_STATUS &&
	    !completes(command))
		wrong(tally, command, nth, "no whole transaction afterwards");
}

/* Return: whether there was something to fail. */
static bool with_failure(const struct command *command, unsigned int nth, struct tally *tally)
{
	struct wire_reply reply = { .command = 0 };
	struct wire_message message;
	bool hit, sent;
	int error;

	prepare(command);
	message = message_of(command);
	news();
	faults_arm(nth);
	error = wire_send(&wire, &message);
	hit = faults_hit();
	sent = !error;
	if (sent)
		error = wire_answer(&wire, &reply);
	if (error && !hit)
		wrong(tally, command, nth, "nothing has failed, but it is refused");
	if (hit)
		judge(command, nth, error, sent, &reply, tally);
	wire_ask(&wire, IDREVOKE_CMD_ABORT, &reply);
	tally->failed += hit;
	return hit;
}

static void walk(const struct command *command, bool pages)
{
	struct tally tally = { .failed = 0 };
	const char *what = pages ? ", pages too" : "";
	unsigned int nth = 1;

	faults_of_pages(pages);
	while (nth < NTH_MAX && with_failure(command, nth, &tally))
		nth++;
	ok(nth < NTH_MAX && !tally.wrong && tally.refused,
	   "%s%s: %u failures, %u times refused, %u times in force without a reply",
	   command->name, what, tally.failed, tally.refused, tally.unheard);
	/*
	 * Generic netlink unpacks attributes into memory of its own, and has no words.
	 * Pages are taken when a cache is empty, so that the same thing may fail twice.
	 */
	ok(pages || tally.silent <= 1, "%s%s: %u refusals without a word", command->name, what,
	   tally.silent);
}

int main(void)
{
	static const struct command commands[] = {
		{ .name = "STATUS", .command = IDREVOKE_CMD_STATUS },
		{ .name = "BEGIN of a snapshot", .command = IDREVOKE_CMD_BEGIN, .pages = true },
		{ .name = "BEGIN of a delta", .command = IDREVOKE_CMD_BEGIN, .delta = true },
		{ .name = "RECORDS of a snapshot", .command = IDREVOKE_CMD_RECORDS,
		  .stage = BEGUN },
		{ .name = "RECORDS of a delta", .command = IDREVOKE_CMD_RECORDS,
		  .stage = BEGUN, .delta = true },
		{ .name = "COMMIT of a snapshot", .command = IDREVOKE_CMD_COMMIT,
		  .stage = FILLED, .changes = true },
		{ .name = "COMMIT of a delta", .command = IDREVOKE_CMD_COMMIT,
		  .stage = FILLED, .delta = true, .changes = true },
		{ .name = "COMMIT of a delta that needs a larger table",
		  .command = IDREVOKE_CMD_COMMIT, .stage = FILLED, .delta = true,
		  .grows = true, .changes = true, .pages = true },
		{ .name = "ABORT", .command = IDREVOKE_CMD_ABORT, .stage = FILLED },
		{ .name = "CONFIRM", .command = IDREVOKE_CMD_CONFIRM, .changes = true },
		{ .name = "FLUSH", .command = IDREVOKE_CMD_FLUSH, .changes = true },
		{ .name = "VERIFY", .command = IDREVOKE_CMD_VERIFY },
	};
	unsigned int i;

	faults_begin();
	guest_load("hits_per_hour=0");
	wire_open(&wire);
	wire_open(&listener);
	wire_subscribe(&listener);
	device = guest_open();
	for (i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
		walk(&commands[i], false);
		if (commands[i].pages)
			walk(&commands[i], true);
	}
	close(device);
	wire_close(&listener);
	wire_close(&wire);
	guest_unload();
	return done();
}
