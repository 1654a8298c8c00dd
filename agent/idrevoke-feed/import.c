// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The subcommand import. All lines are read before the store is touched: input
 * may come slowly, and others want to write. Then they are kept by number, which
 * is how the store lies on the disk; for each number in the order of the lines.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "event_name.h"
#include "feed_tool.h"
#include "import.h"
#include "publish.h"

/* A text of events, kept once for all lines in a row that have it. */
struct text {
	struct text *next;
	char text[];
};

enum { TEXT_GROUND, TEXT_BY, TEXT_WHY, TEXTS };

struct import {
	const char *file;
	struct import_layout layout;
	struct import_row *rows;
	size_t count;
	size_t room;
	struct text *texts;
	const char *last[TEXTS];
	struct bad_lines bad;
};

/* Lines between two signs of life. */
#define PROGRESS_EVERY 65536

static void show_progress(const char *doing, uint64_t done)
{
	if (done % PROGRESS_EVERY == 0 && isatty(STDERR_FILENO))
		fprintf(stderr, "\r%s %" PRIu64 " ", doing, done);
}

static void end_progress(const char *doing, uint64_t done)
{
	if (done >= PROGRESS_EVERY && isatty(STDERR_FILENO))
		fprintf(stderr, "\r%s %" PRIu64 " \n", doing, done);
}

static int make_room(struct import *import)
{
	size_t room = import->room ? 2 * import->room : 1024;
	struct import_row *rows;

	if (import->count < import->room)
		return 0;
	/* not by realloc(3), which would leave card numbers behind */
	rows = calloc(room, sizeof(*rows));
	if (!rows)
		return complain("out of memory");
	if (import->rows) {
		memcpy(rows, import->rows, import->count * sizeof(*rows));
		explicit_bzero(import->rows, import->count * sizeof(*rows));
	}
	free(import->rows);
	import->rows = rows;
	import->room = room;
	return 0;
}

static int keep_text(struct import *import, int which, const char **text)
{
	const char *last = import->last[which];
	struct text *kept;
	size_t size;

	if (!*text)
		return 0;
	if (!last || strcmp(last, *text)) {
		size = strlen(*text) + 1;
		kept = malloc(sizeof(*kept) + size);
		if (!kept)
			return complain("out of memory");
		memcpy(kept->text, *text, size);
		kept->next = import->texts;
		import->texts = kept;
		import->last[which] = kept->text;
	}
	*text = import->last[which];
	return 0;
}

static int keep_row(struct import *import, const struct import_row *row)
{
	struct event *event;
	int error = make_room(import);

	if (error)
		return error;
	import->rows[import->count] = *row;
	event = &import->rows[import->count++].event;
	return keep_text(import, TEXT_GROUND, &event->ground) ?:
	       keep_text(import, TEXT_BY, &event->by) ?:
	       keep_text(import, TEXT_WHY, &event->why);
}

/* Reads a line that is not blank: 1; 0: no more; -EBADMSG: a bad one; or failed. */
static int next_line(struct idrevoke_lines *lines, struct idrevoke_csv *csv, const char **why)
{
	int more, error;

	do {
		more = idrevoke_lines_next(lines, why);
		if (more <= 0)
			return more;
		error = idrevoke_csv_split(csv, lines->text, lines->length, why);
		if (error)
			return error;
	} while (!csv->count);
	return 1;
}

static int read_header(struct import *import, struct idrevoke_lines *lines,
		       struct idrevoke_csv *csv)
{
	char problem[REFUSAL_SIZE];
	const char *why = "it is empty; its first line should name the columns";
	int more = next_line(lines, csv, &why);

	if (more > 0 && import_header(&import->layout, csv, problem))
		return 0;
	if (more < 0 && more != -EBADMSG)
		return complain("%s: %s: %s", import->file, why, strerror(-more));
	if (!lines->number)
		complain("%s: %s", import->file, why);
	else
		complain("%s:%" PRIu64 ": %s", import->file, lines->number, more > 0 ? problem : why);
	return EXIT_REFUSED;
}

static int read_rows(struct import *import, struct idrevoke_lines *lines,
		     struct idrevoke_csv *csv)
{
	char problem[REFUSAL_SIZE];
	struct import_row row;
	int more, error = 0;
	const char *why;

	while ((more = next_line(lines, csv, &why)) > 0 || more == -EBADMSG) {
		show_progress("read", lines->number);
		row.line = lines->number;
		if (more < 0)
			bad_lines_add(&import->bad, lines->number, why);
		else if (!import_row(&import->layout, csv, &row, problem))
			bad_lines_add(&import->bad, lines->number, problem);
		else
			error = keep_row(import, &row);
		if (error)
			break;
	}
	explicit_bzero(&row, sizeof(row));
	end_progress("read", lines->number);
	if (more < 0)
		error = complain("%s: %s: %s", import->file, why, strerror(-more));
	return error;
}

static int read_stream(struct import *import, FILE *file)
{
	static struct idrevoke_csv csv;
	struct idrevoke_lines *lines = NULL;
	int error = 0;

	if (idrevoke_csv_init(&csv))
		return complain("out of memory");
	if (idrevoke_lines_open(&lines, file))
		error = complain("out of memory");
	if (!error)
		error = read_header(import, lines, &csv);
	if (!error)
		error = read_rows(import, lines, &csv);
	idrevoke_lines_close(lines);
	idrevoke_csv_wipe(&csv);
	return error;
}

static int read_file(struct import *import, const char *name)
{
	FILE *file = name ? fopen(name, "re") : stdin;
	int error;

	if (!file)
		return complain("%s: %s", name, strerror(errno));
	error = read_stream(import, file);
	if (name)
		fclose(file);
	return error;
}

static int compare(const void *a, const void *b)
{
	const struct import_row *x = a, *y = b;

	if (x->number != y->number)
		return x->number < y->number ? -1 : 1;
	return (x->line > y->line) - (x->line < y->line);
}

/* In a transaction. */
static int keep_events(struct import *import, struct store *store)
{
	char problem[2 * REFUSAL_SIZE], refusal[REFUSAL_SIZE] = "";

	qsort(import->rows, import->count, sizeof(import->rows[0]), compare);
	for (size_t i = 0; i < import->count; i++) {
		struct import_row *row = &import->rows[i];

		show_progress("kept", i);
		if (!store_add_event(store, row->number, &row->event, refusal))
			continue;
		if (!refusal[0])
			return EXIT_FAILED;
		snprintf(problem, sizeof(problem), "refused: %s", refusal);
		bad_lines_add(&import->bad, row->line, problem);
	}
	end_progress("kept", import->count);
	return 0;
}

/* Says what came of it. */
static int tell(const struct import *import, const struct options *options, uint64_t lines)
{
	bool check = options->value[OPTION_CHECK], skip = options->value[OPTION_SKIP_BAD];

	bad_lines_print(&import->bad, import->file);
	if (check) {
		printf("good %" PRIu64 "\nbad %" PRIu64 "\n", lines - import->bad.count,
		       import->bad.count);
		return import->bad.count ? EXIT_REFUSED : EXIT_DONE;
	}
	if (import->bad.count && !skip) {
		complain("%s: nothing is imported, for %" PRIu64 " of %" PRIu64 " lines are bad",
			 import->file, import->bad.count, lines);
		return EXIT_REFUSED;
	}
	printf("imported %" PRIu64 "\n", lines - import->bad.count);
	if (skip)
		printf("skipped %" PRIu64 "\n", import->bad.count);
	fflush(stdout);
	return EXIT_DONE;
}

static int import(struct import *import, struct store *store, const struct options *options)
{
	int error = read_file(import, options->value[OPTION_FILE]);
	uint64_t lines = import->count + import->bad.count;
	bool keep;

	if (error)
		return error;
	if (publish_check_clock(store) || store_begin(store))
		return EXIT_FAILED;
	error = keep_events(import, store);
	keep = !error && !options->value[OPTION_CHECK] &&
	       (!import->bad.count || options->value[OPTION_SKIP_BAD]);
	if (keep)
		error = store_end(store, 0) ? EXIT_FAILED : 0;
	else
		store_end(store, -1);
	if (!error)
		error = tell(import, options, lines);
	if (error || !keep || !options->value[OPTION_PUBLISH])
		return error;
	return publish(store) ? complain("the events are kept, but not published") : EXIT_DONE;
}

static void discard(struct import *import)
{
	struct text *text;

	if (import->rows)
		explicit_bzero(import->rows, import->count * sizeof(import->rows[0]));
	free(import->rows);
	while ((text = import->texts)) {
		import->texts = text->next;
		free(text);
	}
}

int command_import(const struct options *options)
{
	static struct import new;
	uint32_t kind;
	struct store store;
	int status;

	for (int column = 0; column < COLUMNS; column++)
		new.layout.fallback[column] = "";
	new.layout.fallback[COLUMN_EVENT] = options->value[OPTION_EVENT] ?: "";
	new.layout.fallback[COLUMN_BY] = options->value[OPTION_BY] ?: "";
	new.layout.fallback[COLUMN_WHY] = options->value[OPTION_WHY] ?: "";
	new.file = options->value[OPTION_FILE] ?: "standard input";
	if (options->value[OPTION_EVENT] && !event_kind_parse(options->value[OPTION_EVENT], &kind)) {
		complain("--event is one of " EVENT_KIND_NAMES);
		return EXIT_USAGE;
	}
	status = store_open(&store, options->value[OPTION_STORE]) ? EXIT_FAILED :
								    import(&new, &store, options);
	store_close(&store);
	discard(&new);
	return status;
}
