// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * idrevoke_may_accept() in every combination of verdict, why, reason, flags,
 * consistency, dates and policy. Standard input is <idrevoke.h>: what decides is
 * the table there, line by line, with what each line says written here once more,
 * by counting on a calendar of days instead of comparing numbers.
 */
#include <string.h>
#include <time.h>

#include <idrevoke.h>

#include "guest.h"
#include "tap.h"

#define DAYS		65535	/* 1984-01-01 to 2163-06-05 */
#define DAYS_BEFORE	5113	/* 1970-01-01 to 1983-12-31 */
#define COUNT(array)	(sizeof(array) / sizeof((array)[0]))

/* A card at a window. */
struct at_window {
	struct idrevoke_check check;
	uint32_t valid_to;
	uint32_t today;
	struct idrevoke_policy policy;
};

static uint32_t calendar[DAYS];

/* The number of a day, or -1 if there is no such one. */
static int day_of(uint32_t yyyymmdd)
{
	int low = 0, high = DAYS;

	while (low < high) {
		int middle = (low + high) / 2;

		if (calendar[middle] < yyyymmdd)
			low = middle + 1;
		else
			high = middle;
	}
	return low < DAYS && calendar[low] == yyyymmdd ? low : -1;
}

/* The answers that the kernel gives, by <linux/idrevoke.h>. */
static bool is_answer(const struct idrevoke_check *check, uint32_t verdict)
{
	if (check->verdict != verdict || check->answer_flags > 7)
		return false;
	switch (verdict) {
	case IDREVOKE_UNKNOWN:
		return check->why >= 1 && check->why <= 5 && check->reason == 0;
	case IDREVOKE_CLEAR:
		return check->why == 0 && check->reason == 0 && check->answer_flags < 4 &&
		       check->consistency <= 4;
	default:
		return check->why == 0 && check->reason >= 1 && check->reason <= 4;
	}
}

static bool is_unknown(const struct idrevoke_check *check, uint32_t why)
{
	return is_answer(check, IDREVOKE_UNKNOWN) && check->why == why;
}

static bool policy(const struct at_window *at)
{
	return at->policy.mode > 2 || at->policy.tolerate > 3 || at->policy.reserved[0] ||
	       at->policy.reserved[1];
}

static bool mismatch(const struct at_window *at)
{
	return at->check.consistency == IDREVOKE_CONSISTENCY_MISMATCH;
}

static bool revoked(const struct at_window *at)
{
	return is_answer(&at->check, IDREVOKE_REVOKED);
}

static bool today(const struct at_window *at)
{
	int day = day_of(at->today);

	return day < 0 || (uint64_t)day + DAYS_BEFORE + 1 < at->check.issued / 86400;
}

static bool dates(const struct at_window *at)
{
	int start = day_of(at->check.valid_from), end = day_of(at->valid_to);

	if (at->check.valid_from != 0 && start < 0)
		return true;
	if (at->valid_to == 0 || at->valid_to == 99991231)
		return false;
	return end < 0 || end < start;
}

static bool malformed(const struct at_window *at)
{
	return is_unknown(&at->check, IDREVOKE_WHY_MALFORMED);
}

static bool expired(const struct at_window *at)
{
	int end = day_of(at->valid_to);

	return end >= 0 && day_of(at->today) - end >= 1;
}

static bool ambiguous(const struct at_window *at)
{
	return is_answer(&at->check, IDREVOKE_AMBIGUOUS);
}

static bool not_ready(const struct at_window *at)
{
	return is_unknown(&at->check, IDREVOKE_WHY_NOT_READY);
}

static bool stale(const struct at_window *at)
{
	return is_unknown(&at->check, IDREVOKE_WHY_STALE);
}

static bool unsupported(const struct at_window *at)
{
	return is_unknown(&at->check, IDREVOKE_WHY_UNSUPPORTED);
}

static bool throttled(const struct at_window *at)
{
	return is_unknown(&at->check, IDREVOKE_WHY_THROTTLED);
}

static bool unanswered(const struct at_window *at)
{
	uint32_t verdict;

	for (verdict = IDREVOKE_UNKNOWN; verdict <= IDREVOKE_AMBIGUOUS; verdict++)
		if (is_answer(&at->check, verdict))
			return false;
	return true;
}

static bool person(const struct at_window *at)
{
	return at->check.answer_flags & IDREVOKE_FLAG_PERSON;
}

static bool not_yet_valid(const struct at_window *at)
{
	return day_of(at->check.valid_from) > day_of(at->today);
}

static bool end_unknown(const struct at_window *at)
{
	return at->valid_to == 0 && at->policy.tolerate != 1 && at->policy.tolerate != 3;
}

static bool holder_unknown(const struct at_window *at)
{
	return at->check.consistency == 0 && at->policy.tolerate < 2;
}

static bool clear(const struct at_window *at)
{
	return is_answer(&at->check, IDREVOKE_CLEAR);
}

/* By enum idrevoke_ground. */
static const struct {
	const char *name;
	bool (*applies)(const struct at_window *at);
} grounds[] = {
	{ "NONE", NULL },
	{ "CLEAR", clear },
	{ "POLICY", policy },
	{ "MISMATCH", mismatch },
	{ "REVOKED", revoked },
	{ "TODAY", today },
	{ "DATES", dates },
	{ "MALFORMED", malformed },
	{ "EXPIRED", expired },
	{ "AMBIGUOUS", ambiguous },
	{ "NOT_READY", not_ready },
	{ "STALE", stale },
	{ "UNSUPPORTED", unsupported },
	{ "THROTTLED", throttled },
	{ "UNANSWERED", unanswered },
	{ "PERSON", person },
	{ "NOT_YET_VALID", not_yet_valid },
	{ "END_UNKNOWN", end_unknown },
	{ "HOLDER_UNKNOWN", holder_unknown },
};

/* The table's lines. */
static struct {
	uint32_t ground;
	uint32_t decision[2]; /* by enum idrevoke_mode */
} lines[32];
static unsigned int line_count;

static int decision_of(const char *word)
{
	static const char *const words[] = { "refer", "accept", "refuse" };

	for (unsigned int i = 0; word && i < COUNT(words); i++)
		if (!strcmp(word, words[i]))
			return i;
	return -1;
}

/* " *	GROUND	what	decision	decision"; other lines are prose. */
static void read_line(char *line)
{
	char *words[4] = { NULL };
	unsigned int count = 0, ground = 1;
	int refer, refuse;

	for (char *word; count < 4 && (word = strsep(&line, "\t\n")); )
		if (*word && strcmp(word, " *"))
			words[count++] = word;
	refer = decision_of(words[2]);
	refuse = decision_of(words[3]);
	if (refer < 0 || refuse < 0)
		return;
	while (ground < COUNT(grounds) && strcmp(grounds[ground].name, words[0]))
		ground++;
	if (ground == COUNT(grounds) || line_count == COUNT(lines))
		bail_out("the header's table has a line %s", words[0]);
	lines[line_count].ground = ground;
	lines[line_count].decision[IDREVOKE_MODE_REFER] = refer;
	lines[line_count++].decision[IDREVOKE_MODE_REFUSE] = refuse;
}

static void read_table(void)
{
	bool seen[COUNT(grounds)] = { false };
	char line[256];

	while (fgets(line, sizeof(line), stdin))
		read_line(line);
	for (unsigned int i = 0; i < line_count; i++) {
		if (seen[lines[i].ground])
			bail_out("two lines for %s", grounds[lines[i].ground].name);
		seen[lines[i].ground] = true;
	}
	is(line_count, COUNT(grounds) - 1, "the header's table has a line for each ground");
}

static struct idrevoke_outcome predict(const struct at_window *at)
{
	struct idrevoke_outcome outcome = { .observed = at->policy.mode == IDREVOKE_MODE_OBSERVE };
	unsigned int i = 0;

	while (!grounds[lines[i].ground].applies(at))
		if (++i == line_count)
			bail_out("no line of the table applies");
	outcome.ground = lines[i].ground;
	if (outcome.ground == IDREVOKE_GROUND_POLICY)
		outcome.observed = 0;
	outcome.would = lines[i].decision[at->policy.mode != IDREVOKE_MODE_REFER];
	outcome.decision = outcome.observed ? IDREVOKE_DECISION_ACCEPT : outcome.would;
	return outcome;
}

/* What must hold, whatever the table says. */
static bool is_safe(const struct at_window *at, const struct idrevoke_outcome *outcome)
{
	const struct idrevoke_check *check = &at->check;

	if (outcome->would == IDREVOKE_DECISION_ACCEPT)
		return check->verdict == IDREVOKE_CLEAR && !check->why &&
		       !(check->answer_flags & ~IDREVOKE_FLAG_LATE) &&
		       (check->consistency ? check->consistency < IDREVOKE_CONSISTENCY_MISMATCH
					   : at->policy.tolerate & 2) &&
		       (at->valid_to ? at->valid_to >= at->today : at->policy.tolerate & 1) &&
		       check->valid_from <= at->today && at->policy.mode <= 2;
	if (outcome->would == IDREVOKE_DECISION_REFUSE)
		return check->consistency == IDREVOKE_CONSISTENCY_MISMATCH ||
		       (check->verdict == IDREVOKE_REVOKED && at->policy.mode) ||
		       (check->verdict == IDREVOKE_UNKNOWN && check->why == IDREVOKE_WHY_MALFORMED) ||
		       (at->valid_to && at->valid_to < at->today);
	return outcome->would == IDREVOKE_DECISION_REFER;
}

static uint64_t tried, wrong, unsafe, misreturned;

static void try_one(const struct at_window *at)
{
	struct idrevoke_outcome outcome, wanted = predict(at);
	bool accept;

	memset(&outcome, 0xff, sizeof(outcome));
	accept = idrevoke_may_accept(&at->check, at->valid_to, at->today, &at->policy, &outcome);
	tried++;
	if (memcmp(&outcome, &wanted, sizeof(outcome)) && !wrong++)
		diag("%s %s instead of %s %s: verdict %u why %u reason %u flags %u consistency %u "
		     "issued %llu from %u to %u today %u mode %u tolerate %u",
		     idrevoke_decision_name(outcome.decision), idrevoke_ground_name(outcome.ground),
		     idrevoke_decision_name(wanted.decision), idrevoke_ground_name(wanted.ground),
		     at->check.verdict, at->check.why, at->check.reason, at->check.answer_flags,
		     at->check.consistency, (unsigned long long)at->check.issued,
		     at->check.valid_from, at->valid_to, at->today, at->policy.mode,
		     at->policy.tolerate);
	unsafe += !is_safe(at, &outcome);
	misreturned += accept != (outcome.decision == IDREVOKE_DECISION_ACCEPT);
}

static void tried_all(const char *what)
{
	is(wrong, 0, "%s: as the table says, %llu times", what, (unsigned long long)tried);
	is(unsafe, 0, "%s: nothing accepted or refused without its grounds", what);
	is(misreturned, 0, "%s: true is returned for ACCEPT alone", what);
	tried = wrong = unsafe = misreturned = 0;
}

static void try_policies(struct at_window *at)
{
	static const uint32_t modes[] = { 0, 1, 2, 3, UINT32_MAX };
	static const uint32_t tolerates[] = { 0, 1, 2, 3, 4, 1U << 31 };

	for (unsigned int m = 0; m < COUNT(modes); m++) {
		for (unsigned int t = 0; t < COUNT(tolerates); t++) {
			at->policy = (struct idrevoke_policy){ modes[m], tolerates[t], { 0, 0 } };
			try_one(at);
		}
		for (unsigned int r = 0; r < 2; r++) {
			at->policy = (struct idrevoke_policy){ .mode = modes[m] };
			at->policy.reserved[r] = 1;
			try_one(at);
		}
	}
}

static void every_answer(void)
{
	/* from, to, today */
	static const uint32_t days[][3] = {
		{ 20190412, 20390412, 20240229 }, { 0, 99991231, 20240229 }, { 0, 0, 20240229 },
		{ 20190412, 20240228, 20240229 }, { 20240301, 20340301, 20240229 },
		{ 20190412, 20190411, 20240229 }, { 20190412, 20390412, 20230229 },
		{ 20190412, 20390412, 20200101 },
	};
	struct at_window at = { .check = { .issued = 1709164800 /* 2024-02-29 */ } };

	for (unsigned int d = 0; d < COUNT(days); d++) {
		at.check.valid_from = days[d][0];
		at.valid_to = days[d][1];
		at.today = days[d][2];
		for (uint32_t code = 0; code < 6 * 7 * 6 * 16 * 7; code++) {
			at.check.verdict = code % 6;
			at.check.why = code / 6 % 7;
			at.check.reason = code / 42 % 6;
			at.check.answer_flags = code / 252 % 16;
			at.check.consistency = code / 4032;
			try_policies(&at);
		}
	}
	tried_all("every answer");
}

static void try_modes(struct at_window *at)
{
	static const struct idrevoke_check answers[] = {
		{ .verdict = IDREVOKE_CLEAR },
		{ .verdict = IDREVOKE_CLEAR, .answer_flags = IDREVOKE_FLAG_PERSON },
		{ .verdict = IDREVOKE_REVOKED, .reason = IDREVOKE_REASON_LOST },
		{ .verdict = IDREVOKE_AMBIGUOUS, .reason = IDREVOKE_REASON_LOST },
		{ .why = IDREVOKE_WHY_MALFORMED },
		{ .why = IDREVOKE_WHY_STALE },
	};
	const struct idrevoke_check asked = at->check;

	for (unsigned int code = 0; code < COUNT(answers) * 3 * 4 * 3; code++) {
		at->check = answers[code % COUNT(answers)];
		at->check.valid_from = asked.valid_from;
		at->check.issued = asked.issued;
		at->check.consistency = code / COUNT(answers) % 3 * 2;
		at->policy.tolerate = code / COUNT(answers) / 3 % 4;
		at->policy.mode = code / COUNT(answers) / 12;
		try_one(at);
	}
}

static void every_date(void)
{
	static const uint32_t days[] = {
		0, 1, 101, 10101, 19700101, 19831231, 19840101, 19840102, 20000229, 20230228,
		20230229, 20230301, 20240228, 20240229, 20240230, 20240301, 20240431, 20241232,
		20241301, 20240001, 20240100, 21000228, 21000229, 21630605, 21630606, 99991230,
		99991231, 99991232, UINT32_MAX,
	};
	static const uint64_t issued[] = {
		0, 86399, 1677628799 /* 2023-02-28 */, 1677628800, 1709251199 /* 2024-02-29 */,
		1709251200, 1709337600, UINT64_MAX,
	};

	for (unsigned int code = 0; code < COUNT(days) * COUNT(days) * COUNT(days); code++) {
		struct at_window at = {
			.check.valid_from = days[code % COUNT(days)],
			.valid_to = days[code / COUNT(days) % COUNT(days)],
			.today = days[code / COUNT(days) / COUNT(days)],
		};

		for (unsigned int i = 0; i < COUNT(issued); i++) {
			at.check.issued = issued[i];
			try_modes(&at);
		}
	}
	tried_all("every date");
}

/* A card without fault; the cases below spoil one thing each. */
static const struct at_window good = {
	.check = {
		.valid_from = 20140301,
		.consistency = IDREVOKE_CONSISTENCY_FINGERPRINT,
		.verdict = IDREVOKE_CLEAR,
		.version = 7,
		.issued = 1709208000, /* 2024-02-29T12:00:00Z */
	},
	.valid_to = 20240301,
	.today = 20240229,
	.policy = { .mode = IDREVOKE_MODE_REFUSE },
};

static void decides(struct at_window at, uint32_t decision, uint32_t ground, const char *what)
{
	struct idrevoke_outcome outcome;

	idrevoke_may_accept(&at.check, at.valid_to, at.today, &at.policy, &outcome);
	ok(outcome.decision == decision && outcome.ground == ground && outcome.would == decision &&
	   !outcome.observed, "%s: %s, %s", what, idrevoke_decision_name(decision),
	   idrevoke_ground_name(ground));
	if (outcome.decision != decision || outcome.ground != ground)
		diag("got %s, %s", idrevoke_decision_name(outcome.decision),
		     idrevoke_ground_name(outcome.ground));
}

#define WITH(...) ({ struct at_window at = good; __VA_ARGS__; at; })

static void last_days(void)
{
	decides(good, IDREVOKE_DECISION_ACCEPT, IDREVOKE_GROUND_CLEAR, "the day before the last");
	decides(WITH(at.today = 20240301), IDREVOKE_DECISION_ACCEPT, IDREVOKE_GROUND_CLEAR,
		"the last day");
	decides(WITH(at.today = 20240302), IDREVOKE_DECISION_REFUSE, IDREVOKE_GROUND_EXPIRED,
		"the day after the last");
	decides(WITH(at.valid_to = 20240229), IDREVOKE_DECISION_ACCEPT, IDREVOKE_GROUND_CLEAR,
		"the last day, 29 February");
	decides(WITH(at.valid_to = 20240229; at.today = 20240301), IDREVOKE_DECISION_REFUSE,
		IDREVOKE_GROUND_EXPIRED, "the day after 29 February");
	decides(WITH(at.valid_to = 20250229), IDREVOKE_DECISION_REFER, IDREVOKE_GROUND_DATES,
		"an end on 29 February of a common year");
	decides(WITH(at.valid_to = 20140301), IDREVOKE_DECISION_REFUSE, IDREVOKE_GROUND_EXPIRED,
		"an end on the day of the start");
	decides(WITH(at.valid_to = 20140228), IDREVOKE_DECISION_REFER, IDREVOKE_GROUND_DATES,
		"an end before the start");
	decides(WITH(at.valid_to = IDREVOKE_LONG_TERM), IDREVOKE_DECISION_ACCEPT,
		IDREVOKE_GROUND_CLEAR, "valid for good");
	decides(WITH(at.check.valid_from = 20240229), IDREVOKE_DECISION_ACCEPT,
		IDREVOKE_GROUND_CLEAR, "the first day");
	decides(WITH(at.check.valid_from = 20240301), IDREVOKE_DECISION_REFER,
		IDREVOKE_GROUND_NOT_YET_VALID, "the day before the first");
	decides(WITH(at.check.valid_from = 0), IDREVOKE_DECISION_ACCEPT, IDREVOKE_GROUND_CLEAR,
		"not listed, the start not known");
}

static void clocks(void)
{
	decides(WITH(at.today = 20240228), IDREVOKE_DECISION_ACCEPT, IDREVOKE_GROUND_CLEAR,
		"a window where it is still yesterday");
	decides(WITH(at.today = 20240227), IDREVOKE_DECISION_REFER, IDREVOKE_GROUND_TODAY,
		"a clock before the issuer's statement");
	decides(WITH(at.today = 19700101), IDREVOKE_DECISION_REFER, IDREVOKE_GROUND_TODAY,
		"a clock without battery");
	decides(WITH(at.today = 0), IDREVOKE_DECISION_REFER, IDREVOKE_GROUND_TODAY,
		"no clock");
}

static void every_last_day(void)
{
	uint64_t failed = 0;

	for (unsigned int day = 0; day + 2 < DAYS; day++) {
		struct at_window at = WITH(at.check.issued = 0; at.check.valid_from = 0);
		struct idrevoke_outcome outcome;

		at.valid_to = calendar[day + 1];
		for (unsigned int later = 0; later < 3; later++)
			failed += idrevoke_may_accept(&at.check, at.valid_to, calendar[day + later],
						      &at.policy, &outcome) != (later < 2);
	}
	is(failed, 0, "every day of %u as the last one: valid on it, not after it", DAYS - 2);
}

static void observing(void)
{
	static const struct idrevoke_check unasked;
	struct idrevoke_policy policy = { .mode = IDREVOKE_MODE_OBSERVE };
	struct idrevoke_check stolen = good.check;
	struct idrevoke_outcome outcome;

	stolen.verdict = IDREVOKE_REVOKED;
	stolen.reason = IDREVOKE_REASON_STOLEN;
	ok(idrevoke_may_accept(&stolen, good.valid_to, good.today, &policy, &outcome),
	   "observe-only: a stolen card is accepted, as before");
	ok(outcome.observed && outcome.would == IDREVOKE_DECISION_REFUSE &&
	   outcome.ground == IDREVOKE_GROUND_REVOKED, "... and told apart: it would be refused");
	memset(&policy, 0, sizeof(policy));
	ok(!idrevoke_may_accept(&stolen, good.valid_to, good.today, &policy, &outcome) &&
	   !outcome.observed && outcome.decision == IDREVOKE_DECISION_REFER,
	   "a policy of zeros refers it");
	ok(!idrevoke_may_accept(&unasked, 0, 0, &policy, &outcome) &&
	   outcome.decision == IDREVOKE_DECISION_REFER, "all zeros are referred");
	memset(&outcome, 0, sizeof(outcome));
	ok(outcome.decision == IDREVOKE_DECISION_REFER && outcome.would == IDREVOKE_DECISION_REFER &&
	   outcome.ground == IDREVOKE_GROUND_NONE, "an outcome of zeros refers");
}

static void today_is(const char *zone, int hours)
{
	uint32_t before, today, after;

	setenv("TZ", zone, 1);
	tzset();
	before = guest_date(1970, (time(NULL) + hours * 3600) / 86400);
	today = idrevoke_today();
	after = guest_date(1970, (time(NULL) + hours * 3600) / 86400);
	ok(today == before || today == after, "today where the time is %s", zone);
}

static void names(void)
{
	unsigned int bad = 0;

	for (uint32_t ground = 0; ground < COUNT(grounds); ground++) {
		const char *text = idrevoke_ground_text(ground);

		bad += !!strcmp(idrevoke_ground_name(ground), grounds[ground].name);
		bad += strlen(text) >= 80 || strlen(text) < 10 || text[strlen(text) - 1] != '.';
	}
	is(bad, 0, "each ground has its name, and a sentence of less than 80 characters");
	ok(!strcmp(idrevoke_ground_name(COUNT(grounds)), "?") &&
	   !strcmp(idrevoke_ground_text(UINT32_MAX), "?"), "an unknown ground");
	ok(!strcmp(idrevoke_decision_name(IDREVOKE_DECISION_REFER), "REFER") &&
	   !strcmp(idrevoke_decision_name(IDREVOKE_DECISION_ACCEPT), "ACCEPT") &&
	   !strcmp(idrevoke_decision_name(IDREVOKE_DECISION_REFUSE), "REFUSE") &&
	   !strcmp(idrevoke_decision_name(3), "?"), "names of decisions");
}

int main(void)
{
	for (unsigned int day = 0; day < DAYS; day++)
		calendar[day] = guest_date(1984, day);
	read_table();
	every_answer();
	every_date();
	last_days();
	clocks();
	every_last_day();
	observing();
	today_is("UTC0", 0);
	today_is("CST-8", 8);
	today_is("EAST-14", 14);
	today_is("WEST12", -12);
	names();
	return done();
}
