// SPDX-License-Identifier: GPL-2.0
/* The check: questions in, verdicts out. */
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

/* A question, understood. */
struct question {
	u64 number;
	enum idrevoke_why why;	/* it cannot be asked */
	bool start_known;
	u16 start;
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

static struct question understand(const struct idrevoke_check *check)
{
	struct question question = {};

	if (!idrv_check_valid(check) || check->list) {
		question.why = IDREVOKE_WHY_UNSUPPORTED;
		return question;
	}
	question.why = idrv_number_parse(check->number, &question.number);
	if (question.why == IDREVOKE_WHY_NONE && check->valid_from) {
		question.start_known = true;
		question.why = idrv_start_parse(check->valid_from, &question.start);
	}
	return question;
}

static void unknown(struct idrevoke_check *check, enum idrevoke_why why)
{
	check->verdict = IDREVOKE_UNKNOWN;
	check->why = why;
	check->reason = IDREVOKE_REASON_NONE;
}

static void answer(struct idrevoke_check *check, const struct question *question,
		   const struct idrv_view *view, enum idrevoke_state state)
{
	struct idrv_judgement judgement = { .verdict = IDREVOKE_CLEAR };
	u32 value;

	check->verdict = IDREVOKE_UNKNOWN;
	check->why = IDREVOKE_WHY_NONE;
	check->reason = IDREVOKE_REASON_NONE;
	check->answer_flags = 0;
	check->version = 0;
	check->issued = 0;
	if (view) {
		check->version = view->version;
		check->issued = view->issued;
		if (state == IDREVOKE_STATE_STALE)
			check->answer_flags = IDREVOKE_FLAG_STALE;
		else if (state == IDREVOKE_STATE_LATE)
			check->answer_flags = IDREVOKE_FLAG_LATE;
	}

	if (question->why != IDREVOKE_WHY_NONE) {
		check->why = question->why;
		return;
	}
	if (state == IDREVOKE_STATE_NOT_READY) {
		check->why = IDREVOKE_WHY_NOT_READY;
		return;
	}
	if (idrv_table_find(view->table, question->number, &value))
		judgement = idrv_record_judge(value, question->start_known, question->start);
	check->verdict = judgement.verdict;
	check->reason = judgement.reason;
	check->answer_flags |= judgement.flags;
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

/**
 * idrv_check_answer - answer some questions
 * @checks: the questions; their lower halves become the answers, all of them
 *	written
 * @count: how many, 1 to IDRV_CHECK_GROUP
 * @budget: of the user who asks
 *
 * The view is taken before the table is probed: an answer may be newer than the
 * version that it names, but not older.
 *
 * Context: process or softirq; takes no lock, allocates nothing, writes only
 * @checks, this CPU's counters and, for a listed card, @budget.
 */
void idrv_check_answer(struct idrevoke_check *checks, unsigned int count,
		       struct idrv_budget *budget)
{
	struct question questions[IDRV_CHECK_GROUP];
	u64 now = ktime_get_coarse_boottime_ns();
	const struct idrv_view *view;
	enum idrevoke_state state;
	unsigned int i;

	for (i = 0; i < count; i++)
		questions[i] = understand(&checks[i]);

	rcu_read_lock();
	view = rcu_dereference(idrv_list.view);
	state = idrv_freshness_state(view, now);
	if (view && count > 1)
		for (i = 0; i < count; i++)
			idrv_table_prefetch(view->table, questions[i].number);
	for (i = 0; i < count; i++)
		answer(&checks[i], &questions[i], view, state);
	rcu_read_unlock();

	for (i = 0; i < count; i++) {
		struct idrevoke_check *check = &checks[i];
		bool listed = check->verdict == IDREVOKE_REVOKED ||
			      check->verdict == IDREVOKE_AMBIGUOUS ||
			      check->answer_flags & IDREVOKE_FLAG_PERSON;

		if (listed && !idrv_budget_spend(budget, now)) {
			unknown(check, IDREVOKE_WHY_THROTTLED);
			check->answer_flags &= ~IDREVOKE_FLAG_PERSON;
		} else if (check->verdict == IDREVOKE_CLEAR && state == IDREVOKE_STATE_STALE) {
			unknown(check, IDREVOKE_WHY_STALE);
		}
		this_cpu_inc(counters.answers[counter_of(check)]);
	}
	memzero_explicit(questions, sizeof(questions));
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
