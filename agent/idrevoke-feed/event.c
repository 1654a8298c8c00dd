// SPDX-License-Identifier: GPL-2.0-or-later
/* The rules of lost, stolen, void and replaced cards; event_correct.c has the rest. */
#include <stdarg.h>
#include <stdio.h>

#include <linux/idrevoke.h>

#include "../lib/date.h"
#include "event.h"

/*
 * In records, through = 0 stands for "none". So the very first day, on which no
 * second-generation card started, shares the record of the day after it.
 */
#define THROUGH_FIRST 1

/* Clocks and time zones: a card may start on what is tomorrow in UTC. */
#define DAYS_AHEAD 1

static int32_t max(int32_t a, int32_t b)
{
	return a > b ? a : b;
}

static bool is_withdrawn(const struct event *events, size_t count, size_t report)
{
	for (size_t i = report + 1; i < count; i++)
		if (events[i].kind == EVENT_WITHDRAW && events[i].target == events[report].sequence)
			return true;
	return false;
}

/*
 * The start of the card that a report is about, or, where it is not known, the
 * day of the report: the card cannot be newer than that.
 */
static int32_t reported_start(const struct event *report)
{
	return report->start != NO_DAY ? report->start : idrevoke_start_of_time(report->at);
}

struct outcome event_outcome(const struct event *events, size_t count, int32_t today)
{
	struct outcome outcome = { .person_until = NO_DAY };
	int32_t through = NO_DAY, newest = NO_DAY;
	bool open = false, cancelled = false;
	int reason = IDREVOKE_REASON_NONE;

	for (size_t i = 0; i < count; i++) {
		const struct event *event = &events[i];

		switch (event->kind) {
		case EVENT_REPORT:
			if (is_withdrawn(events, count, i))
				break;
			/* the gravest: a theft does not hide behind what came later */
			reason = max(reason, event->reason);
			/* of a card that was replaced before: the new one stays valid */
			if (event->start != NO_DAY && event->start < newest)
				break;
			through = max(through, max(reported_start(event), newest));
			open = true;
			break;
		case EVENT_REPLACE:
			reason = max(reason, event->reason);
			newest = event->start;
			through = newest - 1;
			open = false;
			break;
		case EVENT_CANCEL:
			reason = max(reason, IDREVOKE_REASON_VOID);
			cancelled = true;
			break;
		case EVENT_BLACKLIST:
			outcome.person_until = event->until;
			break;
		case EVENT_UNBLACKLIST:
			outcome.person_until = NO_DAY;
			break;
		}
	}

	if (outcome.person_until < today)
		outcome.person_until = NO_DAY;
	if (outcome.person_until != NO_DAY)
		outcome.record.flags |= IDREVOKE_RECORD_PERSON;
	if (cancelled) {
		outcome.record.through = IDREVOKE_THROUGH_ALL;
	} else if (through != NO_DAY) {
		outcome.record.through = max(through, THROUGH_FIRST);
		if (open)
			outcome.record.flags |= IDREVOKE_RECORD_OPEN;
	}
	if (outcome.record.through)
		outcome.record.reason = reason;
	outcome.listed = outcome.record.through || outcome.record.flags;
	return outcome;
}

/* What the rules need to know of the events so far. */
struct situation {
	bool cancelled;
	bool blacklisted;	/* whether or not it has ended */
	int32_t newest;		/* start of the newest card handed over */
	int32_t known;		/* latest start of a card that is known to exist */
	int32_t reported;	/* day of the last report of a card of unknown start */
};

static struct situation assess(const struct event *events, size_t count)
{
	struct situation situation = { .newest = NO_DAY, .known = NO_DAY, .reported = NO_DAY };

	for (size_t i = 0; i < count; i++) {
		const struct event *event = &events[i];

		switch (event->kind) {
		case EVENT_REPORT:
			/* withdrawn or not, there is such a card */
			situation.known = max(situation.known, event->start);
			if (!is_withdrawn(events, count, i) && event->start == NO_DAY)
				situation.reported = max(situation.reported, reported_start(event));
			break;
		case EVENT_REPLACE:
			situation.newest = event->start;
			situation.known = max(situation.known, event->start);
			break;
		case EVENT_CANCEL:
			situation.cancelled = true;
			break;
		case EVENT_BLACKLIST:
		case EVENT_UNBLACKLIST:
			situation.blacklisted = event->kind == EVENT_BLACKLIST;
			break;
		}
	}
	return situation;
}

/*
 * The report that can be withdrawn: the one that is named, or without a name the
 * last; 0 if there is none since the last replacement.
 */
static uint32_t find_report(const struct event *events, size_t count, uint32_t named)
{
	for (size_t i = count; i-- > 0;) {
		if (events[i].kind == EVENT_REPLACE)
			break;
		if (events[i].kind == EVENT_REPORT && !is_withdrawn(events, count, i) &&
		    (!named || events[i].sequence == named))
			return events[i].sequence;
	}
	return 0;
}

bool event_refuse(char refusal[REFUSAL_SIZE], const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(refusal, REFUSAL_SIZE, format, arguments);
	va_end(arguments);
	return false;
}

static bool check_replacement(const struct situation *now, const struct event *event,
			      char refusal[REFUSAL_SIZE])
{
	int32_t today = idrevoke_start_of_time(event->at);

	if (now->cancelled)
		return event_refuse(refusal, "cancelled: the number was cancelled, no card can follow");
	if (event->start <= THROUGH_FIRST)
		return event_refuse(refusal, "start-not-later: no card can have been there before %u",
			      idrevoke_start_format(event->start));
	if (event->start > today + DAYS_AHEAD)
		return event_refuse(refusal, "start-in-future: no card starts on %u yet",
				    idrevoke_start_format(event->start));
	if (now->known != NO_DAY && event->start <= now->known)
		return event_refuse(refusal,
			      "start-not-later: the new card's start %u is not later than the old "
			      "card's %u; a mistyped report can be corrected",
			      idrevoke_start_format(event->start),
			      idrevoke_start_format(now->known));
	if (now->reported != NO_DAY && event->start < now->reported)
		return event_refuse(refusal,
			      "start-not-later: the new card's start %u is before the day %u on which "
			      "a card of unknown start was reported",
			      idrevoke_start_format(event->start),
			      idrevoke_start_format(now->reported));
	return true;
}

bool event_check(const struct event *events, size_t count, struct event *event,
		 char refusal[REFUSAL_SIZE])
{
	struct situation now = assess(events, count);
	int32_t today = idrevoke_start_of_time(event->at);

	switch (event->kind) {
	case EVENT_REPORT:
		if (event->start != NO_DAY && event->start > max(now.newest, today + DAYS_AHEAD))
			return event_refuse(refusal, "start-in-future: no card starts on %u yet",
				      idrevoke_start_format(event->start));
		return true;
	case EVENT_WITHDRAW:
		event->target = find_report(events, count, event->target);
		if (!event->target)
			return event_refuse(refusal,
					    "no-report: no report stands that could be withdrawn; one "
					    "that was followed by a replacement can be corrected");
		return true;
	case EVENT_REPLACE:
		return check_replacement(&now, event, refusal);
	case EVENT_CANCEL:
		if (now.cancelled)
			return event_refuse(refusal, "cancelled: the number was cancelled already");
		return true;
	case EVENT_BLACKLIST:
		if (event->until < today)
			return event_refuse(refusal, "end-in-past: the blacklisting would have ended on %u",
				      idrevoke_start_format(event->until));
		return true;
	case EVENT_UNBLACKLIST:
		if (!now.blacklisted)
			return event_refuse(refusal, "not-blacklisted: the person is not on the blacklist");
		return true;
	}
	return event_refuse(refusal, "unknown: no such kind of event");
}
