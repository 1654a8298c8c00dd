// SPDX-License-Identifier: GPL-2.0-or-later
/* What the device answers: the rules of a list, INFO, poll, counters. */
#include <errno.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cards.h"

static int device;

/* A card's validity start, and the answer that the rules give. */
static const struct rule {
	enum card card;
	uint32_t valid_from;
	uint32_t verdict;
	uint32_t reason;
	uint32_t flags;
} rules[] = {
	{ CARD_UNLISTED, 0, IDREVOKE_CLEAR, 0, 0 },
	{ CARD_UNLISTED, 19840101, IDREVOKE_CLEAR, 0, 0 },
	{ CARD_UNLISTED, 21630605, IDREVOKE_CLEAR, 0, 0 },
	{ CARD_UNLISTED_TOO, 20190411, IDREVOKE_CLEAR, 0, 0 },

	{ CARD_PERSON, 0, IDREVOKE_CLEAR, 0, IDREVOKE_FLAG_PERSON },
	{ CARD_PERSON, 19840101, IDREVOKE_CLEAR, 0, IDREVOKE_FLAG_PERSON },
	{ CARD_PERSON, 20190412, IDREVOKE_CLEAR, 0, IDREVOKE_FLAG_PERSON },

	{ CARD_REPLACED, 19840101, IDREVOKE_REVOKED, IDREVOKE_REASON_LOST, 0 },
	{ CARD_REPLACED, 20190410, IDREVOKE_REVOKED, IDREVOKE_REASON_LOST, 0 },
	{ CARD_REPLACED, 20190411, IDREVOKE_REVOKED, IDREVOKE_REASON_LOST, 0 },
	{ CARD_REPLACED, 20190412, IDREVOKE_CLEAR, 0, 0 },
	{ CARD_REPLACED, 21630605, IDREVOKE_CLEAR, 0, 0 },
	{ CARD_REPLACED, 0, IDREVOKE_AMBIGUOUS, IDREVOKE_REASON_LOST, 0 },

	{ CARD_OPEN, 20190411, IDREVOKE_REVOKED, IDREVOKE_REASON_STOLEN, 0 },
	{ CARD_OPEN, 20190412, IDREVOKE_REVOKED, IDREVOKE_REASON_STOLEN, 0 },
	{ CARD_OPEN, 20190413, IDREVOKE_AMBIGUOUS, IDREVOKE_REASON_STOLEN, 0 },
	{ CARD_OPEN, 0, IDREVOKE_REVOKED, IDREVOKE_REASON_STOLEN, 0 },

	{ CARD_CANCELLED, 19840101, IDREVOKE_REVOKED, IDREVOKE_REASON_VOID, 0 },
	{ CARD_CANCELLED, 21630605, IDREVOKE_REVOKED, IDREVOKE_REASON_VOID, 0 },
	{ CARD_CANCELLED, 0, IDREVOKE_REVOKED, IDREVOKE_REASON_VOID, 0 },

	{ CARD_REPLACED_PERSON, 20190411, IDREVOKE_REVOKED, IDREVOKE_REASON_VOID,
	  IDREVOKE_FLAG_PERSON },
	{ CARD_REPLACED_PERSON, 20190412, IDREVOKE_CLEAR, 0, IDREVOKE_FLAG_PERSON },
	{ CARD_REPLACED_PERSON, 0, IDREVOKE_AMBIGUOUS, IDREVOKE_REASON_VOID, IDREVOKE_FLAG_PERSON },
	{ CARD_OPEN_PERSON, 20190412, IDREVOKE_REVOKED, IDREVOKE_REASON_LOST, IDREVOKE_FLAG_PERSON },
	{ CARD_OPEN_PERSON, 20190413, IDREVOKE_AMBIGUOUS, IDREVOKE_REASON_LOST,
	  IDREVOKE_FLAG_PERSON },
	{ CARD_CANCELLED_PERSON, 20240229, IDREVOKE_REVOKED, IDREVOKE_REASON_VOID,
	  IDREVOKE_FLAG_PERSON },

	{ CARD_FIRST_DAY, 19840101, IDREVOKE_REVOKED, IDREVOKE_REASON_SUPERSEDED, 0 },
	{ CARD_FIRST_DAY, 19840102, IDREVOKE_REVOKED, IDREVOKE_REASON_SUPERSEDED, 0 },
	{ CARD_FIRST_DAY, 19840103, IDREVOKE_CLEAR, 0, 0 },
	{ CARD_LAST_DAY, 21630604, IDREVOKE_REVOKED, IDREVOKE_REASON_LOST, 0 },
	{ CARD_LAST_DAY, 21630605, IDREVOKE_REVOKED, IDREVOKE_REASON_LOST, 0 },
};

#define RULES	(sizeof(rules) / sizeof(*rules))

/* Texts that are no citizen number, or no validity start; all else is valid. */
static const struct text {
	const char *name;
	const char *number;
	uint32_t valid_from;
	uint32_t why;
} texts[] = {
	{ "a citizen number", "110101199003078881", 0, 0 },
	{ "a foreigner's new card", "990000199001018887", 0, 0 },
	{ "a region that no table has", "000000199001010001", 0, 0 },
	{ "a wrong check character", "110101199003078882", 0, IDREVOKE_WHY_MALFORMED },
	{ "X where a digit is right", "11010119900307888X", 0, IDREVOKE_WHY_MALFORMED },
	{ "a letter in the middle", "1101011990O3078881", 0, IDREVOKE_WHY_MALFORMED },
	{ "a blank in front", " 11010119900307888", 0, IDREVOKE_WHY_MALFORMED },
	{ "another last letter", "11010119900307888Y", 0, IDREVOKE_WHY_MALFORMED },
	{ "nothing", "", 0, IDREVOKE_WHY_MALFORMED },
	{ "one digit", "1", 0, IDREVOKE_WHY_MALFORMED },
	{ "30 February", "110101199002308880", 0, IDREVOKE_WHY_MALFORMED },
	{ "29 February of a common year", "110101190002298880", 0, IDREVOKE_WHY_MALFORMED },
	{ "29 February of a leap year", "110101200002298880", 0, 0 },
	{ "31 April", "110101199004318880", 0, IDREVOKE_WHY_MALFORMED },
	{ "month 0", "110101199000018880", 0, IDREVOKE_WHY_MALFORMED },
	{ "month 13", "110101199013018880", 0, IDREVOKE_WHY_MALFORMED },
	{ "day 0", "110101199001008880", 0, IDREVOKE_WHY_MALFORMED },
	{ "a birth in 1799", "110101179912318880", 0, IDREVOKE_WHY_MALFORMED },
	{ "a birth in 1800", "110101180001018880", 0, 0 },
	{ "a birth in 2184", "110101218412318880", 0, 0 },
	{ "a birth in 2185", "110101218501018880", 0, IDREVOKE_WHY_MALFORMED },
	{ "15 digits", "110101900307888", 0, IDREVOKE_WHY_UNSUPPORTED },
	{ "a travel permit", "H1234567890", 0, IDREVOKE_WHY_UNSUPPORTED },
	{ "a short travel permit", "C12345678", 0, IDREVOKE_WHY_UNSUPPORTED },
	{ "an older foreigner's card", "USA110185010101", 0, IDREVOKE_WHY_UNSUPPORTED },
	{ "start before 1984", "110101199003078881", 19831231, IDREVOKE_WHY_MALFORMED },
	{ "start on the first day", "110101199003078881", 19840101, 0 },
	{ "start on the last day", "110101199003078881", 21630605, 0 },
	{ "start behind the last day", "110101199003078881", 21630606, IDREVOKE_WHY_MALFORMED },
	{ "start on 29 February 2023", "110101199003078881", 20230229, IDREVOKE_WHY_MALFORMED },
	{ "start on 29 February 2024", "110101199003078881", 20240229, 0 },
	{ "start in month 13", "110101199003078881", 20231301, IDREVOKE_WHY_MALFORMED },
	{ "start in month 0", "110101199003078881", 20230001, IDREVOKE_WHY_MALFORMED },
	{ "start on day 0", "110101199003078881", 20230100, IDREVOKE_WHY_MALFORMED },
	{ "start on 31 June", "110101199003078881", 20230631, IDREVOKE_WHY_MALFORMED },
	{ "start 1", "110101199003078881", 1, IDREVOKE_WHY_MALFORMED },
	{ "start of 32 bits", "110101199003078881", UINT32_MAX, IDREVOKE_WHY_MALFORMED },
};

#define TEXTS	(sizeof(texts) / sizeof(*texts))

static void ask(struct idrevoke_check *check)
{
	if (ioctl(device, IDREVOKE_IOC_CHECK, check))
		bail_out("CHECK: %s", strerror(errno));
}

static struct idrevoke_info info(void)
{
	struct idrevoke_info info = { 0 };

	if (ioctl(device, IDREVOKE_IOC_INFO, &info))
		bail_out("INFO: %s", strerror(errno));
	return info;
}

static bool is_not_ready(const struct idrevoke_check *check)
{
	return check->verdict == IDREVOKE_UNKNOWN && check->why == IDREVOKE_WHY_NOT_READY &&
	       !check->reason && !check->answer_flags && !check->version && !check->issued;
}

static void before_any_list(void)
{
	struct idrevoke_info now = info();
	struct idrevoke_check checks[2];
	struct idrevoke_batch batch = { .checks = (uintptr_t)checks, .count = 2 };
	uint8_t zero[IDREVOKE_DIGEST_SIZE] = { 0 };

	guest_question(&checks[0], card(CARD_UNLISTED), 20200101);
	guest_question(&checks[1], card(CARD_OPEN), 0);
	/* Nothing of what was there before is left. */
	memset(&checks[0].verdict, 0xff, 32);
	ask(&checks[0]);
	ok(is_not_ready(&checks[0]), "without a list: UNKNOWN/NOT_READY of version 0");
	memset(&checks[0].verdict, 0xff, 32);
	memset(&checks[1].verdict, 0xff, 32);
	is(ioctl(device, IDREVOKE_IOC_CHECK_BATCH, &batch), 2, "... in a batch");
	ok(is_not_ready(&checks[0]) && is_not_ready(&checks[1]), "... also");
	is(now.state, IDREVOKE_STATE_NOT_READY, "INFO: NOT_READY");
	ok(!now.epoch && !now.version && !now.count && !now.issued && !now.fresh_ms &&
	   !memcmp(now.digest, zero, sizeof(zero)), "... and nothing else");
	is(now.features, IDREVOKE_FEATURE_CHECK | IDREVOKE_FEATURE_CHECK_BATCH |
	   IDREVOKE_FEATURE_POLL | IDREVOKE_FEATURE_URING, "INFO: features");
}

static bool follows(const struct idrevoke_check *check, const struct rule *rule,
		    const struct wire_list *list)
{
	return check->verdict == rule->verdict && !check->why && check->reason == rule->reason &&
	       check->answer_flags == rule->flags && check->version == list->version &&
	       check->issued == list->issued;
}

static void the_rules(const struct wire_list *list)
{
	struct idrevoke_check checks[RULES];
	struct idrevoke_batch batch = { .checks = (uintptr_t)checks, .count = RULES };
	unsigned int i, wrong = 0, consistency;

	for (i = 0; i < RULES; i++) {
		for (consistency = 0; consistency <= IDREVOKE_CONSISTENCY_MISMATCH; consistency++) {
			guest_question(&checks[i], card(rules[i].card), rules[i].valid_from);
			checks[i].consistency = consistency;
			ask(&checks[i]);
			wrong += !follows(&checks[i], &rules[i], list);
		}
		if (!ok(!wrong, "card %d, start %u: verdict %u, reason %u, flags %u", rules[i].card,
			rules[i].valid_from, rules[i].verdict, rules[i].reason, rules[i].flags))
			diag("got %u, why %u, reason %u, flags %u, version %llu, issued %llu",
			     checks[i].verdict, checks[i].why, checks[i].reason,
			     checks[i].answer_flags, (unsigned long long)checks[i].version,
			     (unsigned long long)checks[i].issued);
		wrong = 0;
		memset(&checks[i].verdict, 0xff, 32);
	}
	is(ioctl(device, IDREVOKE_IOC_CHECK_BATCH, &batch), RULES, "the same in a batch");
	for (i = 0; i < RULES; i++)
		wrong += !follows(&checks[i], &rules[i], list);
	is(wrong, 0, "... has the same answers");
}

static void the_texts(void)
{
	struct idrevoke_check check;
	unsigned int i;

	for (i = 0; i < TEXTS; i++) {
		/* Only a text that is wrong for its check character keeps it. */
		bool keep = strstr(texts[i].name, "check") || strchr(texts[i].number, 'X') ||
			    strspn(texts[i].number, "0123456789") != IDREVOKE_NUMBER_LEN;

		memset(&check, 0, sizeof(check));
		memcpy(check.number, texts[i].number, strlen(texts[i].number));
		if (!keep)
			guest_set_check_character(check.number);
		check.valid_from = texts[i].valid_from;
		ask(&check);
		ok(check.verdict == (texts[i].why ? IDREVOKE_UNKNOWN : IDREVOKE_CLEAR) &&
		   check.why == texts[i].why && !check.reason && !check.answer_flags,
		   "%s: %s %u", texts[i].name, texts[i].why ? "why" : "CLEAR", texts[i].why);
	}
}

static void check_character_x(void)
{
	struct idrevoke_check check;
	uint32_t index = 0;

	do
		guest_question(&check, guest_number(++index), 0);
	while (check.number[17] != 'X');
	ask(&check);
	is(check.verdict, IDREVOKE_CLEAR, "X is a check character");
	check.number[17] = 'x';
	ask(&check);
	is(check.verdict, IDREVOKE_CLEAR, "x also");
}

static void the_counters(struct wire *wire)
{
	static const struct {
		enum card card;
		uint32_t valid_from;
		enum idrevoke_counter counter;
	} one[] = {
		{ CARD_UNLISTED, 0, IDREVOKE_COUNTER_CLEAR },
		{ CARD_CANCELLED, 0, IDREVOKE_COUNTER_REVOKED },
		{ CARD_REPLACED, 0, IDREVOKE_COUNTER_AMBIGUOUS },
		{ CARD_UNLISTED, 1, IDREVOKE_COUNTER_MALFORMED },
	};
	struct wire_reply before, after;
	struct idrevoke_check checks[4 * 8] = { 0 };
	struct idrevoke_batch batch = { .checks = (uintptr_t)checks, .count = 4 * 8 };
	unsigned int i, counter, wrong = 0;

	wire_ask(wire, IDREVOKE_CMD_STATUS, &before);
	for (i = 0; i < 4 * 8; i++)
		guest_question(&checks[i], card(one[i % 4].card), one[i % 4].valid_from);
	if (ioctl(device, IDREVOKE_IOC_CHECK_BATCH, &batch) != 4 * 8)
		bail_out("CHECK_BATCH: %s", strerror(errno));
	for (i = 0; i < 4; i++)
		ask(&checks[i]);
	checks[0].list = 1;
	ask(&checks[0]);
	wire_ask(wire, IDREVOKE_CMD_STATUS, &after);
	for (i = 0; i < 4; i++)
		is(after.counters[one[i].counter] - before.counters[one[i].counter], 9,
		   "STATUS: counter %u counts single checks and batches", one[i].counter);
	is(after.counters[IDREVOKE_COUNTER_UNSUPPORTED] -
	   before.counters[IDREVOKE_COUNTER_UNSUPPORTED], 1, "... UNSUPPORTED also");
	for (counter = IDREVOKE_COUNTER_CLEAR; counter <= IDREVOKE_COUNTER_MAX; counter++)
		if (counter == IDREVOKE_COUNTER_STALE || counter == IDREVOKE_COUNTER_THROTTLED)
			wrong += after.counters[counter] != 0;
	is(wrong, 0, "... and no other does");
	is(after.counters[IDREVOKE_COUNTER_NOT_READY], 3, "NOT_READY was counted before");
}

static void the_info(struct wire *wire, struct wire_list *list)
{
	struct idrevoke_info before = info(), now;
	uint8_t digest[IDREVOKE_DIGEST_SIZE];
	struct idrevoke_check check;
	struct wire_reply reply;

	guest_digest_encode(&list->digest, digest);
	ok(before.state == IDREVOKE_STATE_CURRENT && before.epoch == list->epoch &&
	   before.version == list->version && before.count == list->count &&
	   before.issued == list->issued && !memcmp(before.digest, digest, sizeof(digest)) &&
	   !before.flags && !before.reserved[0] && !before.reserved[4],
	   "INFO: state, epoch, version, count, issued, digest of the list");
	ok(before.fresh_ms > 3500000 && before.fresh_ms <= 3600000, "INFO: fresh for an hour");
	ok(!wire_ask(wire, IDREVOKE_CMD_STATUS, &reply) &&
	   reply.value[IDREVOKE_A_STATE] == before.state &&
	   reply.value[IDREVOKE_A_EPOCH] == before.epoch &&
	   reply.value[IDREVOKE_A_VERSION] == before.version &&
	   reply.value[IDREVOKE_A_COUNT] == before.count &&
	   reply.value[IDREVOKE_A_ISSUED] == before.issued &&
	   reply.value[IDREVOKE_A_FRESH_MS] <= before.fresh_ms &&
	   reply.value[IDREVOKE_A_FRESH_MS] > 3500000 &&
	   !memcmp(reply.digest, before.digest, sizeof(digest)), "STATUS says the same");
	ok(reply.value[IDREVOKE_A_FLOOR_EPOCH] == list->epoch &&
	   reply.value[IDREVOKE_A_FLOOR_VERSION] == list->version &&
	   reply.value[IDREVOKE_A_MEMORY] > 0 && reply.value[IDREVOKE_A_MAX_ENTRIES] > 0 &&
	   reply.has[IDREVOKE_A_REBUILDS] && reply.has[IDREVOKE_A_REBUILDING] &&
	   reply.has[IDREVOKE_A_COUNTERS] && reply.has[IDREVOKE_A_TRANSACTION] &&
	   !reply.value[IDREVOKE_A_TRANSACTION] && !reply.has[IDREVOKE_A_WALK_COUNT] &&
	   !reply.has[IDREVOKE_A_EVENT], "STATUS has all that it should");

	guest_question(&check, card(CARD_CANCELLED), 0);
	ask(&check);
	now = info();
	is(now.hits - before.hits, 1, "INFO: a hit is counted");
	guest_question(&check, card(CARD_UNLISTED), 0);
	ask(&check);
	is(info().hits - now.hits, 0, "INFO: a miss is not");
	is(now.throttled, 0, "INFO: nothing was throttled");
}

/* A process that sleeps in poll is woken by a commit. */
static void poll_wakes(struct wire *wire, struct wire_list *list)
{
	uint8_t bytes[CARDS * IDREVOKE_RECORD_SIZE];
	int fd = guest_open(), pair[2], status;
	struct idrevoke_info now;
	struct wire_reply reply;
	char ready;
	pid_t pid;

	cards_list(bytes);
	info();
	ok(!guest_readable(fd, 0), "poll: nothing has changed since open");
	ok(!guest_readable(device, 0), "poll: nor since INFO");
	if (pipe(pair))
		bail_out("pipe: %s", strerror(errno));
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		if (write(pair[1], "", 1) != 1)
			_exit(2);
		_exit(!guest_readable(fd, 60000));
	}
	if (read(pair[0], &ready, 1) != 1)
		bail_out("pipe: %s", strerror(errno));
	list->version++;
	is(wire_snapshot(wire, list, bytes, CARDS, &reply), 0, "a new version comes in force");
	ok(waitpid(pid, &status, 0) == pid && status == 0, "poll: it wakes a sleeper");
	ok(guest_readable(fd, 0) && guest_readable(fd, 0), "poll: readable until INFO");
	ok(guest_readable(device, 0), "poll: on every descriptor");
	memset(&now, 0, sizeof(now));
	ok(!ioctl(fd, IDREVOKE_IOC_INFO, &now) && now.version == list->version, "INFO: that version");
	ok(!guest_readable(fd, 0), "poll: not any more after INFO");
	ok(guest_readable(device, 0), "poll: but on the other descriptor");
	info();
	ok(!guest_readable(device, 0), "poll: until INFO there");
	is(wire_ask(wire, IDREVOKE_CMD_FLUSH, &reply), 0, "FLUSH");
	ok(guest_readable(fd, 0), "poll: readable after FLUSH");
	is(info().state, IDREVOKE_STATE_NOT_READY, "INFO: NOT_READY after FLUSH");
	close(fd);
}

/* A list of nobody proves nothing about anybody. */
static void a_list_of_nobody(struct wire *wire, struct wire_list *list)
{
	struct idrevoke_check check;
	struct wire_reply reply;

	list->version++;
	list->count = 0;
	list->digest = (struct guest_digest){ 0, 0 };
	is(wire_snapshot(wire, list, NULL, 0, &reply), 0, "a list of nobody comes in force");
	guest_question(&check, card(CARD_UNLISTED), 20200101);
	ask(&check);
	ok(check.verdict == IDREVOKE_UNKNOWN && check.why == IDREVOKE_WHY_NOT_READY &&
	   check.version == list->version, "a list of nobody: UNKNOWN/NOT_READY, never CLEAR");
	is(info().state, IDREVOKE_STATE_NOT_READY, "INFO: NOT_READY");
}

int main(void)
{
	struct wire_list list;
	struct wire wire;

	guest_load("hits_per_hour=0");
	wire_open(&wire);
	device = guest_open();

	before_any_list();
	list = cards_load(&wire);
	the_rules(&list);
	the_texts();
	check_character_x();
	the_counters(&wire);
	the_info(&wire, &list);
	poll_wakes(&wire, &list);
	a_list_of_nobody(&wire, &list);

	close(device);
	wire_close(&wire);
	guest_unload();
	return done();
}
