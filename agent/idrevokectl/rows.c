// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../lib/csv_row.h"
#include "../lib/lines.h"
#include "ctl.h"
#include "json_row.h"
#include "question.h"
#include "rows.h"

enum column {
	COLUMN_NUMBER,
	COLUMN_START,
	COLUMN_CONSISTENCY,
	COLUMN_ID,
	COLUMNS,
	COLUMN_OTHER = COLUMNS, /* of no interest */
};

/* The number of any document has as many digits in a row; the name of a column has not. */
#define NUMBER_DIGITS 6

struct rows {
	struct idrevoke_lines *lines;
	struct idrevoke_csv csv;
	struct json_reader *json;
	enum rows_format format;
	bool begun; /* a line came that is not blank, which decides about the others */
	bool header;
	size_t column_count;
	enum column columns[IDREVOKE_CSV_FIELDS_MAX];
};

int rows_open(struct rows **rows, FILE *file, enum rows_format format)
{
	/* What a file without a header may have, in this order. */
	static const struct rows without_header = {
		.column_count = 3,
		.columns = { COLUMN_NUMBER, COLUMN_START, COLUMN_CONSISTENCY },
	};
	struct rows *new = malloc(sizeof(*new));

	*rows = NULL;
	if (!new)
		return fail("out of memory");
	*new = without_header;
	new->format = format;
	if (idrevoke_csv_init(&new->csv) || json_reader_open(&new->json) ||
	    idrevoke_lines_open(&new->lines, file)) {
		rows_close(new);
		return fail("out of memory");
	}
	*rows = new;
	return 0;
}

void rows_close(struct rows *rows)
{
	if (!rows)
		return;
	idrevoke_lines_close(rows->lines);
	json_reader_close(rows->json);
	idrevoke_csv_wipe(&rows->csv);
	free(rows);
}

bool rows_have_header(const struct rows *rows)
{
	return rows->header;
}

const char *row_id(struct row *row, const char *text, size_t length)
{
	/* also in the place of an earlier one */
	row->id[0] = '\0';
	row->id_is_number = false;
	if (length >= sizeof(row->id))
		return "the id is longer than 63 bytes";
	for (size_t i = 0; i < length; i++)
		if ((unsigned char)text[i] < ' ' || text[i] == '\x7f')
			return "the id has a control character";
	memcpy(row->id, text, length);
	row->id[length] = '\0';
	return NULL;
}

static enum column column_of(const char *name)
{
	static const struct {
		const char *name;
		enum column column;
	} names[] = {
		{ "number", COLUMN_NUMBER },
		{ "start", COLUMN_START },
		{ "valid_from", COLUMN_START },
		{ "consistency", COLUMN_CONSISTENCY },
		{ "id", COLUMN_ID },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcasecmp(name, names[i].name))
			return names[i].column;
	return COLUMN_OTHER;
}

/* Whether a column names the numbers: no number does. */
static bool is_header(const struct idrevoke_csv *csv)
{
	for (size_t i = 0; i < csv->count; i++)
		if (column_of(csv->fields[i]) == COLUMN_NUMBER)
			return true;
	return false;
}

static int take_header(struct rows *rows)
{
	static const char *const names[COLUMNS] = {
		[COLUMN_NUMBER] = "number",
		[COLUMN_START] = "start",
		[COLUMN_CONSISTENCY] = "consistency",
		[COLUMN_ID] = "id",
	};
	const uint64_t line = rows->lines->number;
	bool seen[COLUMNS + 1] = { false };

	rows->header = true;
	rows->column_count = rows->csv.count;
	for (size_t i = 0; i < rows->csv.count; i++) {
		enum column column = column_of(rows->csv.fields[i]);

		if (column == COLUMN_OTHER) {
			/* said, since it may be a typing error */
			say("line %" PRIu64 ": the column %s is not used", line,
			    shown(rows->csv.fields[i]));
		} else if (seen[column]) {
			say("line %" PRIu64 ": two columns name the %s", line, names[column]);
			return -1;
		}
		seen[column] = true;
		rows->columns[i] = column;
	}
	return 0;
}

static const char *take_field(struct idrevoke_check *check, struct row *row,
			      enum column column, const char *field)
{
	switch (column) {
	case COLUMN_NUMBER:
		return question_number(check, field, strlen(field));
	case COLUMN_START:
		return question_start(check, field);
	case COLUMN_CONSISTENCY:
		return question_consistency(check, field);
	case COLUMN_ID:
		return row_id(row, field, strlen(field));
	default:
		return NULL;
	}
}

static void take_fields(const struct rows *rows, struct idrevoke_check *check,
			struct row *row)
{
	const struct idrevoke_csv *csv = &rows->csv;

	if (!csv->count)
		row->wrong = "the line is empty";
	else if (csv->count > rows->column_count)
		row->wrong = "there are more fields than columns";
	else if (rows->header && csv->count < rows->column_count)
		row->wrong = "there are fewer fields than columns";
	/* fields at the wrong places are not looked at: a number could pass for an id */
	if (row->wrong)
		return;
	for (size_t i = 0; i < csv->count; i++) {
		const char *wrong = take_field(check, row, rows->columns[i], csv->fields[i]);

		if (!row->wrong)
			row->wrong = wrong;
	}
}

static bool is_blank(const struct idrevoke_lines *lines)
{
	return strspn(lines->text, " \t") == lines->length;
}

static enum rows_format format_of(const char *text)
{
	return text[strspn(text, " \t")] == '{' ? ROWS_JSONL : ROWS_CSV;
}

/* Whether a line has nothing that could be a number, not even a wrong one. */
static bool names_columns(const struct idrevoke_lines *lines)
{
	size_t digits = 0;

	for (size_t i = 0; i < lines->length && digits < NUMBER_DIGITS; i++)
		digits = lines->text[i] >= '0' && lines->text[i] <= '9' ? digits + 1 : 0;
	return digits < NUMBER_DIGITS;
}

static int take_json(struct rows *rows, struct idrevoke_check *check, struct row *row)
{
	struct idrevoke_lines *lines = rows->lines;
	int error;

	/* in the place of what terminates it, so that no word goes on in the next line */
	lines->text[lines->length] = '\n';
	error = json_reader_read(rows->json, check, row, lines->text, lines->length + 1);
	if (error)
		say("line %" PRIu64 ": out of memory", lines->number);
	return error ? -1 : 1;
}

/* @first: it is for this line to say what the columns are. */
static int take_csv(struct rows *rows, struct idrevoke_check *check, struct row *row,
		    bool first)
{
	const struct idrevoke_lines *lines = rows->lines;
	int error = -EBADMSG;

	if (!row->wrong)
		error = idrevoke_csv_split(&rows->csv, lines->text, lines->length, &row->wrong);
	if (error == -ENOMEM) {
		say("line %" PRIu64 ": %s", lines->number, row->wrong);
		return -1;
	}
	if (first && !error && is_header(&rows->csv))
		return take_header(rows);
	/* going on without a header would take any date in the second column for the start */
	if (first && names_columns(lines)) {
		say("line %" PRIu64 " names columns, but %s", lines->number,
		    row->wrong ?: "none is number");
		return -1;
	}
	if (error)
		return 1;
	take_fields(rows, check, row);
	if (row->wrong && !rows->header && is_header(&rows->csv)) {
		say("line %" PRIu64 " names columns, but is not the first line", lines->number);
		return -1;
	}
	return 1;
}

/* Takes the line that was read, or is wrong. Return: 1: a row; 0: the header; -1. */
static int take_line(struct rows *rows, struct idrevoke_check *check, struct row *row)
{
	const struct idrevoke_lines *lines = rows->lines;
	bool first = !rows->begun;

	if (first && !row->wrong && is_blank(lines)) {
		row->wrong = "the line is empty";
		return 1;
	}
	rows->begun = true;
	if (rows->format == ROWS_ANY)
		rows->format = format_of(lines->text);
	if (rows->format == ROWS_CSV)
		return take_csv(rows, check, row, first);
	return row->wrong ? 1 : take_json(rows, check, row);
}

int rows_next(struct rows *rows, struct idrevoke_check *check, struct row *row)
{
	const char *why;
	int got;

	do {
		memset(check, 0, sizeof(*check));
		memset(row, 0, sizeof(*row));
		got = idrevoke_lines_next(rows->lines, &why);
		if (!got)
			return 0;
		if (got < 0 && got != -EBADMSG) {
			say("cannot read: %s", strerror(-got));
			return -1;
		}
		row->wrong = got < 0 ? why : NULL;
		got = take_line(rows, check, row);
	} while (!got);
	row->line = rows->lines->number;
	if (row->wrong)
		explicit_bzero(check, sizeof(*check));
	return got;
}
