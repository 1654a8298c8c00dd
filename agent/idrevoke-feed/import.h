/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Events from CSV: columns and rows (import_row.c), bad lines (bad_lines.c). */
#ifndef IDREVOKE_FEED_IMPORT_H
#define IDREVOKE_FEED_IMPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../lib/csv_row.h"
#include "event.h"

enum import_column {
	COLUMN_NUMBER,
	COLUMN_EVENT,
	COLUMN_START,
	COLUMN_REASON,
	COLUMN_UNTIL,
	COLUMN_GROUND,
	COLUMN_TARGET,
	COLUMN_AT,
	COLUMN_BY,
	COLUMN_WHY,
	COLUMNS,
};

/**
 * struct import_layout - which field of a line is what
 * @fields: how many a line has
 * @field: for each column its field, or -1
 * @fallback: for each column what holds where a line says nothing, or ""
 */
struct import_layout {
	size_t fields;
	int field[COLUMNS];
	const char *fallback[COLUMNS];
};

/**
 * struct import_row - an event that a line of CSV tells
 * @line: its number
 * @number: packed
 * @event: the event; its texts are where they were read
 */
struct import_row {
	uint64_t line;
	uint64_t number;
	struct event event;
};

/**
 * import_header() - read the line that names the columns
 * @layout: @fallback filled in; the rest is out
 * @csv: the line
 * @problem: out: on failure, what is wrong
 *
 * Return: whether it is as it should be.
 */
bool import_header(struct import_layout *layout, const struct idrevoke_csv *csv,
		   char problem[REFUSAL_SIZE]);

/**
 * import_row() - read a line that tells an event
 * @layout: which field is what
 * @csv: the line
 * @row: out, but for its line
 * @problem: out: on failure, the column, a colon, and what is wrong, without any
 *	part of a number
 *
 * Return: whether it is as it should be.
 */
bool import_row(const struct import_layout *layout, const struct idrevoke_csv *csv,
		struct import_row *row, char problem[REFUSAL_SIZE]);

#define BAD_LINES_LISTED 100

/**
 * struct bad_lines - lines that cannot be imported; zero to begin with
 * @count: how many
 * @listed: how many of them are listed: the first ones
 * @list: in order
 */
struct bad_lines {
	uint64_t count;
	size_t listed;
	struct {
		uint64_t line;
		char problem[REFUSAL_SIZE];
	} list[BAD_LINES_LISTED];
};

/**
 * bad_lines_add() - note a bad line
 * @bad: the list
 * @line: its number, in any order
 * @problem: what is wrong
 */
void bad_lines_add(struct bad_lines *bad, uint64_t line, const char *problem);

/**
 * bad_lines_print() - say on standard error what is wrong where
 * @bad: the list
 * @file: whose lines they are
 */
void bad_lines_print(const struct bad_lines *bad, const char *file);

#endif /* IDREVOKE_FEED_IMPORT_H */
