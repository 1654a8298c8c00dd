// SPDX-License-Identifier: GPL-2.0-or-later
/* The subcommand history: all events of a number, and what they amounted to. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <idrevoke.h>

#include "../lib/date.h"
#include "event_name.h"
#include "feed_tool.h"
#include "output.h"

/* An event, what became of it, and what its number's record was then. */
struct entry {
	const struct event *event;
	const struct event *undone_by;
	struct outcome outcome;
	const char *ground;
	const char *by;
	const char *why;
};

static void print_day(const char *name, int32_t day)
{
	if (day >= 0)
		printf("%s %" PRIu32 "\n", name, idrevoke_start_format(day));
}

/* Whether it is a correction that says that the start is not known. */
static bool says_unknown(const struct event *event)
{
	return event->kind == EVENT_CORRECT && event->start == NO_DAY;
}

static void print_record(const struct outcome *outcome)
{
	char through[THROUGH_TEXT];

	if (!outcome->listed) {
		puts("record not listed");
		return;
	}
	through_format(outcome->record.through, through);
	printf("record through %s reason %s open %s person %s\n", through,
	       idrevoke_reason_name(outcome->record.reason),
	       outcome->record.flags & IDREVOKE_RECORD_OPEN ? "yes" : "no",
	       outcome->record.flags & IDREVOKE_RECORD_PERSON ? "yes" : "no");
}

/* A text that is kept, without what a terminal would take for a command. */
static void print_text(const char *name, const char *text)
{
	if (!text)
		return;
	if (text_is_clean(text))
		printf("%s %s\n", name, text);
	else
		printf("%s (not printable)\n", name);
}

static int print_entry(const struct entry *entry)
{
	const struct event *event = entry->event;
	char at[TIME_TEXT];

	time_format(event->at, at);
	printf("%sevent %" PRIu32 "\nkind %s\nat %s\n", event->sequence > 1 ? "\n" : "",
	       event->sequence, event_kind_name(event->kind), at);
	print_text("by", entry->by);
	print_text("why", entry->why);
	if (event->target)
		printf("target %" PRIu32 "\n", event->target);
	if (says_unknown(event))
		puts("start unknown");
	else
		print_day("start", event->start);
	if (event->reason)
		printf("reason %s\n", idrevoke_reason_name(event->reason));
	print_day("until", event->until);
	print_text("ground", entry->ground);
	if (entry->undone_by)
		printf("undone-by %" PRIu32 "\n", entry->undone_by->sequence);
	print_record(&entry->outcome);
	return 0;
}

static json_t *day_json(int32_t day)
{
	return day >= 0 ? json_sprintf("%" PRIu32, idrevoke_start_format(day)) : json_null();
}

static json_t *sequence_json(uint32_t sequence)
{
	return sequence ? json_integer(sequence) : json_null();
}

static int print_entry_json(const struct entry *entry)
{
	const struct event *event = entry->event;

	return output_json(json_pack(
		"{sI ss sI so so so so so so so so so}", "event", (json_int_t)event->sequence,
		"kind", event_kind_name(event->kind), "at", (json_int_t)event->at, "by",
		text_json(entry->by), "why", text_json(entry->why), "target",
		sequence_json(event->target), "start",
		says_unknown(event) ? json_string("unknown") : day_json(event->start), "reason",
		event->reason ? json_string(idrevoke_reason_name(event->reason)) : json_null(),
		"until", day_json(event->until), "ground", text_json(entry->ground), "undone_by",
		sequence_json(entry->undone_by ? entry->undone_by->sequence : 0), "record",
		entry->outcome.listed ? record_json(&entry->outcome.record) : json_null()));
}

static int print_all(struct store *store, uint64_t number, const struct event *events,
		     size_t count, struct event *settled, bool json)
{
	sqlite3_stmt *row;
	int error = 0;

	if (store_prepare(store, &row, "SELECT ground, by, why FROM event WHERE number = ?"
				       "	ORDER BY sequence"))
		return EXIT_FAILED;
	sqlite3_bind_int64(row, 1, number);
	for (size_t i = 0; i < count && !error; i++) {
		/* as it was when this event came */
		size_t settled_count = event_settle(events, i + 1, settled);
		struct entry entry = {
			.event = &events[i],
			.undone_by = event_undone_by(events, count, &events[i]),
			.outcome = event_outcome(settled, settled_count,
						 idrevoke_start_of_time(events[i].at)),
		};

		if (sqlite3_step(row) != SQLITE_ROW) {
			error = EXIT_FAILED;
			store_complain(store);
			break;
		}
		entry.ground = (const char *)sqlite3_column_text(row, 0);
		entry.by = (const char *)sqlite3_column_text(row, 1);
		entry.why = (const char *)sqlite3_column_text(row, 2);
		error = json ? print_entry_json(&entry) : print_entry(&entry);
	}
	sqlite3_finalize(row);
	return error;
}

static int print_history(struct store *store, bool json)
{
	struct event *events, *settled;
	uint64_t number;
	size_t count;
	int error = number_read(&number);

	if (error)
		return error;
	if (store_run(store, "BEGIN") || store_events(store, number, &events, &count)) {
		error = EXIT_FAILED;
	} else {
		settled = calloc(count + 1, sizeof(*settled));
		error = settled ? print_all(store, number, events, count, settled, json) :
				  complain("out of memory");
		if (!error && !count && !json)
			puts("no events");
		free(settled);
		free(events);
	}
	explicit_bzero(&number, sizeof(number));
	return error;
}

int command_history(const struct options *options)
{
	struct store store;
	int status = store_open(&store, options->value[OPTION_STORE]) ?
			     EXIT_FAILED :
			     print_history(&store, options->value[OPTION_JSON]);

	store_close(&store);
	return status;
}
