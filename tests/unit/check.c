// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The check as a gateway asks it, on a list that goes from none to current, late
 * and stale, and with a budget of hits: against the domain's table of verdicts.
 */
#include <string.h>

#include "ask.h"
#include "budget.h"
#include "check.h"
#include "issuer.h"

#define HOUR	(3600 * 1000000000ULL)

static u32 date_of(u32 day)
{
	time_t start = (day + 5113LL) * 86400;	/* 1984 is day 5113 */
	struct tm tm;

	gmtime_r(&start, &tm);
	return (tm.tm_year + 1900) * 10000 + (tm.tm_mon + 1) * 100 + tm.tm_mday;
}

static struct issuer list;
static unsigned long long answered[4];

/* A random question, and what must be answered without a budget. */
static struct idrevoke_check ask(struct idrevoke_check *wanted, enum idrevoke_state state)
{
	u64 i = random_below(list.size);
	u32 value = list.values[i], through = value & 0xffff, start;
	bool listed = state != IDREVOKE_STATE_NOT_READY && value != UNLISTED;
	bool known = !one_in(3), open = value >> 20 & 1;
	struct idrevoke_check check;

	/* what was there before must not show */
	memset(&check, 0x55, sizeof(check));
	check.consistency = random_below(5);
	check.list = check.flags = check.reserved = check.valid_from = 0;
	issuer_print_number(list.numbers[i], check.number);
	start = one_in(2) ? random_below(65535) : through + random_below(3) - 1;
	if (start > 65534)
		start = 65534;
	if (known)
		check.valid_from = date_of(start);

	*wanted = check;
	wanted->why = wanted->reason = wanted->answer_flags = wanted->version = wanted->issued = 0;
	wanted->verdict = IDREVOKE_CLEAR;
	if (state != IDREVOKE_STATE_NOT_READY) {
		wanted->version = list.version;
		wanted->issued = stub_wall_seconds;
	}
	if (state == IDREVOKE_STATE_LATE)
		wanted->answer_flags = IDREVOKE_FLAG_LATE;
	else if (state == IDREVOKE_STATE_STALE)
		wanted->answer_flags = IDREVOKE_FLAG_STALE;
	if (listed && through) {
		if (through == 65535 || (known ? start <= through : open))
			wanted->verdict = IDREVOKE_REVOKED;
		else if (!known || open)
			wanted->verdict = IDREVOKE_AMBIGUOUS;
		if (wanted->verdict != IDREVOKE_CLEAR)
			wanted->reason = value >> 16 & 0xf;
	}
	if (listed && value >> 21 & 1)
		wanted->answer_flags |= IDREVOKE_FLAG_PERSON;
	if (wanted->verdict == IDREVOKE_CLEAR && state == IDREVOKE_STATE_NOT_READY) {
		wanted->verdict = IDREVOKE_UNKNOWN;
		wanted->why = IDREVOKE_WHY_NOT_READY;
	} else if (wanted->verdict == IDREVOKE_CLEAR && state == IDREVOKE_STATE_STALE) {
		wanted->verdict = IDREVOKE_UNKNOWN;
		wanted->why = IDREVOKE_WHY_STALE;
	}

	if (one_in(20)) {	/* what cannot be asked */
		int fault = random_below(6);

		if (fault == 0)
			check.consistency = 5 + random_below(251);
		else if (fault == 1)
			check.list = 1 + random_below(255);
		else if (fault == 2)
			check.flags = 1U << random_below(32);
		else if (fault == 3)
			check.reserved = 1U << random_below(32);
		else if (fault == 4)
			check.number[17] ^= 1 << random_below(4);
		else
			check.valid_from = 20230229;
		memcpy(wanted, &check, 32);
		wanted->verdict = IDREVOKE_UNKNOWN;
		wanted->why = fault < 4 ? IDREVOKE_WHY_UNSUPPORTED : IDREVOKE_WHY_MALFORMED;
		wanted->reason = 0;
		wanted->answer_flags &= ~IDREVOKE_FLAG_PERSON;
	}
	return check;
}

static void compare(enum idrevoke_state state, struct idrv_budget *budget, int rounds)
{
	struct idrevoke_check checks[IDRV_CHECK_GROUP], wanted[IDRV_CHECK_GROUP];
	unsigned int count, i;

	while (rounds--) {
		count = one_in(4) ? 1 : 1 + random_below(IDRV_CHECK_GROUP);
		for (i = 0; i < count; i++)
			checks[i] = ask(&wanted[i], state);
		ask_all(checks, count, budget);
		for (i = 0; i < count; i++) {
			must(!memcmp(&checks[i], &wanted[i], sizeof(checks[i])),
			     "verdict %u why %u reason %u flags %u, wanted %u %u %u %u",
			     checks[i].verdict, checks[i].why, checks[i].reason,
			     checks[i].answer_flags, wanted[i].verdict, wanted[i].why,
			     wanted[i].reason, wanted[i].answer_flags);
			answered[checks[i].verdict]++;
		}
	}
}

/* A listed card is asked about, again and again. */
static u64 told(struct idrv_budget *budget, u64 times)
{
	u64 hits = 0, i = 0;

	while (list.values[i] == UNLISTED || (list.values[i] & 0xffff) != 65535)
		i++;
	while (times--) {
		struct idrevoke_check check = {};

		issuer_print_number(list.numbers[i], check.number);
		ask_all(&check, 1, budget);
		hits += check.verdict == IDREVOKE_REVOKED;
		must(check.verdict == IDREVOKE_REVOKED ||
		     (check.verdict == IDREVOKE_UNKNOWN && !check.reason &&
		      check.why == IDREVOKE_WHY_THROTTLED &&
		      !(check.answer_flags & IDREVOKE_FLAG_PERSON)),
		     "verdict %u", check.verdict);
	}
	return hits;
}

static void budgets(void)
{
	struct idrv_budget *budget, *other;
	u64 live = stub_live;

	idrv_hits_per_hour = 100;
	budget = idrv_budget_get((kuid_t){ 1000 });
	other = idrv_budget_get((kuid_t){ 1001 });
	is(told(budget, 500), 100, "a user is told of 100 listed cards at once");
	is(idrv_budget_count(budget).throttled, 400, "the others are counted");
	is(told(other, 50), 50, "another user has a budget of his own");
	ok(idrv_budget_get((kuid_t){ 1000 }) == budget, "a second descriptor shares the first's");
	idrv_budget_put(budget);
	idrv_budget_put(budget);
	ok(idrv_budget_get((kuid_t){ 1000 }) == budget && told(budget, 5) == 0,
	   "opening the device again does not fill the bucket");
	stub_boottime_ns += HOUR / 10;
	is(told(budget, 500), 10, "a tenth of an hour later: a tenth");
	stub_boottime_ns += 5 * HOUR;
	is(told(budget, 500), 100, "much later: no more than a full bucket");
	idrv_budget_put(budget);
	idrv_budget_put(other);
	ok(stub_live > live, "a bucket that is not full is kept");
	stub_boottime_ns += HOUR;
	budget = idrv_budget_get((kuid_t){ 1002 });
	is(stub_live, live + 2, "a full one is not");
	idrv_hits_per_hour = 0;
	is(told(budget, 5000), 5000, "without a limit, every answer is given");
	idrv_budget_put(budget);
}

int main(void)
{
	struct idrv_budget *budget;
	u64 i, sum = 0;

	harness_begin();
	stub_random_seed(random_u64());
	must(!idrv_list_init(), "no list");
	idrv_hits_per_hour = 0;
	budget = idrv_budget_get((kuid_t){ 0 });
	issuer_init(&list, 3000, 140619000000000ULL);
	list.version = 5;
	compare(IDREVOKE_STATE_NOT_READY, budget, 500);
	ok(answered[IDREVOKE_UNKNOWN] && !answered[IDREVOKE_CLEAR], "no list: nothing is clear");

	for (i = 0; i < list.size; i++)
		if (one_in(2))
			issuer_set(&list, i, one_in(4) ? 1U << 21 : one_in(4) ? 65535 | 2 << 16 :
					     issuer_random_value());
	must(!issuer_snapshot(&list), "no snapshot");
	compare(IDREVOKE_STATE_CURRENT, budget, 5000);
	ok(answered[IDREVOKE_CLEAR] && answered[IDREVOKE_REVOKED] && answered[IDREVOKE_AMBIGUOUS],
	   "current: %llu clear, %llu revoked, %llu ambiguous", answered[IDREVOKE_CLEAR],
	   answered[IDREVOKE_REVOKED], answered[IDREVOKE_AMBIGUOUS]);
	budgets();
	idrv_hits_per_hour = 0;

	/* Confirmed a second ago by the wall clock, which stands still here. */
	stub_wall_seconds++;
	must(!idrv_list_confirm(&(struct idrv_commitment){ .epoch = 1, .version = 5,
			.issued = stub_wall_seconds, .valid_for = 600 },
			&(struct idrv_refusal){}), "not confirmed");
	stub_clock_advance(179 * 1000000000ULL);
	compare(IDREVOKE_STATE_CURRENT, budget, 100);
	stub_clock_advance(2 * 1000000000ULL);
	compare(IDREVOKE_STATE_LATE, budget, 3000);
	stub_clock_advance(418 * 1000000000ULL);
	compare(IDREVOKE_STATE_LATE, budget, 100);
	answered[IDREVOKE_CLEAR] = answered[IDREVOKE_REVOKED] = 0;
	stub_clock_advance(2 * 1000000000ULL);
	compare(IDREVOKE_STATE_STALE, budget, 3000);
	ok(!answered[IDREVOKE_CLEAR] && answered[IDREVOKE_REVOKED],
	   "stale: nothing is clear, %llu revoked", answered[IDREVOKE_REVOKED]);
	for (i = IDREVOKE_COUNTER_CLEAR; i <= IDREVOKE_COUNTER_MAX; i++)
		sum += idrv_check_counter(i);
	ok(sum > answered[0] && idrv_check_counter(IDREVOKE_COUNTER_STALE) &&
	   idrv_check_counter(IDREVOKE_COUNTER_THROTTLED) >= 400, "each answer counts: %llu", sum);

	idrv_budget_put(budget);
	stub_settle();
	idrv_list_exit();
	idrv_budget_exit();
	is(stub_live, 0, "all memory is given back");
	issuer_free(&list);
	return done();
}
