// SPDX-License-Identifier: GPL-2.0
/* The check: questions in, verdicts out. */
#include <linux/bitops.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>

#include "check.h"
#include "compat.h"
#include "list.h"
#include "number.h"
#include "search.h"

#define COUNTERS	(IDREVOKE_COUNTER_MAX + 1)

/*
 * So many lines are asked for at once. A processor may wait with all that follows
 * until it has translated the address of a line, and translates some side by side.
 */
#define BURST		8
static_assert(IDRV_CHECK_AHEAD % BURST == 0);

struct counters {
	u64 answers[COUNTERS];
};

static DEFINE_PER_CPU(struct counters, counters);

/* Questions are counted in the bits of a word. */
static_assert(IDRV_CHECK_GROUP <= BITS_PER_LONG);

static_assert(offsetof(struct idrv_question, list) ==
	      offsetof(struct idrv_question, consistency) + 1);

/* What all answers that are given at the same time have in common. */
struct standing {
	const struct idrv_table *table;	/* NULL: no list, or one of nobody */
	struct idrv_answer unlisted;	/* for every card of a number that is not listed */
	struct idrv_origin origin;
	unsigned int others;		/* answers unlike @unlisted, which are counted already */
	struct idrv_budget *budget;
	u64 now;
};

/* If there is a number to look for, it has its place in the table after that. */
static __always_inline void understand(union idrv_check *check, const struct idrv_table *table)
{
	const struct idrv_question *question = &check->question;
	u32 valid_from = question->valid_from;
	enum idrevoke_why why;
	u64 number = 0;

	/* Both at once: there is no list but 0, which is the upper byte. */
	if (get_unaligned_le16(&question->consistency) > IDREVOKE_CONSISTENCY_MISMATCH)
		why = IDREVOKE_WHY_UNSUPPORTED;
	else
		why = idrv_number_parse(question->number, &number);
	if (why == IDREVOKE_WHY_NONE) {
		if (valid_from && !idrv_start_valid(valid_from))
			why = IDREVOKE_WHY_MALFORMED;
		else if (table)
			idrv_search_place(table, &check->asked.search, number);
		else
			why = IDREVOKE_WHY_NOT_READY;
	}
	check->asked.valid_from = valid_from;
	check->asked.why = why;
}

/* All is set, field by field: an initializer would have gcc zero it first, in a loop. */
static __always_inline void stand(struct standing *standing, const struct idrv_view *view,
				  struct idrv_budget *budget)
{
	u64 now = ktime_get_coarse_boottime_ns();
	enum idrevoke_why why = IDREVOKE_WHY_NONE;
	u32 flags = 0;

	switch (idrv_freshness_state(view, now)) {
	case IDREVOKE_STATE_NOT_READY:
		why = IDREVOKE_WHY_NOT_READY;
		break;
	case IDREVOKE_STATE_STALE:
		why = IDREVOKE_WHY_STALE;
		flags = IDREVOKE_FLAG_STALE;
		break;
	case IDREVOKE_STATE_LATE:
		flags = IDREVOKE_FLAG_LATE;
		break;
	case IDREVOKE_STATE_CURRENT:
		break;
	}
	standing->table = why == IDREVOKE_WHY_NOT_READY ? NULL : view->table;
	standing->unlisted.verdict = why ? IDREVOKE_UNKNOWN : IDREVOKE_CLEAR;
	standing->unlisted.why = why;
	standing->unlisted.reason = IDREVOKE_REASON_NONE;
	standing->unlisted.flags = flags;
	standing->origin.version = view ? view->version : 0;
	standing->origin.issued = view ? view->issued : 0;
	standing->others = 0;
	standing->budget = budget;
	standing->now = now;
}

static void unknown(struct idrv_answer *answer, enum idrevoke_why why)
{
	answer->verdict = IDREVOKE_UNKNOWN;
	answer->why = why;
	answer->reason = IDREVOKE_REASON_NONE;
}

/* Which counter an answer counts for. */
static enum idrevoke_counter counter_of(const struct idrv_answer *answer)
{
	switch (answer->verdict) {
	case IDREVOKE_CLEAR:
		return IDREVOKE_COUNTER_CLEAR;
	case IDREVOKE_REVOKED:
		return IDREVOKE_COUNTER_REVOKED;
	case IDREVOKE_AMBIGUOUS:
		return IDREVOKE_COUNTER_AMBIGUOUS;
	default:
		return IDREVOKE_COUNTER_NOT_READY + answer->why - IDREVOKE_WHY_NOT_READY;
	}
}

static_assert(IDREVOKE_COUNTER_THROTTLED - IDREVOKE_COUNTER_NOT_READY ==
	      IDREVOKE_WHY_THROTTLED - IDREVOKE_WHY_NOT_READY);

static __always_inline void count_answers(const struct idrv_answer *answer, unsigned int count)
{
	this_cpu_add(counters.answers[counter_of(answer)], count);
}

/* Of a number that is listed: its own cards may be CLEAR nevertheless. */
static void answer_listed(struct idrv_answer *answer, u32 valid_from, u32 value,
			  const struct standing *standing)
{
	u16 start = valid_from ? idrv_start_day(valid_from) : 0;
	struct idrv_judgement judgement = idrv_record_judge(value, valid_from, start);

	if ((judgement.verdict != IDREVOKE_CLEAR || judgement.flags) &&
	    !idrv_budget_spend(standing->budget, standing->now)) {
		unknown(answer, IDREVOKE_WHY_THROTTLED);
		return;
	}
	answer->flags |= judgement.flags;
	/* Such a card is as good, or as stale, as one of a number that is not listed. */
	if (judgement.verdict == IDREVOKE_CLEAR)
		return;
	answer->verdict = judgement.verdict;
	answer->why = IDREVOKE_WHY_NONE;
	answer->reason = judgement.reason;
}

/* Makes of the answer for unlisted numbers one for a question that differs. */
static noinline void answer_other(struct idrv_answer *answer, enum idrevoke_why why,
				  u32 valid_from, u32 value, struct standing *standing)
{
	if (why)
		unknown(answer, why);
	else
		answer_listed(answer, valid_from, value, standing);
	standing->others++;
	count_answers(answer, 1);
}

/* Whether there is an answer; otherwise, the next line is being fetched. */
static __always_inline bool answer(union idrv_check *check, struct standing *standing, bool home)
{
	u32 valid_from = check->asked.valid_from, why = check->asked.why, value = 0;
	enum idrv_found found = IDRV_FOUND_VALUE;

	if (!why)
		found = home ? idrv_search_home(standing->table, &check->asked.search, &value) :
			       idrv_search_hop(standing->table, &check->asked.search, &value);
	if (found == IDRV_FOUND_MARK)
		return false;
	check->answer = standing->unlisted;
	if (found == IDRV_FOUND_VALUE)
		answer_other(&check->answer, why, valid_from, value, standing);
	return true;
}

/* Those of which a bit is set in @open; returns which are open still. */
static noinline unsigned long answer_open(union idrv_check *checks, struct standing *standing,
					  unsigned long open)
{
	unsigned long left, i;

	for (left = open; left; left &= left - 1) {
		i = __ffs(left);
		if (answer(&checks[i], standing, false))
			open &= ~BIT(i);
	}
	return open;
}

/* Reads questions @from to @end, and then has their lines fetched, all at once. */
static __always_inline void understand_burst(union idrv_check *checks, unsigned int from,
					     unsigned int end, const struct idrv_table *table)
{
	unsigned int i;

	for (i = from; i < end; i++)
		understand(&checks[i], table);
	for (i = from; i < end; i++)
		if (!checks[i].asked.why)
			idrv_search_fetch(table, &checks[i].asked.search);
}

/* Answers questions @from to @end; returns a bit for each that needs another line. */
static __always_inline unsigned long answer_burst(union idrv_check *checks, unsigned int from,
						  unsigned int end, struct standing *standing)
{
	unsigned long open = 0;
	unsigned int i;

	for (i = from; i < end; i++)
		if (!answer(&checks[i], standing, true))
			open |= BIT(i);
	return open;
}

/*
 * Each is answered when so many others were understood that its line has come. Returns
 * a bit for each that needs another line.
 */
static noinline unsigned long answer_many(union idrv_check *checks, unsigned int count,
					  struct standing *standing)
{
	unsigned long open = 0;
	unsigned int i;

	for (i = 0; i < count + IDRV_CHECK_AHEAD; i += BURST) {
		understand_burst(checks, i, min(i + BURST, count), standing->table);
		if (i >= IDRV_CHECK_AHEAD)
			open |= answer_burst(checks, i - IDRV_CHECK_AHEAD,
					     min(i - IDRV_CHECK_AHEAD + BURST, count), standing);
	}
	return open;
}

/**
 * idrv_check_answer - answer some questions
 * @checks: the questions, in whose place all of the answers are written
 * @count: how many, 1 to IDRV_CHECK_GROUP
 * @budget: of the user who asks
 * @origin: will be the list from which the answers are
 *
 * The view is taken before the table is probed: an answer may be newer than the
 * version that it names, but not older. Questions are read in the same section of
 * RCU, so that lines are fetched while further questions are read.
 *
 * Context: process or softirq; takes no lock, allocates nothing, writes only
 * @checks, @origin, this CPU's counters and, for a listed card, @budget.
 */
void idrv_check_answer(union idrv_check *checks, unsigned int count, struct idrv_budget *budget,
		       struct idrv_origin *origin)
{
	struct standing standing __uninitialized;
	unsigned long open;

	rcu_read_lock();
	stand(&standing, rcu_dereference(idrv_list.view), budget);
	if (count == 1) {
		understand(checks, standing.table);
		open = !answer(checks, &standing, true);
	} else {
		open = answer_many(checks, count, &standing);
	}
	while (open)
		open = answer_open(checks, &standing, open);
	rcu_read_unlock();
	*origin = standing.origin;
	count_answers(&standing.unlisted, count - standing.others);
}

/**
 * idrv_check_counter - answers since the module was loaded
 * @counter: of which kind
 *
 * Context: any.
 * Return: the sum over all processors.
 */
u64 idrv_check_counter(enum idrevoke_counter counter)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu(counters, cpu).answers[counter]);
	return sum;
}
