// SPDX-License-Identifier: GPL-2.0-or-later
/* From a line of CSV to an event. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/date.h"
#include "event_name.h"
#include "feed_tool.h"
#include "import.h"

static const char *const names[COLUMNS] = {
	[COLUMN_NUMBER] = "number", [COLUMN_EVENT] = "event",   [COLUMN_START] = "start",
	[COLUMN_REASON] = "reason", [COLUMN_UNTIL] = "until",   [COLUMN_GROUND] = "ground",
	[COLUMN_TARGET] = "target", [COLUMN_AT] = "at",	        [COLUMN_BY] = "by",
	[COLUMN_WHY] = "why",
};

#define NAMES "number, event, start, reason, until, ground, target, at, by and why"
#define COLUMN(name) (1U << COLUMN_##name)

/* Columns that events of each kind need, and that they may have besides. */
static const struct {
	uint32_t needs;
	uint32_t takes;
} kinds[] = {
	[EVENT_REPORT] = { COLUMN(REASON), COLUMN(START) },
	[EVENT_WITHDRAW] = { 0, 0 },
	[EVENT_REPLACE] = { COLUMN(START), COLUMN(REASON) },
	[EVENT_CANCEL] = { 0, 0 },
	[EVENT_BLACKLIST] = { COLUMN(GROUND) | COLUMN(UNTIL), 0 },
	[EVENT_UNBLACKLIST] = { 0, 0 },
	[EVENT_CORRECT] = { COLUMN(TARGET),
			    COLUMN(START) | COLUMN(REASON) | COLUMN(UNTIL) | COLUMN(GROUND) },
	[EVENT_TAKE_BACK] = { COLUMN(TARGET), 0 },
};

#define ALL_NEED (COLUMN(NUMBER) | COLUMN(EVENT) | COLUMN(BY) | COLUMN(WHY))
#define ALL_TAKE COLUMN(AT)

static int find_column(const char *name)
{
	for (int column = 0; column < COLUMNS; column++)
		if (!strcasecmp(name, names[column]))
			return column;
	return -1;
}

/* Whether a text is surely no card number, so that it may be repeated. */
static bool is_word(const char *text)
{
	return strlen(text) <= 20 &&
	       strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_- ") ==
		       strlen(text);
}

bool import_header(struct import_layout *layout, const struct idrevoke_csv *csv,
		   char problem[REFUSAL_SIZE])
{
	layout->fields = csv->count;
	for (int column = 0; column < COLUMNS; column++)
		layout->field[column] = -1;
	for (size_t i = 0; i < csv->count; i++) {
		int column = find_column(csv->fields[i]);

		if (column < 0)
			return event_refuse(problem,
					    "column %zu%s%s%s is unknown; there can be, separated by "
					    "commas: " NAMES, i + 1,
					    is_word(csv->fields[i]) ? " ('" : "",
					    is_word(csv->fields[i]) ? csv->fields[i] : "",
					    is_word(csv->fields[i]) ? "')" : "");
		if (layout->field[column] >= 0)
			return event_refuse(problem, "the column %s is there twice", names[column]);
		layout->field[column] = i;
	}
	if (layout->field[COLUMN_NUMBER] < 0)
		return event_refuse(problem, "the column number is missing");
	for (int column = 0; column < COLUMNS; column++) {
		if (!(ALL_NEED & 1U << column) || layout->field[column] >= 0 ||
		    layout->fallback[column][0] || column == COLUMN_NUMBER)
			continue;
		return event_refuse(problem, "the column %s is missing, and there is no --%s",
				    names[column], names[column]);
	}
	return true;
}

/* What a line says in a column; "" if nothing. */
static const char *field_of(const struct import_layout *layout, const struct idrevoke_csv *csv,
			    int column)
{
	int field = layout->field[column];

	return field >= 0 && csv->fields[field][0] ? csv->fields[field] :
						     layout->fallback[column];
}

/* Whether the line says what an event of its kind says. */
static bool check_columns(uint32_t kind, const char *const text[COLUMNS],
			  char problem[REFUSAL_SIZE])
{
	uint32_t needs = ALL_NEED | kinds[kind].needs;
	uint32_t takes = needs | ALL_TAKE | kinds[kind].takes;
	uint32_t has = 0;

	for (int column = 0; column < COLUMNS; column++)
		if (text[column][0])
			has |= 1U << column;
	for (int column = 0; column < COLUMNS; column++) {
		if (needs & ~has & 1U << column)
			return event_refuse(problem, "%s: it is empty; %s needs it", names[column],
					    event_kind_name(kind));
		if (has & ~takes & 1U << column)
			return event_refuse(problem, "%s: %s has none", names[column],
					    event_kind_name(kind));
	}
	if (kind == EVENT_CORRECT && !(has & kinds[kind].takes))
		return event_refuse(problem, "event: correct does not say what is right instead");
	return true;
}

static bool read_day(int column, const char *text, int32_t *day, char problem[REFUSAL_SIZE])
{
	uint16_t parsed;

	if (!text[0])
		return true;
	if (idrevoke_start_parse_text(text, &parsed))
		return event_refuse(problem, "%s: it is no calendar day as YYYYMMDD or YYYY-MM-DD, "
					     "from 19840101 to 21630605", names[column]);
	*day = parsed;
	return true;
}

static bool read_start(const char *text, struct event *event, char problem[REFUSAL_SIZE])
{
	event->start = event->kind == EVENT_CORRECT ? SAME_DAY : NO_DAY;
	if (event->kind != EVENT_CORRECT || strcmp(text, "unknown"))
		return read_day(COLUMN_START, text, &event->start, problem);
	event->start = NO_DAY;
	return true;
}

static bool read_reason(const char *text, struct event *event, char problem[REFUSAL_SIZE])
{
	if (event->kind == EVENT_REPLACE && !text[0])
		return event_reason_parse(event->kind, "superseded", &event->reason);
	if (!text[0] || event_reason_parse(event->kind, text, &event->reason))
		return true;
	return event_refuse(problem, "reason: it is none of those of %s: %s",
			    event_kind_name(event->kind), event_kind_fields(event->kind));
}

static bool read_target(const char *text, struct event *event, char problem[REFUSAL_SIZE])
{
	char *end;
	unsigned long value;

	if (!text[0])
		return true;
	value = strtoul(text, &end, 10);
	if (strspn(text, "0123456789") != strlen(text) || *end || !value || value > INT32_MAX)
		return event_refuse(problem, "target: it is not the number of an event, as history "
					     "counts");
	event->target = value;
	return true;
}

static bool read_at(const char *text, struct event *event, char problem[REFUSAL_SIZE])
{
	if (!text[0])
		return true;
	if (!time_parse(text, &event->at))
		return event_refuse(problem, "at: it is no time as YYYY-MM-DDThh:mm:ssZ or "
					     "YYYYMMDD, from 1984 on");
	if (event->at > time_now())
		return event_refuse(problem, "at: it lies in the future");
	return true;
}

static bool read_texts(const char *const text[COLUMNS], struct event *event,
		       char problem[REFUSAL_SIZE])
{
	static const int columns[] = { COLUMN_GROUND, COLUMN_BY, COLUMN_WHY };

	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
		if (!text_is_clean(text[columns[i]]))
			return event_refuse(problem, "%s: it has control characters, or is not "
						     "UTF-8", names[columns[i]]);
	event->ground = text[COLUMN_GROUND][0] ? text[COLUMN_GROUND] : NULL;
	event->by = text[COLUMN_BY];
	event->why = text[COLUMN_WHY];
	return true;
}

bool import_row(const struct import_layout *layout, const struct idrevoke_csv *csv,
		struct import_row *row, char problem[REFUSAL_SIZE])
{
	struct event *event = &row->event;
	const char *text[COLUMNS], *wrong;

	*event = (struct event){ .until = NO_DAY };
	if (csv->count != layout->fields)
		return event_refuse(problem, "it has %zu columns; the first line has %zu",
				    csv->count, layout->fields);
	for (int column = 0; column < COLUMNS; column++)
		text[column] = field_of(layout, csv, column);
	if (!event_kind_parse(text[COLUMN_EVENT], &event->kind))
		return event_refuse(problem, "event: it is none of " EVENT_KIND_NAMES);
	if (!check_columns(event->kind, text, problem))
		return false;
	wrong = number_parse(text[COLUMN_NUMBER], &row->number);
	if (wrong)
		return event_refuse(problem, "number: %s", wrong);
	return read_start(text[COLUMN_START], event, problem) &&
	       read_reason(text[COLUMN_REASON], event, problem) &&
	       read_day(COLUMN_UNTIL, text[COLUMN_UNTIL], &event->until, problem) &&
	       read_target(text[COLUMN_TARGET], event, problem) &&
	       read_at(text[COLUMN_AT], event, problem) && read_texts(text, event, problem);
}
