// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Events from CSV, by the issuer's import, and what they amount to: no refusal
 * repeats a card number, and every record that results is one that the kernel takes.
 * Input: a header and lines.
 */
#include "../../agent/idrevoke-feed/feed_tool.h"
#include "../../agent/idrevoke-feed/import.h"
#include "../../agent/lib/lines.h"
#include "packed.h"

#define EVENTS 24

static struct event events[EVENTS + 1], settled[EVENTS + 1];
static size_t count;

/* Texts of events are where their line was. */
static char kept[] = "text";

static void check_problem(const char *problem)
{
	size_t digits = 0;

	fuzz_check(strnlen(problem, REFUSAL_SIZE) < REFUSAL_SIZE && problem[0], "no words");
	for (; *problem; problem++) {
		digits = *problem >= '0' && *problem <= '9' ? digits + 1 : 0;
		fuzz_check(digits < 15, "it repeats a number");
	}
}

/* In the place of the tool's own: nothing here reads standard input. */
int complain(const char *format, ...)
{
	fuzz_check(false, "%s", format);
}

/* All events are taken for those of one number. */
static void admit(const struct import_row *row)
{
	char refusal[REFUSAL_SIZE] = "";
	struct event event = row->event;
	struct outcome outcome;
	size_t settled_count;

	if (count == EVENTS)
		return;
	event.sequence = count + 1;
	event.by = event.why = kept;
	event.ground = event.ground ? kept : NULL;
	if (!event_admit(events, count, &event, settled, &settled_count, refusal)) {
		check_problem(refusal);
		return;
	}
	events[count++] = event;
	fuzz_check(settled_count <= count, "more than there are");
	outcome = event_outcome(settled, settled_count, 15000);
	outcome.record.number = row->number;
	fuzz_check(!outcome.listed || idrevoke_record_is_valid(&outcome.record, false),
		   "a record that is none: through %u, reason %u, flags %#x",
		   outcome.record.through, outcome.record.reason, outcome.record.flags);
}

static void read_lines(struct idrevoke_lines *lines, struct idrevoke_csv *csv)
{
	struct import_layout layout = { .fields = 0 };
	char problem[REFUSAL_SIZE] = "";
	struct import_row row;
	bool header = false;
	const char *why;
	int got;

	for (int column = 0; column < COLUMNS; column++)
		layout.fallback[column] = column == COLUMN_BY || column == COLUMN_WHY ? kept : "";
	while ((got = idrevoke_lines_next(lines, &why))) {
		if (got < 0 || idrevoke_csv_split(csv, lines->text, lines->length, &why))
			continue;
		if (!header && !import_header(&layout, csv, problem)) {
			check_problem(problem);
			return;
		}
		if (header && import_row(&layout, csv, &row, problem))
			admit(&row);
		else if (header)
			check_problem(problem);
		header = true;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };
	uint8_t *bytes = fuzz_bytes(&input, &size);
	FILE *file = fuzz_file(bytes, size);
	struct idrevoke_lines *lines;
	struct idrevoke_csv csv;

	count = 0;
	fuzz_check(!idrevoke_csv_init(&csv) && !idrevoke_lines_open(&lines, file), "no reader");
	read_lines(lines, &csv);
	idrevoke_lines_close(lines);
	idrevoke_csv_wipe(&csv);
	fclose(file);
	free(bytes);
	return 0;
}
