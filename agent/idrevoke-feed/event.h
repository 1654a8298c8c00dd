/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Events: what happened to the cards of a number. They are kept for ever, and
 * the number's record is computed from all of them: it is never edited. What an
 * event says wrong is corrected by a later one, and the record is then computed
 * as if it had been right from the beginning.
 */
#ifndef IDREVOKE_FEED_EVENT_H
#define IDREVOKE_FEED_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../lib/record.h"

/* Kept in stores: values are never changed, only added. */
enum event_kind {
	EVENT_REPORT = 1,
	EVENT_WITHDRAW = 2,
	EVENT_REPLACE = 3,
	EVENT_CANCEL = 4,
	EVENT_BLACKLIST = 5,
	EVENT_UNBLACKLIST = 6,
	EVENT_CORRECT = 7,   /* an earlier event should have said this */
	EVENT_TAKE_BACK = 8, /* an earlier event never happened */
};

/* A day that is not known or does not apply. */
#define NO_DAY (-1)

/* Of a correction: it does not say another start. */
#define SAME_DAY (-2)

/**
 * struct event - one thing that happened
 * @sequence: 1, 2, 3… among the events of the number
 * @kind: enum event_kind
 * @start: of the card reported, or of the new card: days from 1984-01-01,
 *	NO_DAY or SAME_DAY
 * @reason: enum idrevoke_reason, of a report or a replacement
 * @target: sequence of the report that is withdrawn, or of the event that is
 *	corrected or taken back; else 0
 * @until: of a blacklisting: its last day, else NO_DAY
 * @at: when, seconds since 1970-01-01 UTC
 * @ground: of a blacklisting, else NULL; as the next two not filled in when
 *	events are read to compute a record
 * @by: who entered it
 * @why: for what cause
 *
 * A correction has only what it puts right: what it does not is SAME_DAY in
 * @start, 0 in @reason, NO_DAY in @until and NULL in @ground. So it can be taken
 * back alone; of those that stand, the last that says something counts. Older
 * stores have corrections that repeat what was not wrong.
 */
struct event {
	uint32_t sequence;
	uint32_t kind;
	int32_t start;
	uint32_t reason;
	uint32_t target;
	int32_t until;
	uint64_t at;
	const char *ground;
	const char *by;
	const char *why;
};

/**
 * struct outcome - what the events of a number amount to
 * @listed: there is a record
 * @record: the record but for its number and effective_from
 * @person_until: last day of the blacklisting in force, or NO_DAY
 */
struct outcome {
	bool listed;
	struct idrevoke_record record;
	int32_t person_until;
};

/**
 * event_settle() - put right what later events say is wrong
 * @events: all events of the number as they are kept, in order
 * @count: how many
 * @settled: out, room for @count: the events as they would be had they been
 *	right from the beginning, without corrections
 *
 * Return: how many are in @settled.
 */
size_t event_settle(const struct event *events, size_t count, struct event *settled);

/**
 * event_undone_by() - which later event undid one
 * @events: all events of the number as they are kept, in order
 * @count: how many
 * @event: one of them
 *
 * Return: what withdrew it, took it back or corrected it; NULL: it stands.
 */
const struct event *event_undone_by(const struct event *events, size_t count,
				    const struct event *event);

/**
 * event_outcome() - compute a number's record
 * @events: all events of the number, in order and settled
 * @count: how many
 * @today: days from 1984-01-01: blacklistings that ended before do not count
 */
struct outcome event_outcome(const struct event *events, size_t count, int32_t today);

/* Room for the words of a refusal. */
#define REFUSAL_SIZE 200

/**
 * event_check() - whether an event may follow those that there are
 * @events: all events of the number, in order and settled
 * @count: how many
 * @event: what is to follow, no correction; a withdrawal's @target is filled in
 * @refusal: out: the rule's name, a colon, and what is wrong; never a number
 *
 * Return: whether it may.
 */
bool event_check(const struct event *events, size_t count, struct event *event,
		 char refusal[REFUSAL_SIZE]);

/**
 * event_admit() - let an event follow those that there are, if it may
 * @events: all events of the number as they are kept, in order; room for one more
 * @count: how many without the new one
 * @event: the new one, its sequence filled in; what is to be kept of it is
 *	completed: a withdrawal's @target
 * @settled: out, room for @count + 1: all events, settled
 * @settled_count: out: how many
 * @refusal: out: as of event_check()
 *
 * After a correction every later event must still be possible.
 *
 * Return: whether it may.
 */
bool event_admit(struct event *events, size_t count, struct event *event,
		 struct event *settled, size_t *settled_count, char refusal[REFUSAL_SIZE]);

/**
 * event_refuse() - say which rule does not allow an event
 * @refusal: out
 * @format: as of printf: the rule's name, a colon, and what is wrong
 *
 * Return: false.
 */
bool event_refuse(char refusal[REFUSAL_SIZE], const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif /* IDREVOKE_FEED_EVENT_H */
