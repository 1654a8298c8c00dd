/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Events: what happened to the cards of a number. They are kept for ever, and
 * the number's record is computed from all of them: it is never edited.
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
};

/* A day that is not known or does not apply. */
#define NO_DAY (-1)

/**
 * struct event - one thing that happened
 * @sequence: 1, 2, 3… among the events of the number
 * @kind: enum event_kind
 * @start: of the card reported, or of the new card: days from 1984-01-01, or
 *	NO_DAY
 * @reason: enum idrevoke_reason, of a report or a replacement
 * @target: of a withdrawal: sequence of the report that it takes back
 * @until: of a blacklisting: its last day, else NO_DAY
 * @at: when, seconds since 1970-01-01 UTC
 * @ground: of a blacklisting, else NULL; as the next two not filled in when
 *	events are read to compute a record
 * @by: who entered it
 * @why: for what cause
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
 * event_outcome() - compute a number's record
 * @events: all events of the number, in order
 * @count: how many
 * @today: days from 1984-01-01: blacklistings that ended before do not count
 */
struct outcome event_outcome(const struct event *events, size_t count, int32_t today);

/* Room for the words of a refusal. */
#define REFUSAL_SIZE 200

/**
 * event_check() - whether an event may follow those that there are
 * @events: all events of the number, in order
 * @count: how many
 * @event: what is to follow; @event->target is filled in
 * @refusal: out: the rule's name, a colon, and what is wrong; never a number
 *
 * Return: whether it may.
 */
bool event_check(const struct event *events, size_t count, struct event *event,
		 char refusal[REFUSAL_SIZE]);

#endif /* IDREVOKE_FEED_EVENT_H */
