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

#define COUNTERS	(IDREVOKE_COUNTER_MAX + 1)

struct counters {
	u64 answers[COUNTERS];
};

static DEFINE_PER_CPU(struct counters, counters);

/* Questions are counted in the bits of a word. */
static_assert(IDRV_CHECK_GROUP <= BITS_PER_LONG);

/* A question, understood. */
struct question {
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

/**
 * idrv_check_valid - whether a question uses only what this ABI defines
 * @check: the question
 */
bool idrv_check_valid(const struct idrevoke_check *check)
{
	return check->consistency <= IDREVOKE_CONSISTENCY_MISMATCH &&
	       !check->flags && !check->reserved;
}

/* Has the table's line fetched as well, while the next question is read. */
static __always_inline void understand(struct question *question,
				       const struct idrevoke_check *check,
				       const struct idrv_table *table)
{
	u64 number;

	if (!idrv_check_valid(check) || check->list) {
		question->why = IDREVOKE_WHY_UNSUPPORTED;
		return;
	}
	question->why = idrv_number_parse(check->number, &number);
	if (question->why != IDREVOKE_WHY_NONE)
		return;
	if (check->valid_from && !idrv_start_valid(check->valid_from))
		question->why = IDREVOKE_WHY_MALFORMED;
	else if (table)
		idrv_search_begin(table, &question->search, number);
	else
		question->why = IDREVOKE_WHY_NOT_READY;
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

static void unknown(struct idrevoke_check *check, enum idrevoke_why why)
{
	check->verdict = IDREVOKE_UNKNOWN;
	check->why = why;
	check->reason = IDREVOKE_REASON_NONE;
}

/* Of a number that is listed: its own cards may be CLEAR nevertheless. */
static noinline void answer_listed(struct idrevoke_check *check, u32 value,
				   const struct standing *standing)
{
	bool start_known = check->valid_from;
	u16 start = start_known ? idrv_start_day(check->valid_from) : 0;
	struct idrv_judgement judgement = idrv_record_judge(value, start_known, start);

	check->verdict = judgement.verdict;
	check->why = IDREVOKE_WHY_NONE;
	check->reason = judgement.reason;
	if ((judgement.verdict != IDREVOKE_CLEAR || judgement.flags) &&
	    !idrv_budget_spend(standing->budget, standing->now)) {
		unknown(check, IDREVOKE_WHY_THROTTLED);
		return;
	}
	check->answer_flags |= judgement.flags;
	if (judgement.verdict == IDREVOKE_CLEAR && standing->unlisted != IDREVOKE_WHY_NONE)
		unknown(check, standing->unlisted);
}

/* Which counter an answer counts for. */
static enum idrevoke_counter counter_of(const struct idrevoke_check *check)
{
	switch (check->verdict) {
	case IDREVOKE_CLEAR:
		return IDREVOKE_COUNTER_CLEAR;
	case IDREVOKE_REVOKED:
		return IDREVOKE_COUNTER_REVOKED;
	case IDREVOKE_AMBIGUOUS:
		return IDREVOKE_COUNTER_AMBIGUOUS;
	default:
		return IDREVOKE_COUNTER_NOT_READY + check->why - IDREVOKE_WHY_NOT_READY;
	}
}

static_assert(IDREVOKE_COUNTER_THROTTLED - IDREVOKE_COUNTER_NOT_READY ==
	      IDREVOKE_WHY_THROTTLED - IDREVOKE_WHY_NOT_READY);

/* Whether there is an answer; otherwise, the next line is being fetched. */
static __always_inline bool answer(struct idrevoke_check *check, struct question *question,
				   const struct standing *standing)
{
	enum idrv_found found = IDRV_FOUND_NOTHING;
	enum idrevoke_why why = question->why;
	u32 value;

	if (why == IDREVOKE_WHY_NONE) {
		found = idrv_search_line(standing->table, &question->search, &value);
		if (found == IDRV_FOUND_MARK)
			return false;
		why = standing->unlisted;
	}
	check->verdict = why ? IDREVOKE_UNKNOWN : IDREVOKE_CLEAR;
	check->why = why;
	check->reason = IDREVOKE_REASON_NONE;
	check->answer_flags = standing->flags;
	check->version = standing->version;
	check->issued = standing->issued;
	if (found == IDRV_FOUND_VALUE)
		answer_listed(check, value, standing);
	this_cpu_inc(counters.answers[counter_of(check)]);
	return true;
}

/* Those of which a bit is set in @open; returns which are open still. */
static noinline unsigned long answer_open(struct idrevoke_check *checks,
					  struct question *questions,
					  const struct standing *standing, unsigned long open)
{
	unsigned long left, i;

	for (left = open; left; left &= left - 1) {
		i = __ffs(left);
		if (answer(&checks[i], &questions[i], standing))
			open &= ~BIT(i);
	}
	return open;
}

/**
 * idrv_check_answer - answer some questions
 * @checks: the questions; their lower halves become the answers, all of them
 *	written
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
void idrv_check_answer(struct idrevoke_check *checks, unsigned int count,
		       struct idrv_budget *budget)
{
	struct question questions[IDRV_CHECK_GROUP];
	struct standing standing = { .budget = budget };
	unsigned long open = 0;	/* a bit for each question that is not answered */
	unsigned int i;

	rcu_read_lock();
	stand(&standing, rcu_dereference(idrv_list.view));
	for (i = 0; i < count; i++)
		understand(&questions[i], &checks[i], standing.table);
	for (i = 0; i < count; i++)
		if (!answer(&checks[i], &questions[i], &standing))
			open |= BIT(i);
	while (open)
		open = answer_open(checks, questions, &standing, open);
	rcu_read_unlock();
	memzero_explicit(questions, count * sizeof(*questions));
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
