// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>
#include <time.h>

#include "model.h"

#define SECOND	1000000000ULL

/**
 * model_listed - whether a number with this value is listed
 * @value: the value
 */
bool model_listed(struct model_value value)
{
	return value.through || value.flags;
}

/**
 * model_record - the record that a delta or a snapshot has of a number
 * @number: packed
 * @value: what is recorded; if it is not listed, its removal
 */
struct guest_record model_record(uint64_t number, struct model_value value)
{
	if (!model_listed(value))
		value.flags = IDREVOKE_RECORD_REMOVE;
	return (struct guest_record){ number, value.through, value.reason, value.flags };
}

/* What the record says of the card. */
static void apply(struct model_value value, int start, struct idrevoke_check *answer)
{
	answer->verdict = IDREVOKE_CLEAR;
	answer->answer_flags = value.flags & IDREVOKE_RECORD_PERSON ? IDREVOKE_FLAG_PERSON : 0;
	if (value.through == 0)
		return;
	if (value.through == IDREVOKE_THROUGH_ALL)
		answer->verdict = IDREVOKE_REVOKED;
	else if (value.flags & IDREVOKE_RECORD_OPEN)
		answer->verdict = start > value.through ? IDREVOKE_AMBIGUOUS : IDREVOKE_REVOKED;
	else if (start < 0)
		answer->verdict = IDREVOKE_AMBIGUOUS;
	else if (start <= value.through)
		answer->verdict = IDREVOKE_REVOKED;
	if (answer->verdict != IDREVOKE_CLEAR)
		answer->reason = value.reason;
}

/**
 * model_judge - the answer to a question
 * @value: what is recorded of the card's number
 * @why: it cannot be asked; or IDREVOKE_WHY_NONE
 * @start: the card's start of validity, in days from 1984-01-01; -1: not known
 * @state: what the list is worth
 * @answer: verdict, why, reason and flags are set
 */
void model_judge(struct model_value value, enum idrevoke_why why, int start,
		 enum idrevoke_state state, struct idrevoke_check *answer)
{
	answer->verdict = IDREVOKE_UNKNOWN;
	answer->why = why;
	answer->reason = IDREVOKE_REASON_NONE;
	answer->answer_flags = 0;
	if (!why && state == IDREVOKE_STATE_NOT_READY)
		answer->why = IDREVOKE_WHY_NOT_READY;
	if (!answer->why)
		apply(value, start, answer);
	if (state == IDREVOKE_STATE_STALE && answer->verdict == IDREVOKE_CLEAR) {
		answer->verdict = IDREVOKE_UNKNOWN;
		answer->why = IDREVOKE_WHY_STALE;
	}
	if (state == IDREVOKE_STATE_STALE)
		answer->answer_flags |= IDREVOKE_FLAG_STALE;
	if (state == IDREVOKE_STATE_LATE)
		answer->answer_flags |= IDREVOKE_FLAG_LATE;
}

static uint64_t read_clock(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec * SECOND + now.tv_nsec;
}

/**
 * model_now - the present moment
 *
 * The kernel goes by the coarse clock since boot, which programs cannot read. But
 * the machines of the tests never sleep, and until then that clock is the coarse
 * monotonic one.
 */
struct model_moment model_now(void)
{
	return (struct model_moment){
		.coarse = read_clock(CLOCK_MONOTONIC_COARSE),
		.wall = read_clock(CLOCK_REALTIME),
	};
}

/* The earliest and the latest that something may come. */
struct span {
	uint64_t first;
	uint64_t last;
};

/* What is left of so many seconds from @issued on, @most at most. */
static uint64_t left_of(uint64_t seconds, uint64_t issued, uint64_t wall, uint64_t most)
{
	uint64_t age = wall > issued * SECOND ? wall - issued * SECOND : 0;
	uint64_t left = seconds * SECOND > age ? seconds * SECOND - age : 0;

	return left < most * SECOND ? left : most * SECOND;
}

static struct span deadline(const struct model_statement *statement, uint64_t seconds, uint64_t most)
{
	const struct model_moment *before = &statement->before, *after = &statement->after;

	return (struct span){
		before->coarse + left_of(seconds, statement->issued, after->wall, most),
		after->coarse + left_of(seconds, statement->issued, before->wall, most),
	};
}

static struct span stale_at(const struct model_statement *statement)
{
	return deadline(statement, statement->valid_for, MODEL_MAX_VALID_FOR);
}

/**
 * model_states_within - what a list may be worth, if it is not empty
 * @statement: the issuer's
 * @from: when the question was asked, at the earliest
 * @to: and at the latest
 * Return: a bit for each enum idrevoke_state.
 */
unsigned int model_states_within(const struct model_statement *statement,
				 const struct model_moment *from, const struct model_moment *to)
{
	struct span stale = stale_at(statement);
	struct span late = deadline(statement, 3 * MODEL_CONFIRM_INTERVAL, UINT32_MAX);
	unsigned int states = 0;

	if (to->coarse >= stale.first)
		states |= 1U << IDREVOKE_STATE_STALE;
	if (from->coarse >= stale.last)
		return states;
	if (to->coarse >= late.first)
		states |= 1U << IDREVOKE_STATE_LATE;
	if (from->coarse < late.last)
		states |= 1U << IDREVOKE_STATE_CURRENT;
	return states;
}

/**
 * model_fresh_for - whether a list may be fresh for that long
 * @statement: the issuer's
 * @from: when the question was asked, at the earliest
 * @to: and at the latest
 * @fresh_ms: the answer, in milliseconds
 */
bool model_fresh_for(const struct model_statement *statement, const struct model_moment *from,
		     const struct model_moment *to, uint64_t fresh_ms)
{
	struct span stale = stale_at(statement);
	uint64_t least = stale.first > to->coarse ? stale.first - to->coarse : 0;
	uint64_t most = stale.last > from->coarse ? stale.last - from->coarse : 0;

	return fresh_ms >= least / 1000000 && fresh_ms <= most / 1000000;
}
