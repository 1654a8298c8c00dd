// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * libidrevoke: from an answer of the kernel, the printed dates and a site's policy
 * to what a window does. The table in <idrevoke.h> is what this implements.
 */
#include <stdbool.h>
#include <time.h>

#include <idrevoke.h>

#include "date.h"

#define TOLERATE_ALL	(IDREVOKE_TOLERATE_END_UNKNOWN | IDREVOKE_TOLERATE_HOLDER_UNKNOWN)
#define FLAGS_ALL	(IDREVOKE_FLAG_PERSON | IDREVOKE_FLAG_LATE | IDREVOKE_FLAG_STALE)
#define SECONDS_A_DAY	86400

static bool policy_is_valid(const struct idrevoke_policy *policy)
{
	return policy->mode <= IDREVOKE_MODE_OBSERVE && !(policy->tolerate & ~TOLERATE_ALL) &&
	       !policy->reserved[0] && !policy->reserved[1];
}

static bool is_printed_day(uint32_t yyyymmdd)
{
	uint16_t day;

	return !idrevoke_start_parse(yyyymmdd, &day);
}

/*
 * A day before that of the issuer's statement cannot be today; but the statement's
 * is in UTC, where it may be tomorrow already.
 */
static bool today_is_plausible(const struct idrevoke_check *check, uint32_t today)
{
	if (!is_printed_day(today))
		return false;
	return idrevoke_date_count(today / 10000, today / 100 % 100, today % 100) >=
	       (int64_t)(check->issued / SECONDS_A_DAY) - 1;
}

static bool dates_are_plausible(uint32_t valid_from, uint32_t valid_to)
{
	if (valid_from && !is_printed_day(valid_from))
		return false;
	if (!valid_to || valid_to == IDREVOKE_LONG_TERM)
		return true;
	return is_printed_day(valid_to) && valid_to >= valid_from;
}

static enum idrevoke_ground ground_of_why(uint32_t why)
{
	switch (why) {
	case IDREVOKE_WHY_NOT_READY:
		return IDREVOKE_GROUND_NOT_READY;
	case IDREVOKE_WHY_STALE:
		return IDREVOKE_GROUND_STALE;
	case IDREVOKE_WHY_MALFORMED:
		return IDREVOKE_GROUND_MALFORMED;
	case IDREVOKE_WHY_UNSUPPORTED:
		return IDREVOKE_GROUND_UNSUPPORTED;
	case IDREVOKE_WHY_THROTTLED:
		return IDREVOKE_GROUND_THROTTLED;
	default:
		return IDREVOKE_GROUND_UNANSWERED;
	}
}

/* What the kernel's answer alone comes to; UNANSWERED if it is no such answer. */
static enum idrevoke_ground ground_of_answer(const struct idrevoke_check *check)
{
	bool listed = check->reason >= IDREVOKE_REASON_SUPERSEDED &&
		      check->reason <= IDREVOKE_REASON_STOLEN;

	if (check->answer_flags & ~FLAGS_ALL)
		return IDREVOKE_GROUND_UNANSWERED;
	if (check->verdict == IDREVOKE_UNKNOWN && !check->reason)
		return ground_of_why(check->why);
	if (check->why)
		return IDREVOKE_GROUND_UNANSWERED;
	if (check->verdict == IDREVOKE_REVOKED && listed)
		return IDREVOKE_GROUND_REVOKED;
	if (check->verdict == IDREVOKE_AMBIGUOUS && listed)
		return IDREVOKE_GROUND_AMBIGUOUS;
	if (check->verdict == IDREVOKE_CLEAR && !check->reason &&
	    !(check->answer_flags & IDREVOKE_FLAG_STALE) &&
	    check->consistency <= IDREVOKE_CONSISTENCY_MISMATCH)
		return IDREVOKE_GROUND_CLEAR;
	return IDREVOKE_GROUND_UNANSWERED;
}

/* The table, from its second line on. */
static enum idrevoke_ground ground_of_all(const struct idrevoke_check *check, uint32_t valid_to,
					  uint32_t today, uint32_t tolerate)
{
	enum idrevoke_ground answer = ground_of_answer(check);

	if (check->consistency == IDREVOKE_CONSISTENCY_MISMATCH)
		return IDREVOKE_GROUND_MISMATCH;
	if (answer == IDREVOKE_GROUND_REVOKED)
		return answer;
	if (!today_is_plausible(check, today))
		return IDREVOKE_GROUND_TODAY;
	if (!dates_are_plausible(check->valid_from, valid_to))
		return IDREVOKE_GROUND_DATES;
	if (answer == IDREVOKE_GROUND_MALFORMED)
		return answer;
	if (valid_to && valid_to < today)
		return IDREVOKE_GROUND_EXPIRED;
	if (answer != IDREVOKE_GROUND_CLEAR)
		return answer;
	if (check->answer_flags & IDREVOKE_FLAG_PERSON)
		return IDREVOKE_GROUND_PERSON;
	if (check->valid_from > today)
		return IDREVOKE_GROUND_NOT_YET_VALID;
	if (!valid_to && !(tolerate & IDREVOKE_TOLERATE_END_UNKNOWN))
		return IDREVOKE_GROUND_END_UNKNOWN;
	if (check->consistency == IDREVOKE_CONSISTENCY_NONE &&
	    !(tolerate & IDREVOKE_TOLERATE_HOLDER_UNKNOWN))
		return IDREVOKE_GROUND_HOLDER_UNKNOWN;
	return IDREVOKE_GROUND_CLEAR;
}

static enum idrevoke_decision decide(enum idrevoke_ground ground, uint32_t mode)
{
	switch (ground) {
	case IDREVOKE_GROUND_CLEAR:
		return IDREVOKE_DECISION_ACCEPT;
	case IDREVOKE_GROUND_REVOKED:
		return mode == IDREVOKE_MODE_REFER ? IDREVOKE_DECISION_REFER
						   : IDREVOKE_DECISION_REFUSE;
	case IDREVOKE_GROUND_MISMATCH:
	case IDREVOKE_GROUND_MALFORMED:
	case IDREVOKE_GROUND_EXPIRED:
		return IDREVOKE_DECISION_REFUSE;
	default:
		return IDREVOKE_DECISION_REFER;
	}
}

bool idrevoke_may_accept(const struct idrevoke_check *check, uint32_t valid_to, uint32_t today,
			 const struct idrevoke_policy *policy, struct idrevoke_outcome *outcome)
{
	bool valid = policy_is_valid(policy);

	outcome->ground = valid ? ground_of_all(check, valid_to, today, policy->tolerate)
				: IDREVOKE_GROUND_POLICY;
	outcome->would = decide(outcome->ground, policy->mode);
	outcome->observed = valid && policy->mode == IDREVOKE_MODE_OBSERVE;
	outcome->decision = outcome->observed ? IDREVOKE_DECISION_ACCEPT : outcome->would;
	return outcome->decision == IDREVOKE_DECISION_ACCEPT;
}

uint32_t idrevoke_today(void)
{
	time_t now = time(NULL);
	struct tm day;

	if (now == (time_t)-1 || !localtime_r(&now, &day) || day.tm_year < 0)
		return 0;
	return (day.tm_year + 1900) * 10000 + (day.tm_mon + 1) * 100 + day.tm_mday;
}

const char *idrevoke_decision_name(uint32_t decision)
{
	switch (decision) {
	case IDREVOKE_DECISION_REFER:
		return "REFER";
	case IDREVOKE_DECISION_ACCEPT:
		return "ACCEPT";
	case IDREVOKE_DECISION_REFUSE:
		return "REFUSE";
	default:
		return "?";
	}
}

struct ground {
	const char *name;
	const char *text;
};

static struct ground ground_describe(uint32_t ground)
{
	static const struct ground grounds[] = {
		[IDREVOKE_GROUND_NONE] = { "NONE", "Nothing has been decided." },
		[IDREVOKE_GROUND_CLEAR] = { "CLEAR", "Nothing speaks against this card." },
		[IDREVOKE_GROUND_POLICY] = { "POLICY",
			"This gateway is not set up rightly: tell its operator." },
		[IDREVOKE_GROUND_MISMATCH] = { "MISMATCH",
			"The person is not the holder of this card." },
		[IDREVOKE_GROUND_REVOKED] = { "REVOKED",
			"The card is listed as lost, stolen, void or superseded." },
		[IDREVOKE_GROUND_TODAY] = { "TODAY",
			"Today's date cannot be right: tell the operator of this gateway." },
		[IDREVOKE_GROUND_DATES] = { "DATES",
			"The dates of validity cannot be right: read them again." },
		[IDREVOKE_GROUND_MALFORMED] = { "MALFORMED",
			"No card has such a number: read it again." },
		[IDREVOKE_GROUND_EXPIRED] = { "EXPIRED", "The card has expired." },
		[IDREVOKE_GROUND_AMBIGUOUS] = { "AMBIGUOUS",
			"The number is listed, and perhaps this card: ask for its dates, or refer." },
		[IDREVOKE_GROUND_NOT_READY] = { "NOT_READY",
			"The list is not there yet: ask again later." },
		[IDREVOKE_GROUND_STALE] = { "STALE",
			"The list is too old to rely on: ask again later." },
		[IDREVOKE_GROUND_UNSUPPORTED] = { "UNSUPPORTED",
			"The list does not cover this kind of document." },
		[IDREVOKE_GROUND_THROTTLED] = { "THROTTLED",
			"This gateway is not told more at present: ask again later, or refer." },
		[IDREVOKE_GROUND_UNANSWERED] = { "UNANSWERED",
			"There was no answer: ask again later." },
		[IDREVOKE_GROUND_PERSON] = { "PERSON",
			"The holder is listed as one who uses the cards of others." },
		[IDREVOKE_GROUND_NOT_YET_VALID] = { "NOT_YET_VALID",
			"The validity of this card has not begun." },
		[IDREVOKE_GROUND_END_UNKNOWN] = { "END_UNKNOWN",
			"The end of validity is not known: read it from the card." },
		[IDREVOKE_GROUND_HOLDER_UNKNOWN] = { "HOLDER_UNKNOWN",
			"It was not established that the person is the holder." },
	};

	if (ground >= sizeof(grounds) / sizeof(grounds[0]))
		return (struct ground){ "?", "?" };
	return grounds[ground];
}

const char *idrevoke_ground_name(uint32_t ground)
{
	return ground_describe(ground).name;
}

const char *idrevoke_ground_text(uint32_t ground)
{
	return ground_describe(ground).text;
}
