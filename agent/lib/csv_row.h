/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Comma-separated values (RFC 4180), by libcsv, one row a line: a field in
 * quotes cannot go on in the next line, so that a forgotten quote spoils one
 * line, and the number of a line is that which an editor shows.
 */
#ifndef IDREVOKE_LIB_CSV_ROW_H
#define IDREVOKE_LIB_CSV_ROW_H

#include <csv.h>
#include <stdbool.h>
#include <stddef.h>

#include "lines.h"

#define IDREVOKE_CSV_FIELDS_MAX 32

/**
 * struct idrevoke_csv - a splitter of lines
 * @count: fields of the line that was split last
 * @fields: the fields, terminated, without their quotes
 */
struct idrevoke_csv {
	size_t count;
	char *fields[IDREVOKE_CSV_FIELDS_MAX];
	/* private: */
	struct csv_parser parser;
	unsigned int rows;
	bool too_many;
	size_t filled;
	char text[IDREVOKE_LINE_SIZE + IDREVOKE_CSV_FIELDS_MAX];
};

/**
 * idrevoke_csv_init() - prepare
 * @csv: the splitter
 *
 * Return: 0 or -ENOMEM.
 */
int idrevoke_csv_init(struct idrevoke_csv *csv);

/**
 * idrevoke_csv_split() - split a line into fields
 * @csv: the splitter
 * @line: without its end, terminated
 * @length: its bytes, less than IDREVOKE_LINE_SIZE
 * @why: out: on failure, what is wrong, without any part of the line
 *
 * A line of nothing but blanks has no fields.
 *
 * Return: 0; -EBADMSG: quotes are not as they should be, there are too many
 * fields, or a carriage return; -ENOMEM.
 */
int idrevoke_csv_split(struct idrevoke_csv *csv, const char *line, size_t length,
		       const char **why);

/**
 * idrevoke_csv_wipe() - clean up, and wipe what was read
 * @csv: the splitter
 */
void idrevoke_csv_wipe(struct idrevoke_csv *csv);

#endif /* IDREVOKE_LIB_CSV_ROW_H */
