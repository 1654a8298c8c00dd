// SPDX-License-Identifier: GPL-2.0-or-later
/* Events that put earlier ones right. */
#include <string.h>

#include <linux/idrevoke.h>

#include "event.h"
#include "event_name.h"

static bool is_correction(const struct event *event)
{
	return event->kind == EVENT_CORRECT || event->kind == EVENT_TAKE_BACK;
}

/*
 * The last event of a kind that is about another and was not taken back itself.
 * Events are numbered without gaps, and what is about one comes later.
 */
static const struct event *find_about(const struct event *events, size_t count,
				      uint32_t sequence, uint32_t kind)
{
	for (size_t i = count; i-- > sequence;)
		if (events[i].kind == kind && events[i].target == sequence &&
		    !find_about(events, count, events[i].sequence, EVENT_TAKE_BACK))
			return &events[i];
	return NULL;
}

const struct event *event_undone_by(const struct event *events, size_t count,
				    const struct event *event)
{
	static const uint32_t kinds[] = { EVENT_TAKE_BACK, EVENT_WITHDRAW, EVENT_CORRECT };
	const struct event *by = NULL;

	for (size_t i = 0; !by && i < sizeof(kinds) / sizeof(kinds[0]); i++)
		by = find_about(events, count, event->sequence, kinds[i]);
	return by;
}

/* Says what a correction says, in place of what an event said until then. */
static void correct(struct event *event, const struct event *correction)
{
	if (correction->start != SAME_DAY)
		event->start = correction->start;
	if (correction->reason)
		event->reason = correction->reason;
	if (correction->until != NO_DAY)
		event->until = correction->until;
}

/* What an event should have said: all corrections count that were not taken back. */
static struct event corrected(const struct event *events, size_t count,
			      const struct event *event)
{
	struct event right = *event;

	for (size_t i = event->sequence; i < count; i++)
		if (events[i].kind == EVENT_CORRECT && events[i].target == event->sequence &&
		    !find_about(events, count, events[i].sequence, EVENT_TAKE_BACK))
			correct(&right, &events[i]);
	return right;
}

size_t event_settle(const struct event *events, size_t count, struct event *settled)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++) {
		const struct event *event = &events[i];

		if (is_correction(event) ||
		    find_about(events, count, event->sequence, EVENT_TAKE_BACK))
			continue;
		/* there was nothing to withdraw */
		if (event->kind == EVENT_WITHDRAW &&
		    find_about(events, count, event->target, EVENT_TAKE_BACK))
			continue;
		settled[kept++] = corrected(events, count, event);
	}
	return kept;
}

/* Refuses a correction to what an event of that kind cannot say. */
static bool check_correction(const struct event *target, const struct event *event,
			     char refusal[REFUSAL_SIZE])
{
	bool fits;

	switch (target->kind) {
	case EVENT_REPORT:
		fits = event->until == NO_DAY && !event->ground &&
		       event->reason != IDREVOKE_REASON_SUPERSEDED;
		break;
	case EVENT_REPLACE:
		fits = event->until == NO_DAY && !event->ground && event->start != NO_DAY &&
		       event->reason <= IDREVOKE_REASON_VOID;
		break;
	case EVENT_BLACKLIST:
		fits = event->start == SAME_DAY && !event->reason;
		break;
	default:
		return event_refuse(refusal, "not-correctable: event %u (%s) says nothing that could "
					     "be otherwise: it can be taken back",
				    target->sequence, event_kind_name(target->kind));
	}
	if (!fits)
		return event_refuse(refusal, "not-of-its-kind: event %u is a %s: %s", target->sequence,
				    event_kind_name(target->kind), event_kind_fields(target->kind));
	return true;
}

static bool check_target(const struct event *events, size_t count, const struct event *event,
			 char refusal[REFUSAL_SIZE])
{
	const struct event *by;

	if (!event->target || event->target > count)
		return event_refuse(refusal, "no-event: the number has %zu events, and no event %u",
				    count, event->target);
	by = find_about(events, count, event->target, EVENT_TAKE_BACK);
	if (by)
		return event_refuse(refusal, "taken-back: event %u took event %u back; take that back "
					     "for it to stand", by->sequence, event->target);
	if (event->kind == EVENT_TAKE_BACK)
		return true;
	return check_correction(&events[event->target - 1], event, refusal);
}

/* Whether each event is possible after those before it. */
static bool replay(struct event *settled, size_t count, char refusal[REFUSAL_SIZE])
{
	char rule[REFUSAL_SIZE];

	for (size_t i = 0; i < count; i++) {
		/* of a blacklisting that was taken back: nobody is taken off, no harm */
		if (settled[i].kind == EVENT_UNBLACKLIST)
			continue;
		if (event_check(settled, i, &settled[i], rule))
			continue;
		/* the rule's name stays in front */
		return event_refuse(refusal, "%.*s: event %u (%s) could not have followed%s",
				    (int)strcspn(rule, ":"), rule, settled[i].sequence,
				    event_kind_name(settled[i].kind), strchr(rule, ':') ?: "");
	}
	return true;
}

bool event_admit(struct event *events, size_t count, struct event *event,
		 struct event *settled, size_t *settled_count, char refusal[REFUSAL_SIZE])
{
	if (is_correction(event)) {
		if (!check_target(events, count, event, refusal))
			return false;
		events[count] = *event;
		*settled_count = event_settle(events, count + 1, settled);
		return replay(settled, *settled_count, refusal);
	}
	*settled_count = event_settle(events, count, settled);
	if (!event_check(settled, *settled_count, event, refusal))
		return false;
	settled[(*settled_count)++] = *event;
	return true;
}
