// SPDX-License-Identifier: GPL-2.0
/* The check: questions in, verdicts out. */
#include <linux/bitops.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>
#include <linux/string.h>

#include "check.h"
#include "list.h"
#include "number.h"
#include "search.h"

#define COUNTERS	(IDREVOKE_COUNTER_MAX + 1)

struct counters {
	u64 answers[COUNTERS];
};

static DEFINE_PER_CPU(struct counters, counters);

/* Questions are counted in the bits of a word. */
static_assert(IDRV_CHECK_GROUP <= BITS_PER_LONG);

/* A question, understood. */
struct search {
	struct idrv_search search;	/* for its number, in the table in force */
	enum idrevoke_why why;		/* it cannot be answered */
};

/* What all answers that are given at the same time have in common. */
struct standing {
	const struct idrv_table *table;	/* NULL: no list, or one of nobody */
	enum idrevoke_why unlisted;	/* why a number that is not listed is not CLEAR */
	u32 flags;
	u64 version;
	u64 issued;
	struct idrv_budget *budget;
	u64 now;
};

#define SECOND_HALF	offsetof(struct idrevoke_check, verdict)
static_assert(sizeof(union idrv_check) == SECOND_HALF);
static_assert(offsetof(struct idrv_question, consistency) ==
	      offsetof(struct idrevoke_check, consistency));
static_assert(offsetof(struct idrv_question, valid_from) ==
	      offsetof(struct idrevoke_check, valid_from));
static_assert(offsetof(struct idrv_answer, reason) ==
	      offsetof(struct idrevoke_check, reason) - SECOND_HALF);
static_assert(offsetof(struct idrv_answer, issued) ==
	      offsetof(struct idrevoke_check, issued) - SECOND_HALF);

/* Has the table's line fetched as well, while the next question is read. */
static __always_inline void understand(struct search *search,
				       const struct idrv_question *question,
				       const struct idrv_table *table)
{
	u64 number = 0;

	if (!idrv_question_valid(question) || question->list) {
		search->why = IDREVOKE_WHY_UNSUPPORTED;
		return;
	}
	search->why = idrv_number_parse(question->number, &number);
	if (search->why != IDREVOKE_WHY_NONE)
		return;
	if (question->valid_from && !idrv_start_valid(question->valid_from))
		search->why = IDREVOKE_WHY_MALFORMED;
	else if (table)
		idrv_search_begin(table, &search->search, number);
	else
		search->why = IDREVOKE_WHY_NOT_READY;
}

static void stand(struct standing *standing, const struct idrv_view *view)
{
	enum idrevoke_state state;

	standing->now = ktime_get_coarse_boottime_ns();
	state = idrv_freshness_state(view, standing->now);
	if (!view)
		return;
	standing->version = view->version;
	standing->issued = view->issued;
	if (state != IDREVOKE_STATE_NOT_READY)
		standing->table = view->table;
	if (state == IDREVOKE_STATE_STALE) {
		standing->unlisted = IDREVOKE_WHY_STALE;
		standing->flags = IDREVOKE_FLAG_STALE;
	} else if (state == IDREVOKE_STATE_LATE) {
		standing->flags = IDREVOKE_FLAG_LATE;
	}
}

static void unknown(struct idrv_answer *answer, enum idrevoke_why why)
{
	answer->verdict = IDREVOKE_UNKNOWN;
	answer->why = why;
	answer->reason = IDREVOKE_REASON_NONE;
}

/* Of a number that is listed: its own cards may be CLEAR nevertheless. */
static noinline void answer_listed(struct idrv_answer *answer, u32 valid_from, u32 value,
				   const struct standing *standing)
{
	u16 start = valid_from ? idrv_start_day(valid_from) : 0;
	struct idrv_judgement judgement = idrv_record_judge(value, valid_from, start);

	answer->verdict = judgement.verdict;
	answer->why = IDREVOKE_WHY_NONE;
	answer->reason = judgement.reason;
	if ((judgement.verdict != IDREVOKE_CLEAR || judgement.flags) &&
	    !idrv_budget_spend(standing->budget, standing->now)) {
		unknown(answer, IDREVOKE_WHY_THROTTLED);
		return;
	}
	answer->flags |= judgement.flags;
	if (judgement.verdict == IDREVOKE_CLEAR && standing->unlisted != IDREVOKE_WHY_NONE)
		unknown(answer, standing->unlisted);
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

/* Whether there is an answer; otherwise, the next line is being fetched. */
static __always_inline bool answer(union idrv_check *check, struct search *search,
				   const struct standing *standing)
{
	u32 valid_from = check->question.valid_from, value;
	enum idrv_found found = IDRV_FOUND_NOTHING;
	enum idrevoke_why why = search->why;
	struct idrv_answer *answer = &check->answer;

	if (why == IDREVOKE_WHY_NONE) {
		found = idrv_search_line(standing->table, &search->search, &value);
		if (found == IDRV_FOUND_MARK)
			return false;
		why = standing->unlisted;
	}
	answer->verdict = why ? IDREVOKE_UNKNOWN : IDREVOKE_CLEAR;
	answer->why = why;
	answer->reason = IDREVOKE_REASON_NONE;
	answer->flags = standing->flags;
	answer->version = standing->version;
	answer->issued = standing->issued;
	if (found == IDRV_FOUND_VALUE)
		answer_listed(answer, valid_from, value, standing);
	this_cpu_inc(counters.answers[counter_of(answer)]);
	return true;
}

/* Those of which a bit is set in @open; returns which are open still. */
static noinline unsigned long answer_open(union idrv_check *checks, struct search *searches,
					  const struct standing *standing, unsigned long open)
{
	unsigned long left, i;

	for (left = open; left; left &= left - 1) {
		i = __ffs(left);
		if (answer(&checks[i], &searches[i], standing))
			open &= ~BIT(i);
	}
	return open;
}

static __always_inline void answer_all(union idrv_check *checks, struct search *searches,
				       unsigned int count, struct idrv_budget *budget)
{
	struct standing standing = { .budget = budget };
	unsigned long open = 0;	/* a bit for each question that is not answered */
	unsigned int i;

	rcu_read_lock();
	stand(&standing, rcu_dereference(idrv_list.view));
	for (i = 0; i < count; i++)
		understand(&searches[i], &checks[i].question, standing.table);
	for (i = 0; i < count; i++)
		if (!answer(&checks[i], &searches[i], &standing))
			open |= BIT(i);
	while (open)
		open = answer_open(checks, searches, &standing, open);
	rcu_read_unlock();
	memzero_explicit(searches, count * sizeof(*searches));
}

/* Has a frame of its own: zeroing so many searches would cost as much as one. */
static noinline void answer_group(union idrv_check *checks, unsigned int count,
				  struct idrv_budget *budget)
{
	struct search searches[IDRV_CHECK_GROUP] __uninitialized;

	answer_all(checks, searches, count, budget);
}

/**
 * idrv_check_answer - answer some questions
 * @checks: the questions, in whose place all of the answers are written
 * @count: how many, 1 to IDRV_CHECK_GROUP
 * @budget: of the user who asks
 *
 * The view is taken before the table is probed: an answer may be newer than the
 * version that it names, but not older. Questions are read in the same section of
 * RCU, so that each line is fetched as soon as its number is known.
 *
 * Context: process or softirq; takes no lock, allocates nothing, writes only
 * @checks, this CPU's counters and, for a listed card, @budget.
 */
void idrv_check_answer(union idrv_check *checks, unsigned int count, struct idrv_budget *budget)
{
	struct search search __uninitialized;

	if (count == 1)
		answer_all(checks, &search, 1, budget);
	else
		answer_group(checks, count, budget);
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
