// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "history.h"
#include "tap.h"

/* Editions that are remembered; who writes waits for calls that need older ones. */
#define REMEMBERED	64

/* A caller that is not in a call. */
#define NOWHERE		UINT_MAX

static struct edition *editions;
static atomic_uint begun, committed;	/* numbers of editions */
static atomic_uint needed[HISTORY_CALLERS];	/* the oldest that each call needs */

/**
 * history_start - nothing is in force, and nobody asks
 */
void history_start(void)
{
	unsigned int i;

	editions = calloc(REMEMBERED, sizeof(*editions));
	if (!editions)
		bail_out("no memory");
	for (i = 0; i < HISTORY_CALLERS; i++)
		atomic_store(&needed[i], NOWHERE);
}

static struct edition *edition_at(unsigned int number)
{
	return &editions[number % REMEMBERED];
}

/**
 * history_edition - one of those that were in force during a call
 * @number: from its @low to its @high
 */
const struct edition *history_edition(unsigned int number)
{
	return edition_at(number);
}

/** history_newest - what is in force */
const struct edition *history_newest(void)
{
	return edition_at(atomic_load(&committed));
}

static bool is_needed(unsigned int number)
{
	unsigned int i;

	for (i = 0; i < HISTORY_CALLERS; i++)
		if (atomic_load(&needed[i]) <= number)
			return true;
	return false;
}

/**
 * history_next - a copy of the newest edition, to be made the next one
 *
 * Unless history_begin() follows, it was none.
 */
struct edition *history_next(void)
{
	unsigned int next = atomic_load(&committed) + 1;

	while (next >= REMEMBERED && is_needed(next - REMEMBERED))
		sched_yield();
	*edition_at(next) = *history_newest();
	return edition_at(next);
}

/**
 * edition_set - change what is recorded of a number
 * @edition: to be the next one; its count and its digest change as well
 * @index: of the number
 * @value: to be recorded
 */
void edition_set(struct edition *edition, uint32_t index, struct model_value value)
{
	struct guest_record before = model_record(guest_number(index), edition->values[index]);
	struct guest_record after = model_record(guest_number(index), value);

	if (model_listed(edition->values[index])) {
		guest_digest_subtract(&edition->list.digest, &before);
		edition->list.count--;
	}
	if (model_listed(value)) {
		guest_digest_add(&edition->list.digest, &after);
		edition->list.count++;
	}
	edition->values[index] = value;
}

/** history_begin - from now on, the next edition may be in force */
void history_begin(void)
{
	struct edition *next = edition_at(atomic_load(&committed) + 1);

	next->statement.issued = next->list.issued;
	next->statement.valid_for = next->list.valid_for;
	next->statement.before = model_now();
	atomic_fetch_add(&begun, 1);
}

/** history_end - from now on, it is in force, and the one before is not */
void history_end(void)
{
	edition_at(atomic_load(&begun))->statement.after = model_now();
	atomic_fetch_add(&committed, 1);
}

/**
 * call_begin - to be called before a question
 * @call: with its caller set
 */
void call_begin(struct call *call)
{
	/* It must not be forgotten between being read and being needed. */
	do {
		call->low = atomic_load(&committed);
		atomic_store(&needed[call->caller], call->low);
	} while (atomic_load(&committed) != call->low);
	call->from = model_now();
}

/**
 * call_end - to be called after a question; now its answers may be judged
 * @call: as call_begin() left it
 */
void call_end(struct call *call)
{
	call->to = model_now();
	call->high = atomic_load(&begun);
}

/**
 * call_judged - the editions of a call are not needed any more
 * @call: as call_end() left it
 */
void call_judged(struct call *call)
{
	atomic_store(&needed[call->caller], NOWHERE);
}

/*
 * The statement of an edition. While its commit has not returned, the kernel may
 * have taken it at any time until the call ended.
 */
static struct model_statement statement_of(const struct call *call, unsigned int number)
{
	struct model_statement statement;
	bool is_committed = atomic_load(&committed) >= number;

	statement.issued = edition_at(number)->statement.issued;
	statement.valid_for = edition_at(number)->statement.valid_for;
	statement.before = edition_at(number)->statement.before;
	statement.after = is_committed ? edition_at(number)->statement.after : call->to;
	return statement;
}

/* What an edition may be worth during a call: a bit for each enum idrevoke_state. */
static unsigned int states_of(const struct call *call, unsigned int number)
{
	const struct edition *edition = edition_at(number);
	struct model_statement statement;

	if (!edition->in_force || !edition->list.count)
		return 1U << IDREVOKE_STATE_NOT_READY;
	statement = statement_of(call, number);
	return model_states_within(&statement, &call->from, &call->to);
}

static bool names(unsigned int number, uint64_t version, uint64_t issued)
{
	const struct edition *edition = edition_at(number);

	if (!edition->in_force)
		return !version && !issued;
	return version == edition->list.version && issued == edition->list.issued;
}

static bool same_answer(const struct idrevoke_check *a, const struct idrevoke_check *b)
{
	return a->verdict == b->verdict && a->why == b->why && a->reason == b->reason &&
	       a->answer_flags == b->answer_flags;
}

/* Whether that is the answer of a list worth @state that has @value. */
static bool is_right(struct model_value value, const struct question *question,
		     enum idrevoke_state state, const struct idrevoke_check *answer)
{
	struct idrevoke_check right;

	model_judge(value, question->why, question->start, state, &right);
	return same_answer(answer, &right);
}

/* Whether that is right of the list @number or a newer one, when @number is worth @state. */
static bool is_right_since(const struct call *call, unsigned int number,
			   const struct question *question, enum idrevoke_state state,
			   const struct idrevoke_check *answer)
{
	const struct model_value none = { 0 };
	unsigned int i;

	if (state == IDREVOKE_STATE_NOT_READY || question->why)
		return is_right(none, question, state, answer);
	for (i = number; i <= call->high; i++) {
		const struct edition *edition = edition_at(i);

		/* None, or one of nobody, says nothing of a card. */
		if (!edition->in_force || !edition->list.count)
			continue;
		if (is_right(edition->values[question->index], question, state, answer))
			return true;
	}
	return false;
}

static unsigned int first_of(const struct call *call, unsigned int named)
{
	return named > call->low ? named : call->low;
}

/**
 * history_answered - whether a check was answered rightly
 * @call: it, or the batch in which it was
 * @named: the edition that this thread's answer before this named, at least; out:
 *	this one's
 * @question: what was asked
 * @answer: and answered
 */
bool history_answered(const struct call *call, unsigned int *named,
		      const struct question *question, const struct idrevoke_check *answer)
{
	unsigned int i, state;

	for (i = first_of(call, *named); i <= call->high; i++) {
		unsigned int states = states_of(call, i);

		if (!names(i, answer->version, answer->issued))
			continue;
		for (state = 0; state <= IDREVOKE_STATE_STALE; state++) {
			if (!(states & 1U << state) ||
			    !is_right_since(call, i, question, state, answer))
				continue;
			*named = i;
			return true;
		}
	}
	return false;
}

static bool same_list(const struct edition *edition, uint64_t epoch, uint64_t count,
		      const uint8_t digest[IDREVOKE_DIGEST_SIZE])
{
	const struct wire_list none = { 0 };
	const struct wire_list *list = edition->in_force ? &edition->list : &none;
	uint8_t right[IDREVOKE_DIGEST_SIZE];

	guest_digest_encode(&list->digest, right);
	return epoch == list->epoch && count == list->count &&
	       !memcmp(digest, right, sizeof(right));
}

/**
 * history_informed - whether IDREVOKE_IOC_INFO told the truth
 * @call: it
 * @named: as for history_answered()
 * @info: what it told
 */
bool history_informed(const struct call *call, unsigned int *named,
		      const struct idrevoke_info *info)
{
	unsigned int i;

	for (i = first_of(call, *named); i <= call->high; i++) {
		const struct edition *edition = edition_at(i);
		struct model_statement statement = statement_of(call, i);

		if (!names(i, info->version, info->issued) ||
		    !same_list(edition, info->epoch, info->count, info->digest) ||
		    !(states_of(call, i) & 1U << info->state))
			continue;
		if (edition->in_force ? !model_fresh_for(&statement, &call->from, &call->to,
							 info->fresh_ms) : info->fresh_ms > 0)
			continue;
		*named = i;
		return true;
	}
	return false;
}

/* Whether VERIFY's reply is of that edition, and what it counted as well. */
static bool recounts(unsigned int number, const struct wire_reply *reply)
{
	const struct edition *edition = edition_at(number);
	const uint64_t *value = reply->value;

	return edition->in_force &&
	       names(number, value[IDREVOKE_A_VERSION], value[IDREVOKE_A_ISSUED]) &&
	       same_list(edition, value[IDREVOKE_A_EPOCH], value[IDREVOKE_A_COUNT],
			 reply->digest) &&
	       same_list(edition, value[IDREVOKE_A_EPOCH], value[IDREVOKE_A_WALK_COUNT],
			 reply->walk_digest);
}

/**
 * history_verified - whether VERIFY found what it should
 * @call: it
 * @named: as for history_answered()
 * @error: what it returned
 * @reply: and what it told
 */
bool history_verified(const struct call *call, unsigned int *named, int error,
		      const struct wire_reply *reply)
{
	unsigned int i;

	for (i = first_of(call, *named); i <= call->high; i++) {
		if (error ? error != ENODATA || edition_at(i)->in_force :
			    !recounts(i, reply))
			continue;
		*named = i;
		return true;
	}
	return false;
}
