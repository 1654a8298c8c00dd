// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "csv_row.h"

/* libcsv's buffer, which holds one field. */
static void wipe_and_free(void *buffer)
{
	if (buffer)
		explicit_bzero(buffer, malloc_usable_size(buffer));
	free(buffer);
}

int idrevoke_csv_init(struct idrevoke_csv *csv)
{
	if (csv_init(&csv->parser, CSV_STRICT | CSV_APPEND_NULL))
		return -ENOMEM;
	csv_set_free_func(&csv->parser, wipe_and_free);
	/* at once for the longest field: growing would leave copies behind */
	csv_set_blk_size(&csv->parser, IDREVOKE_LINE_SIZE);
	return 0;
}

static void on_field(void *field, size_t length, void *userdata)
{
	struct idrevoke_csv *csv = userdata;

	if (csv->count == IDREVOKE_CSV_FIELDS_MAX) {
		csv->too_many = true;
		return;
	}
	/* fits: all fields together are no longer than the line */
	csv->fields[csv->count++] = csv->text + csv->filled;
	memcpy(csv->text + csv->filled, field, length);
	csv->filled += length;
	csv->text[csv->filled++] = '\0';
}

static void on_row(int end, void *userdata)
{
	struct idrevoke_csv *csv = userdata;

	(void)end;
	csv->rows++;
}

int idrevoke_csv_split(struct idrevoke_csv *csv, const char *line, size_t length,
		       const char **why)
{
	bool parsed;

	csv->count = csv->filled = csv->rows = 0;
	csv->too_many = false;
	if (length >= IDREVOKE_LINE_SIZE) {
		*why = "the line is too long";
		return -EBADMSG;
	}
	/* to libcsv the end of a row; nobody who writes one in a line means that */
	if (memchr(line, '\r', length)) {
		*why = "there is a carriage return in the middle of the line";
		return -EBADMSG;
	}
	parsed = csv_parse(&csv->parser, line, length, on_field, on_row, csv) == length &&
		 csv_parse(&csv->parser, "\n", 1, on_field, on_row, csv) == 1;
	/* libcsv has no row for a line of blanks, nor for one that ends inside quotes */
	if (parsed && !csv->too_many && (csv->rows || strspn(line, " \t") == length))
		return 0;
	if (!parsed && csv_error(&csv->parser) == CSV_ENOMEM) {
		*why = "out of memory";
		csv_fini(&csv->parser, NULL, NULL, NULL);
		return -ENOMEM;
	}
	*why = csv->too_many ? "there are too many fields" : "the quotes are not as they should be";
	/* makes the parser ready for the next line */
	csv_fini(&csv->parser, NULL, NULL, NULL);
	csv->count = 0;
	return -EBADMSG;
}

void idrevoke_csv_wipe(struct idrevoke_csv *csv)
{
	csv_free(&csv->parser);
	explicit_bzero(csv, sizeof(*csv));
}
