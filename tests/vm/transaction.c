// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Every refusal of a transaction's content, with all else valid. After each,
 * the last good list serves, and the same transaction succeeds without the
 * defect.
 */
#include <errno.h>
#include <time.h>
#include <unistd.h>

#include "cards.h"

#define MAX_ENTRIES	20
#define MAX_SKEW	60

static struct wire wire, other;
static struct wire_list list;
static struct wire_reply reply;
static uint8_t bytes[(MAX_ENTRIES + 2) * IDREVOKE_RECORD_SIZE];

/* A list of this size at all times, but for the tests of sizes. */
#define COUNT		CARDS

static struct wire_list next_list(void)
{
	struct wire_list next = list;

	next.version++;
	return next;
}

static void must(int error, const char *what)
{
	if (error)
		bail_out("%s: %s (%s)", what, strerror(error), reply.text);
}

static void call(struct wire_message message)
{
	must(wire_call(&wire, &message, &reply), "a right message");
}

static bool in_transaction(void)
{
	return !wire_ask(&wire, IDREVOKE_CMD_STATUS, &reply) && reply.value[IDREVOKE_A_TRANSACTION];
}

/* The list serves, and a delta of all its records is taken. */
static bool works(void)
{
	struct wire_list next = next_list();
	int error;

	if (!wire_serves(&wire, &list)) {
		diag("the list does not serve any more");
		return false;
	}
	error = wire_delta(&wire, &next, list.version, bytes, COUNT, &reply);
	if (error)
		diag("without the defect: %s (%s)", strerror(error), reply.text);
	else
		list = next;
	return wire_serves(&wire, &list) && !error;
}

/* Whether the transaction is to be there after the refusal. */
enum after { ENDED, ALIVE };

/* Which record of a block is wrong, where one is. */
static unsigned int bad_record;

static void refuse(struct wire_message message, int wanted, enum after after, const char *name)
{
	int error = wire_call(&wire, &message, &reply);
	bool good = error == wanted && reply.text[0] && !guest_has_digits(reply.text, 12);
	int abort;

	/* headers, OFFSET, header of RECORDS */
	if (message.command == IDREVOKE_CMD_RECORDS && wanted == EBADMSG &&
	    reply.offset != 16 + 4 + 12 + 4 + bad_record * IDREVOKE_RECORD_SIZE) {
		diag("%s: at offset %u", name, reply.offset);
		good = false;
	}
	if (!good)
		diag("%s: %s instead of %s, text \"%s\"", name, strerror(error), strerror(wanted),
		     reply.text);
	abort = wire_ask(&wire, IDREVOKE_CMD_ABORT, &reply);
	if (abort != (after == ALIVE ? 0 : ENOENT)) {
		diag("%s: ABORT afterwards: %s", name, strerror(abort));
		good = false;
	}
	good = works() && good;
	ok(good, "%s", name);
}

static struct wire_message with_u64(struct wire_message message, uint16_t type, uint64_t value)
{
	wire_set_u64(&message, type, value);
	return message;
}

static struct wire_message with_u32(struct wire_message message, uint16_t type, uint32_t value)
{
	wire_set_u32(&message, type, value);
	return message;
}

static struct wire_message snapshot(void)
{
	struct wire_list next = next_list();

	return wire_begin_snapshot(&next, COUNT);
}

static struct wire_message delta(void)
{
	struct wire_list next = next_list();

	return wire_begin_delta(&next, list.version, COUNT);
}

static struct wire_message records(void)
{
	return wire_records(0, bytes, COUNT);
}

static struct wire_message commit(void)
{
	struct wire_list next = next_list();

	return wire_commit(&next);
}

static void begin_refusals(void)
{
	struct wire_message message;
	struct wire_list newer = list;

	refuse(with_u32(snapshot(), IDREVOKE_A_KIND, 0), ERANGE, ENDED, "BEGIN: kind 0 is ERANGE");
	refuse(with_u32(snapshot(), IDREVOKE_A_KIND, 3), ERANGE, ENDED, "BEGIN: kind 3 is ERANGE");
	refuse(with_u64(snapshot(), IDREVOKE_A_EPOCH, 0), ERANGE, ENDED, "BEGIN: epoch 0 is ERANGE");
	refuse(with_u64(snapshot(), IDREVOKE_A_VERSION, 0), ERANGE, ENDED,
	       "BEGIN: version 0 is ERANGE");
	refuse(with_u64(snapshot(), IDREVOKE_A_BASE, list.version), EINVAL, ENDED,
	       "BEGIN: a snapshot with a base is EINVAL");
	refuse(with_u64(snapshot(), IDREVOKE_A_EPOCH, list.epoch - 1), ESTALE, ENDED,
	       "BEGIN: a lower epoch is ESTALE");
	refuse(with_u64(snapshot(), IDREVOKE_A_VERSION, list.version - 1), ESTALE, ENDED,
	       "BEGIN: a lower version is ESTALE");
	refuse(with_u64(delta(), IDREVOKE_A_VERSION, list.version - 1), ESTALE, ENDED,
	       "BEGIN: a delta to a lower version is ESTALE");
	refuse(with_u64(delta(), IDREVOKE_A_BASE, list.version - 1), ESTALE, ENDED,
	       "BEGIN: a delta from an older version is ESTALE");
	refuse(with_u64(delta(), IDREVOKE_A_VERSION, list.version), ESTALE, ENDED,
	       "BEGIN: a delta to its own base is ESTALE");
	refuse(with_u64(delta(), IDREVOKE_A_BASE, 0), ERANGE, ENDED,
	       "BEGIN: a delta from version 0 is ERANGE");
	message = with_u64(delta(), IDREVOKE_A_VERSION, list.version + 2);
	refuse(with_u64(message, IDREVOKE_A_BASE, list.version + 1), ESTALE, ENDED,
	       "BEGIN: a delta from a newer version is ESTALE");
	refuse(with_u64(delta(), IDREVOKE_A_EPOCH, list.epoch + 1), ESTALE, ENDED,
	       "BEGIN: a delta of another epoch is ESTALE");
	refuse(with_u64(snapshot(), IDREVOKE_A_COUNT, MAX_ENTRIES + 1), ENOSPC, ENDED,
	       "BEGIN: more than max_entries is ENOSPC");
	refuse(with_u64(snapshot(), IDREVOKE_A_COUNT, UINT64_MAX), ENOSPC, ENDED,
	       "BEGIN: 2^64-1 records are ENOSPC");
	refuse(with_u64(delta(), IDREVOKE_A_COUNT, MAX_ENTRIES + 1), ENOSPC, ENDED,
	       "BEGIN: a delta of more than max_entries is ENOSPC");
	call(snapshot());
	refuse(snapshot(), EBUSY, ALIVE, "BEGIN: a second one on this socket is EBUSY");

	newer.version += 1000;
	call(wire_begin_snapshot(&newer, COUNT));
	ok(in_transaction(), "BEGIN: versions may be left out");
	is(wire_ask(&wire, IDREVOKE_CMD_ABORT, &reply), 0, "ABORT");
	ok(!in_transaction(), "... ends it");
	is(wire_ask(&wire, IDREVOKE_CMD_ABORT, &reply), ENOENT, "ABORT without one is ENOENT");
}

static void second_writer(void)
{
	struct wire_message message = snapshot();

	call(snapshot());
	ok(wire_call(&other, &message, &reply) == EBUSY && reply.text[0],
	   "a second writer's BEGIN is EBUSY");
	message = wire_plain(IDREVOKE_CMD_FLUSH);
	ok(wire_call(&other, &message, &reply) == EBUSY && reply.text[0],
	   "a second writer's FLUSH is EBUSY");
	message = records();
	ok(wire_call(&other, &message, &reply) == ENOENT && reply.text[0],
	   "a second writer's RECORDS is ENOENT");
	message = commit();
	ok(wire_call(&other, &message, &reply) == ENOENT && reply.text[0],
	   "a second writer's COMMIT is ENOENT");
	message = wire_plain(IDREVOKE_CMD_ABORT);
	ok(wire_call(&other, &message, &reply) == ENOENT && reply.text[0],
	   "a second writer's ABORT is ENOENT");
	ok(in_transaction(), "the first one's transaction is there");
	call(records());
	call(commit());
	list.version++;
	ok(works(), "... and comes in force");
}

static void records_refusals(void)
{
	static const struct invalid {
		const char *name;
		struct guest_record record;
	} invalid[] = {
		{ "number too large", { GUEST_NUMBER_END, 1, 3, 0 } },
		{ "number of 48 bits", { 1ULL << 47, 1, 3, 0 } },
		{ "number of 64 bits", { UINT64_MAX, 1, 3, 0 } },
		{ "through without a reason", { 0, 1, 0, 0 } },
		{ "reason 5", { 0, 1, 5, 0 } },
		{ "reason 255", { 0, 1, 255, 0 } },
		{ "reason without through", { 0, 0, 3, IDREVOKE_RECORD_PERSON } },
		{ "nothing at all", { 0, 0, 0, 0 } },
		{ "open without through", { 0, 0, 0,
					    IDREVOKE_RECORD_OPEN | IDREVOKE_RECORD_PERSON } },
		{ "open alone", { 0, 0, 0, IDREVOKE_RECORD_OPEN } },
		{ "open with every card", { 0, 65535, 2, IDREVOKE_RECORD_OPEN } },
		{ "flag 4", { 0, 1, 3, 1 << 2 } },
		{ "flag 8", { 0, 1, 3, 1 << 3 } },
		{ "flag 16", { 0, 1, 3, 1 << 4 } },
		{ "flag 32", { 0, 1, 3, 1 << 5 } },
		{ "flag 64", { 0, 1, 3, 1 << 6 } },
		{ "removal with through", { 0, 1, 0, IDREVOKE_RECORD_REMOVE } },
		{ "removal with a reason", { 0, 0, 3, IDREVOKE_RECORD_REMOVE } },
		{ "removal with person", { 0, 0, 0,
					   IDREVOKE_RECORD_REMOVE | IDREVOKE_RECORD_PERSON } },
		{ "removal with open", { 0, 0, 0, IDREVOKE_RECORD_REMOVE | IDREVOKE_RECORD_OPEN } },
		{ "removal in a snapshot", { 0, 0, 0, IDREVOKE_RECORD_REMOVE } },
	};
	const unsigned int kinds = sizeof(invalid) / sizeof(*invalid);
	uint8_t changed[sizeof(bytes)];
	unsigned int i, is_delta;
	char name[100];

	bad_record = COUNT - 1;
	for (i = 0; i < kinds; i++) {
		/* A removal is right in a delta. */
		for (is_delta = 0; is_delta <= (i < kinds - 1); is_delta++) {
			struct guest_record record = invalid[i].record;

			if (!record.number)
				record.number = card(COUNT - 1);
			memcpy(changed, bytes, sizeof(changed));
			guest_record_encode(&record, changed + (COUNT - 1) * IDREVOKE_RECORD_SIZE);
			call(is_delta ? delta() : snapshot());
			snprintf(name, sizeof(name), "RECORDS: %s in a %s is EBADMSG",
				 invalid[i].name, is_delta ? "delta" : "snapshot");
			refuse(wire_records(0, changed, COUNT), EBADMSG, ENDED, name);
		}
	}

	memcpy(changed, bytes, sizeof(changed));
	memcpy(changed + IDREVOKE_RECORD_SIZE, bytes, IDREVOKE_RECORD_SIZE);
	bad_record = 1;
	call(snapshot());
	refuse(wire_records(0, changed, COUNT), EBADMSG, ENDED, "RECORDS: a number twice is EBADMSG");
	memcpy(changed, bytes + IDREVOKE_RECORD_SIZE, IDREVOKE_RECORD_SIZE);
	call(snapshot());
	refuse(wire_records(0, changed, COUNT), EBADMSG, ENDED, "RECORDS: disorder is EBADMSG");
	call(delta());
	refuse(wire_records(0, changed, COUNT), EBADMSG, ENDED, "... in a delta also");
	call(snapshot());
	call(wire_records(0, bytes, 2));
	bad_record = 0;
	refuse(wire_records(2, bytes + IDREVOKE_RECORD_SIZE, 1), EBADMSG, ENDED,
	       "RECORDS: a block that begins where the last ended is EBADMSG");
	call(snapshot());
	call(wire_records(0, bytes, 2));
	refuse(wire_records(3, bytes + 3 * IDREVOKE_RECORD_SIZE, 1), EILSEQ, ENDED,
	       "RECORDS: a gap is EILSEQ");
	call(snapshot());
	call(wire_records(0, bytes, 2));
	refuse(wire_records(1, bytes + 2 * IDREVOKE_RECORD_SIZE, 1), EILSEQ, ENDED,
	       "RECORDS: going back is EILSEQ");
	call(snapshot());
	refuse(wire_records(UINT64_MAX, bytes, 1), EILSEQ, ENDED, "RECORDS: offset 2^64-1 is EILSEQ");
	call(with_u64(snapshot(), IDREVOKE_A_COUNT, COUNT - 1));
	refuse(records(), E2BIG, ENDED, "RECORDS: more than announced is E2BIG");
	call(with_u64(snapshot(), IDREVOKE_A_COUNT, COUNT - 1));
	call(wire_records(0, bytes, COUNT - 1));
	refuse(wire_records(COUNT - 1, bytes + (COUNT - 1) * IDREVOKE_RECORD_SIZE, 1), E2BIG, ENDED,
	       "RECORDS: ... in a further block also");
	call(snapshot());
	refuse(wire_records(0, bytes, 0), EINVAL, ALIVE, "RECORDS: an empty block is EINVAL");
	for (i = 1; i < IDREVOKE_RECORD_SIZE; i++) {
		struct wire_message message = records();

		wire_find(&message, IDREVOKE_A_RECORDS)->size -= i;
		call(snapshot());
		snprintf(name, sizeof(name), "RECORDS: %u bytes cut off is EINVAL", i);
		refuse(message, EINVAL, ALIVE, name);
	}
	refuse(records(), ENOENT, ENDED, "RECORDS without a transaction is ENOENT");
}

static void refuse_commit(struct wire_message begin, struct wire_message message, int wanted,
			  enum after after, const char *name)
{
	call(begin);
	call(records());
	refuse(message, wanted, after, name);
}

static void commit_refusals(void)
{
	struct wire_message message;
	unsigned int bit, kind;

	refuse(commit(), ENOENT, ENDED, "COMMIT without a transaction is ENOENT");
	for (kind = 0; kind < 2; kind++) {
		struct wire_message (*begin)(void) = kind ? delta : snapshot;
		uint8_t digest[IDREVOKE_DIGEST_SIZE];
		char name[100];

		for (bit = 0; bit < 128; bit += bit == 0 ? 63 : 64) {
			message = commit();
			guest_digest_encode(&list.digest, digest);
			digest[bit / 8] ^= 1 << bit % 8;
			wire_set(&message, IDREVOKE_A_DIGEST, digest, sizeof(digest));
			snprintf(name, sizeof(name), "COMMIT: bit %u of the digest wrong is EBADMSG",
				 bit);
			refuse_commit(begin(), message, EBADMSG, ENDED, name);
		}
		refuse_commit(begin(), with_u64(commit(), IDREVOKE_A_COUNT, COUNT + 1), EBADMSG, ENDED,
			      "COMMIT: a count too high is EBADMSG");
		refuse_commit(begin(), with_u64(commit(), IDREVOKE_A_COUNT, COUNT - 1), EBADMSG, ENDED,
			      "COMMIT: a count too low is EBADMSG");
		refuse_commit(begin(), with_u64(commit(), IDREVOKE_A_VERSION, list.version + 2),
			      ESTALE, ENDED, "COMMIT: another version than BEGIN's is ESTALE");
		refuse_commit(begin(), with_u64(commit(), IDREVOKE_A_EPOCH, list.epoch + 1), ESTALE, ENDED,
			      "COMMIT: another epoch than BEGIN's is ESTALE");
		refuse_commit(begin(), with_u64(commit(), IDREVOKE_A_EPOCH, 0), ERANGE, ALIVE,
			      "COMMIT: epoch 0 is ERANGE");
		refuse_commit(begin(), with_u64(commit(), IDREVOKE_A_VERSION, 0), ERANGE, ALIVE,
			      "COMMIT: version 0 is ERANGE");
		refuse_commit(begin(), with_u32(commit(), IDREVOKE_A_VALID_FOR, 0), ERANGE, ALIVE,
			      "COMMIT: valid for 0 s is ERANGE");
		refuse_commit(begin(),
			      with_u64(commit(), IDREVOKE_A_ISSUED, time(NULL) + 5 * MAX_SKEW),
			      ERANGE, ENDED, "COMMIT: issued in the future is ERANGE");
		refuse_commit(begin(), with_u64(commit(), IDREVOKE_A_ISSUED, UINT64_MAX), ERANGE, ENDED,
			      "COMMIT: issued at 2^64-1 is ERANGE");
		call(begin());
		call(wire_records(0, bytes, COUNT - 1));
		refuse(commit(), EILSEQ, ENDED, "COMMIT: a record less than announced is EILSEQ");
	}
}

/* Deltas that fill the list beyond max_entries; removal of what is not there. */
static void sizes(void)
{
	struct wire_list next = next_list(), full;
	struct guest_record record;
	unsigned int i;

	for (i = COUNT; i < MAX_ENTRIES + 2; i++) {
		record = (struct guest_record){ card(i), 1, IDREVOKE_REASON_LOST, 0 };
		guest_record_encode(&record, bytes + i * IDREVOKE_RECORD_SIZE);
		if (i < MAX_ENTRIES) {
			guest_digest_add(&next.digest, &record);
			next.count++;
		}
	}
	full = next;
	for (i = MAX_ENTRIES; i < MAX_ENTRIES + 2; i++) {
		record = (struct guest_record){ card(i), 1, IDREVOKE_REASON_LOST, 0 };
		guest_digest_add(&full.digest, &record);
		full.count++;
	}
	call(wire_begin_delta(&full, list.version, MAX_ENTRIES + 2 - COUNT));
	call(wire_records(0, bytes + COUNT * IDREVOKE_RECORD_SIZE, MAX_ENTRIES + 2 - COUNT));
	refuse(wire_commit(&full), ENOSPC, ENDED,
	       "COMMIT: a delta to more than max_entries is ENOSPC");
	next.version = list.version + 1;
	is(wire_delta(&wire, &next, list.version, bytes + COUNT * IDREVOKE_RECORD_SIZE,
		      MAX_ENTRIES - COUNT, &reply), 0, "COMMIT: a delta to max_entries");
	ok(wire_serves(&wire, &next), "... is in force");
	list = next;
	next.version++;
	is(wire_snapshot(&wire, &next, bytes, MAX_ENTRIES, &reply), 0,
	   "COMMIT: a snapshot of max_entries");
	ok(wire_serves(&wire, &next), "... is in force");
	list = next;

	record = (struct guest_record){ card(MAX_ENTRIES), 0, 0, IDREVOKE_RECORD_REMOVE };
	guest_record_encode(&record, bytes + MAX_ENTRIES * IDREVOKE_RECORD_SIZE);
	next.version++;
	is(wire_delta(&wire, &next, list.version, bytes + MAX_ENTRIES * IDREVOKE_RECORD_SIZE, 1,
		      &reply), 0, "removing what is not listed changes nothing");
	ok(wire_serves(&wire, &next), "... but the version");
	list = next;
	for (i = COUNT; i < MAX_ENTRIES; i++) {
		record = (struct guest_record){ card(i), 1, IDREVOKE_REASON_LOST, 0 };
		guest_digest_subtract(&next.digest, &record);
		record = (struct guest_record){ card(i), 0, 0, IDREVOKE_RECORD_REMOVE };
		guest_record_encode(&record, bytes + i * IDREVOKE_RECORD_SIZE);
	}
	next.count = COUNT;
	next.version++;
	is(wire_delta(&wire, &next, list.version, bytes + COUNT * IDREVOKE_RECORD_SIZE,
		      MAX_ENTRIES - COUNT, &reply), 0, "removing all that was added");
	ok(wire_serves(&wire, &next), "... gives the digest from before");
	list = next;

	next.count = 0;
	next.digest = (struct guest_digest){ 0, 0 };
	next.version++;
	is(wire_snapshot(&wire, &next, bytes, 0, &reply), 0, "an empty snapshot");
	ok(wire_serves(&wire, &next), "... is in force, with digest 0");
	next.count = list.count;
	next.digest = list.digest;
	next.version++;
	is(wire_snapshot(&wire, &next, bytes, COUNT, &reply), 0, "and the list again");
	list = next;
	ok(works(), "... is in force");
}

static void repetition(void)
{
	struct wire_list next = next_list(), same;
	struct wire_message message = commit();
	int error;

	must(wire_snapshot(&wire, &next, bytes, COUNT, &reply), "snapshot");
	list = next;
	is(wire_call(&wire, &message, &reply), 0, "COMMIT again, without a transaction");
	is(reply.value[IDREVOKE_A_VERSION], list.version, "... replies with the status");
	ok(wire_serves(&wire, &list), "... changes nothing");
	call(wire_begin_snapshot(&list, COUNT));
	call(records());
	message = wire_commit(&list);
	is(wire_call(&wire, &message, &reply), 0, "COMMIT again, of a repeated transaction");
	ok(!in_transaction() && wire_serves(&wire, &list), "... changes nothing");
	same = list;
	same.digest.low++;
	message = wire_commit(&same);
	ok(wire_call(&wire, &message, &reply) && reply.text[0],
	   "COMMIT of this version with another digest is refused");
	same = list;
	same.count = COUNT - 1;
	same.digest = (struct guest_digest){ 0, 0 };
	error = wire_snapshot(&wire, &same, bytes, COUNT - 1, &reply);
	ok(error && reply.text[0], "a snapshot of this version with another content is refused");
	wire_ask(&wire, IDREVOKE_CMD_ABORT, &reply);
	ok(works(), "the list serves");
}

static void flushed(void)
{
	struct wire_message message;
	struct wire_list next;

	is(wire_ask(&wire, IDREVOKE_CMD_VERIFY, &reply), 0, "VERIFY of a list");
	call(snapshot());
	is(wire_ask(&wire, IDREVOKE_CMD_FLUSH, &reply), 0, "FLUSH");
	wire_ask(&wire, IDREVOKE_CMD_ABORT, &reply);
	wire_ask(&wire, IDREVOKE_CMD_STATUS, &reply);
	ok(!reply.value[IDREVOKE_A_EPOCH] && !reply.value[IDREVOKE_A_VERSION] &&
	   !reply.value[IDREVOKE_A_COUNT] && !reply.value[IDREVOKE_A_STATE], "... leaves no list");
	ok(reply.value[IDREVOKE_A_FLOOR_EPOCH] == list.epoch &&
	   reply.value[IDREVOKE_A_FLOOR_VERSION] == list.version, "... but what was the newest");
	ok(wire_ask(&wire, IDREVOKE_CMD_VERIFY, &reply) == ENODATA && reply.text[0],
	   "VERIFY without a list is ENODATA");
	message = wire_confirm(&list);
	ok(wire_call(&wire, &message, &reply) == ESTALE && reply.text[0],
	   "CONFIRM without a list is ESTALE");
	message = with_u64(snapshot(), IDREVOKE_A_VERSION, list.version - 1);
	ok(wire_call(&wire, &message, &reply) == ESTALE && reply.text[0],
	   "BEGIN: a lower version after FLUSH is ESTALE");
	message = with_u64(snapshot(), IDREVOKE_A_EPOCH, list.epoch - 1);
	ok(wire_call(&wire, &message, &reply) == ESTALE && reply.text[0],
	   "BEGIN: a lower epoch after FLUSH is ESTALE");
	message = delta();
	ok(wire_call(&wire, &message, &reply) == ESTALE && reply.text[0],
	   "BEGIN: a delta after FLUSH is ESTALE");
	next = list;
	next.count = COUNT - 1;
	next.digest = (struct guest_digest){ 0, 0 };
	ok(wire_snapshot(&wire, &next, bytes, COUNT - 1, &reply) && reply.text[0],
	   "a snapshot of this version with another content is refused after FLUSH");
	wire_ask(&wire, IDREVOKE_CMD_ABORT, &reply);
	is(wire_snapshot(&wire, &list, bytes, COUNT, &reply), 0, "the same snapshot is taken");
	ok(works(), "... and serves");

	next = list;
	next.epoch++;
	next.version = 1;
	is(wire_snapshot(&wire, &next, bytes, COUNT, &reply), 0, "a higher epoch starts at version 1");
	list = next;
	ok(works(), "... and serves");
}

static void confirm_refusals(void)
{
	struct wire_message right;

	list.issued++;
	right = wire_confirm(&list);
	list.issued--;
	refuse(with_u64(right, IDREVOKE_A_ISSUED, list.issued), ESTALE, ENDED,
	       "CONFIRM: issued at the same time is ESTALE");
	right = with_u64(right, IDREVOKE_A_VERSION, list.version);
	refuse(with_u64(right, IDREVOKE_A_ISSUED, list.issued - 1), ESTALE, ENDED,
	       "CONFIRM: issued before is ESTALE");
	refuse(with_u64(right, IDREVOKE_A_VERSION, list.version + 1), ESTALE, ENDED,
	       "CONFIRM: another version is ESTALE");
	right = with_u64(right, IDREVOKE_A_VERSION, list.version);
	refuse(with_u64(right, IDREVOKE_A_EPOCH, list.epoch + 1), ESTALE, ENDED,
	       "CONFIRM: another epoch is ESTALE");
	right = with_u64(right, IDREVOKE_A_VERSION, list.version);
	refuse(with_u64(right, IDREVOKE_A_ISSUED, time(NULL) + 5 * MAX_SKEW), ERANGE, ENDED,
	       "CONFIRM: issued in the future is ERANGE");
	right = with_u64(right, IDREVOKE_A_VERSION, list.version);
	refuse(with_u32(right, IDREVOKE_A_VALID_FOR, 0), ERANGE, ENDED,
	       "CONFIRM: valid for 0 s is ERANGE");
	right = with_u64(right, IDREVOKE_A_VERSION, list.version);
	is(wire_call(&wire, &right, &reply), 0, "CONFIRM without a defect");
	list.issued++;
	ok(wire_serves(&wire, &list), "... is in force");
}

int main(void)
{
	char parameters[100];

	snprintf(parameters, sizeof(parameters), "max_entries=%d max_skew=%d", MAX_ENTRIES, MAX_SKEW);
	guest_load(parameters);
	wire_open(&wire);
	wire_open(&other);
	list = cards_list(bytes);
	list.epoch = 7;
	list.version = 100;
	list.issued -= 100;
	must(wire_snapshot(&wire, &list, bytes, COUNT, &reply), "the first snapshot");

	begin_refusals();
	second_writer();
	records_refusals();
	commit_refusals();
	sizes();
	repetition();
	confirm_refusals();
	flushed();

	wire_close(&wire);
	wire_close(&other);
	guest_unload();
	return done();
}
