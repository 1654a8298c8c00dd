// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * libidrevoke on the real device: every call, what it answers and how it fails;
 * what a window makes of real answers; the example of the header.
 */
#include <errno.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <idrevoke.h>

#include "cards.h"

#define BATCH	(2 * IDREVOKE_BATCH_MAX + 17)
/* 110101199003078881, the number of the example, packed. */
#define EXAMPLE_REGION	110101
#define EXAMPLE_BIRTH	19900307
#define EXAMPLE_SEQUENCE 888

static struct idrevoke_device *device;
static struct wire wire;

static bool is_unanswered(const struct idrevoke_check *check)
{
	return check->verdict == IDREVOKE_UNKNOWN && !check->why && !check->reason &&
	       !check->answer_flags && !check->version && !check->issued;
}

/* A question with an old answer in it. */
static void question(struct idrevoke_check *check, enum card index, uint32_t valid_from)
{
	guest_question(check, card(index), valid_from);
	check->consistency = IDREVOKE_CONSISTENCY_FACE;
	check->verdict = IDREVOKE_CLEAR;
	check->reason = IDREVOKE_REASON_LOST;
	check->version = check->issued = 77;
}

static void fails(int error, const char *what)
{
	struct idrevoke_info info = { .version = 77 }, seen = { .version = 77 };
	struct idrevoke_check check, checks[2];

	question(&check, CARD_UNLISTED, 20200101);
	is(idrevoke_device_check(device, &check), error, "%s: check", what);
	ok(is_unanswered(&check), "... the answer reads UNKNOWN");
	question(&checks[0], CARD_UNLISTED, 20200101);
	question(&checks[1], CARD_OPEN, 20200101);
	is(idrevoke_device_check_batch(device, checks, 2), error, "%s: batch", what);
	ok(is_unanswered(&checks[0]) && is_unanswered(&checks[1]), "... answers read UNKNOWN");
	is(idrevoke_device_info(device, &info), error, "%s: info", what);
	ok(!info.version && !info.features, "... all zero");
	is(idrevoke_device_wait(device, &seen, -1), error, "%s: wait", what);
	is(seen.version, 77, "... what was seen is as it was");
}

static int open_as_nobody(void *unused)
{
	struct idrevoke_device *other;

	(void)unused;
	if (setresgid(65534, 65534, 65534) || setresuid(65534, 65534, 65534))
		return 0;
	return -idrevoke_device_open(&other, NULL);
}

static void before_the_module(void)
{
	struct idrevoke_device *none;
	struct idrevoke_check check;

	is(idrevoke_device_open(&none, NULL), -ENOENT, "open: no module");
	is(idrevoke_device_open_later(&device, NULL), 0, "open_later: no module");
	fails(-ENOENT, "no module");
	guest_load("hits_per_hour=0");
	question(&check, CARD_UNLISTED, 20200101);
	is(idrevoke_device_check(device, &check), 0, "check: the module was loaded later");
	ok(check.verdict == IDREVOKE_UNKNOWN && check.why == IDREVOKE_WHY_NOT_READY,
	   "... and has no list");
	is(guest_child(open_as_nobody, NULL), EACCES, "open: by somebody else");
}

static void answers(uint32_t verdict, uint32_t reason, uint32_t flags, enum card index,
		    uint32_t valid_from)
{
	struct idrevoke_check check;

	question(&check, index, valid_from);
	is(idrevoke_device_check(device, &check), 0, "check: card %d from %u", index, valid_from);
	ok(check.verdict == verdict && check.reason == reason && check.answer_flags == flags &&
	   !check.why && check.version == 1, "... %s, %s", idrevoke_verdict_name(verdict),
	   idrevoke_reason_name(reason));
}

static void checks(void)
{
	struct idrevoke_check check;

	answers(IDREVOKE_CLEAR, 0, 0, CARD_UNLISTED, 20200101);
	answers(IDREVOKE_REVOKED, IDREVOKE_REASON_LOST, 0, CARD_REPLACED, 20190411);
	answers(IDREVOKE_CLEAR, 0, 0, CARD_REPLACED, 20190412);
	answers(IDREVOKE_AMBIGUOUS, IDREVOKE_REASON_LOST, 0, CARD_REPLACED, 0);
	answers(IDREVOKE_CLEAR, 0, IDREVOKE_FLAG_PERSON, CARD_PERSON, 20200101);
	question(&check, CARD_UNLISTED, 20200101);
	check.flags = 1;
	is(idrevoke_device_check(device, &check), -EINVAL, "check: an unknown flag");
	is(check.verdict, IDREVOKE_UNKNOWN, "... UNKNOWN");
}

/* Every seventh question is about a listed card; one is none. */
static void large_batch(void)
{
	struct idrevoke_check *many = calloc(BATCH, sizeof(*many));
	unsigned int i, wrong = 0;

	for (i = 0; i < BATCH; i++)
		question(&many[i], i % 7 ? CARD_UNLISTED_TOO : CARD_OPEN, 20190412);
	many[IDREVOKE_BATCH_MAX].number[17] = '?';
	is(idrevoke_device_check_batch(device, many, BATCH), BATCH, "batch of %d", BATCH);
	for (i = 0; i < BATCH; i++) {
		uint32_t verdict = i % 7 ? IDREVOKE_CLEAR : IDREVOKE_REVOKED;

		if (i != IDREVOKE_BATCH_MAX)
			wrong += many[i].verdict != verdict || many[i].version != 1;
	}
	is(wrong, 0, "... each answer in its place");
	ok(many[IDREVOKE_BATCH_MAX].verdict == IDREVOKE_UNKNOWN &&
	   many[IDREVOKE_BATCH_MAX].why == IDREVOKE_WHY_MALFORMED, "... what is no question: UNKNOWN");
	free(many);
}

static void info_of(const struct wire_list *list)
{
	uint8_t digest[IDREVOKE_DIGEST_SIZE];
	struct idrevoke_info info;

	memset(&info, 0xff, sizeof(info));
	guest_digest_encode(&list->digest, digest);
	is(idrevoke_device_info(device, &info), 0, "info");
	ok(info.state == IDREVOKE_STATE_CURRENT && info.epoch == list->epoch &&
	   info.version == list->version && info.count == list->count &&
	   info.issued == list->issued && !memcmp(info.digest, digest, sizeof(digest)) &&
	   info.features & IDREVOKE_FEATURE_CHECK, "... the list in force");
}

static void waits(void)
{
	struct idrevoke_info info = { 0 };
	struct timespec start, end;

	is(idrevoke_device_wait(device, &info, -1), 1, "wait: nothing was seen before");
	is(info.version, 1, "... so it tells at once");
	info.count = 77;
	is(idrevoke_device_wait(device, &info, 0), 0, "wait: not at all");
	is(info.count, CARDS, "... renews what is not compared");
	clock_gettime(CLOCK_MONOTONIC, &start);
	is(idrevoke_device_wait(device, &info, 50), 0, "wait: the time is over");
	clock_gettime(CLOCK_MONOTONIC, &end);
	ok((end.tv_sec - start.tv_sec) * 1000000000LL + end.tv_nsec - start.tv_nsec >= 50000000,
	   "... and not before it is");
}

static void decides(uint32_t decision, uint32_t ground, enum card index, uint32_t valid_from)
{
	static const struct idrevoke_policy policy = { .mode = IDREVOKE_MODE_REFUSE };
	struct idrevoke_outcome outcome;
	struct idrevoke_check check;

	question(&check, index, valid_from);
	idrevoke_device_check(device, &check);
	idrevoke_may_accept(&check, IDREVOKE_LONG_TERM, idrevoke_today(), &policy, &outcome);
	ok(outcome.decision == decision && outcome.ground == ground, "a window with card %d: %s, %s",
	   index, idrevoke_decision_name(decision), idrevoke_ground_name(ground));
}

static void window(void)
{
	decides(IDREVOKE_DECISION_ACCEPT, IDREVOKE_GROUND_CLEAR, CARD_UNLISTED, 20200101);
	decides(IDREVOKE_DECISION_REFUSE, IDREVOKE_GROUND_REVOKED, CARD_OPEN, 20190412);
	decides(IDREVOKE_DECISION_REFER, IDREVOKE_GROUND_AMBIGUOUS, CARD_OPEN, 20200101);
	decides(IDREVOKE_DECISION_REFER, IDREVOKE_GROUND_PERSON, CARD_PERSON, 20200101);
	decides(IDREVOKE_DECISION_REFER, IDREVOKE_GROUND_DATES, CARD_UNLISTED, 20190229);
}

static void stale(struct wire_list list)
{
	uint8_t bytes[CARDS * IDREVOKE_RECORD_SIZE];
	struct idrevoke_info seen = { 0 };
	struct wire_reply reply;

	cards_list(bytes);
	list.version++;
	list.issued = time(NULL) - 7200;
	is(wire_snapshot(&wire, &list, bytes, CARDS, &reply), 0, "a list that has expired");
	is(idrevoke_device_wait(device, &seen, -1), 1, "wait: another list");
	is(seen.state, IDREVOKE_STATE_STALE, "... which is STALE");
	decides(IDREVOKE_DECISION_REFER, IDREVOKE_GROUND_STALE, CARD_UNLISTED, 20200101);
	decides(IDREVOKE_DECISION_REFUSE, IDREVOKE_GROUND_REVOKED, CARD_OPEN, 20190412);
}

/* Whether the example says this, and ends with this status. */
static void example(const char *text, int status, const char *what)
{
	char command[4096], said[256] = "";
	size_t size;
	FILE *pipe;
	int ended;

	snprintf(command, sizeof(command), "%s/tests/vm/library_example 2>&1",
		 getenv("IDREVOKE_BUILD"));
	pipe = popen(command, "r");
	if (!pipe)
		bail_out("popen: %s", strerror(errno));
	size = fread(said, 1, sizeof(said) - 1, pipe);
	said[size] = '\0';
	ended = pclose(pipe);
	ok(!strcmp(said, text) && WIFEXITED(ended) && WEXITSTATUS(ended) == status,
	   "the header's example: %s", what);
	if (strcmp(said, text))
		diag("%s", said);
}

static void list_example(uint64_t version, uint8_t reason)
{
	struct guest_record record = { .through = guest_day(20190412), .reason = reason,
				       .flags = IDREVOKE_RECORD_OPEN };
	uint8_t bytes[IDREVOKE_RECORD_SIZE];
	struct wire_reply reply;
	struct wire_list list;
	uint64_t birth = 0;

	while (guest_date(1800, birth) != EXAMPLE_BIRTH)
		birth++;
	record.number = (EXAMPLE_REGION * 140619ULL + birth) * 1000 + EXAMPLE_SEQUENCE;
	/* another card, for a list of nobody answers nothing */
	if (!reason)
		record = (struct guest_record){ .number = card(CARD_PERSON),
						.flags = IDREVOKE_RECORD_PERSON };
	list = wire_list_of(&record, 1, bytes);
	list.version = version;
	if (wire_snapshot(&wire, &list, bytes, 1, &reply))
		bail_out("no list can be loaded: %s", reply.text);
}

static void examples(void)
{
	example("not asked: No such file or directory\n"
		"REFER, UNANSWERED: There was no answer: ask again later.\n", 1, "no module");
	guest_load("");
	example("REFER, NOT_READY: The list is not there yet: ask again later.\n", 1, "no list");
	wire_open(&wire);
	list_example(1, 0);
	example("Welcome!\nACCEPT, CLEAR: Nothing speaks against this card.\n", 0,
		"a card that is not listed");
	list_example(2, IDREVOKE_REASON_STOLEN);
	example("REFUSE, REVOKED: The card is listed as lost, stolen, void or superseded.\n", 1,
		"a stolen card");
	wire_close(&wire);
	guest_unload();
}

int main(void)
{
	struct wire_list list;

	before_the_module();
	wire_open(&wire);
	list = cards_load(&wire);
	checks();
	large_batch();
	info_of(&list);
	waits();
	window();
	stale(list);
	wire_close(&wire);

	is(guest_try_unload(), EWOULDBLOCK, "the handle holds the module");
	is(idrevoke_device_release(device), 0, "release");
	is(guest_try_unload(), 0, "... lets it go");
	fails(-ENOENT, "unloaded");
	examples();
	idrevoke_device_close(device);
	return done();
}
