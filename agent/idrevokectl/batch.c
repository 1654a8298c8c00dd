// SPDX-License-Identifier: GPL-2.0-or-later
/* batch: many questions to the device, answered in their order. */
#include <csv.h>
#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "blocks.h"
#include "ctl.h"
#include "progress.h"
#include "question.h"

struct batch {
	struct idrevoke_device *device;
	FILE *file;
	uint64_t size; /* of the file; 0: not known */
	uint64_t lines, bad, verdicts[IDREVOKE_AMBIGUOUS + 1];
};

static void print_id_json(const struct row *row)
{
	json_t *id;

	if (row->id_is_number) {
		fputs(row->id, stdout);
		return;
	}
	/* none as well if CSV had something that is no UTF-8 */
	id = row->id[0] ? json_string(row->id) : NULL;
	if (id)
		json_dumpf(id, stdout, JSON_ENCODE_ANY);
	else
		fputs("null", stdout);
	json_decref(id);
}

/* Room for what follows the id in a line. */
#define REST_TEXT (ANSWER_TEXT + 8)

static void rest_format(const struct idrevoke_check *check, const char *note,
			char text[REST_TEXT])
{
	const char *quote = note ? "\"" : "";
	char members[ANSWER_TEXT], flags[FLAGS_TEXT];

	if (json_wanted) {
		answer_json(check, note, members);
		snprintf(text, REST_TEXT, ",%s}\n", members);
		return;
	}
	/* a note has commas, but no quotes */
	snprintf(text, REST_TEXT, ",%s,%s,%s,%s,%" PRIu64 ",%s%s%s\n",
		 idrevoke_verdict_name(check->verdict), idrevoke_why_name(check->why),
		 idrevoke_reason_name(check->reason), answer_flags(check, flags),
		 (uint64_t)check->version, quote, note ?: "", quote);
}

/* Nearly all answers of a batch are the same, so the last one is kept as text. */
static const char *rest_of_line(const struct idrevoke_check *check, const char *note)
{
	static char last[sizeof(*check) - offsetof(struct idrevoke_check, verdict)];
	static const char *last_note;
	static char text[REST_TEXT];
	const size_t at = offsetof(struct idrevoke_check, verdict);
	const void *answer = (const char *)check + at;

	if (text[0] && note == last_note && !memcmp(answer, last, sizeof(last)))
		return text;
	memcpy(last, answer, sizeof(last));
	last_note = note;
	rest_format(check, note, text);
	return text;
}

static void print_line(const struct idrevoke_check *check, const struct row *row,
		       const char *note)
{
	printf(json_wanted ? "{\"line\":%" PRIu64 ",\"id\":" : "%" PRIu64 ",", row->line);
	if (json_wanted)
		print_id_json(row);
	else if (row->id[0])
		csv_fwrite(stdout, row->id, strlen(row->id));
	fputs(rest_of_line(check, note), stdout);
}

/* Takes over what the kernel says, but for a line that was no question. */
static void answer(struct batch *batch, struct idrevoke_check *check, const struct row *row)
{
	const char *note = row->wrong ?: question_explain(check);

	if (row->wrong) {
		check->verdict = IDREVOKE_UNKNOWN;
		check->why = IDREVOKE_WHY_MALFORMED;
		check->reason = IDREVOKE_REASON_NONE;
	}
	if (note)
		say("line %" PRIu64 ": %s", row->line, note);
	batch->lines++;
	batch->bad += !!note;
	if (check->verdict <= IDREVOKE_AMBIGUOUS)
		batch->verdicts[check->verdict]++;
	print_line(check, row, note);
}

static int ask(struct batch *batch, struct block *block)
{
	ssize_t done = idrevoke_device_check_batch(batch->device, block->checks, block->count);

	if (done < 0)
		return fail("cannot ask: %s", strerror(-done));
	for (ssize_t i = 0; i < done; i++)
		answer(batch, &block->checks[i], &block->said[i]);
	if ((size_t)done < block->count)
		return fail("the kernel stopped before line %" PRIu64, block->said[done].line);
	progress_show(batch->lines, lseek(fileno(batch->file), 0, SEEK_CUR), batch->size);
	return output_flush();
}

static int ask_all(struct batch *batch, struct blocks *blocks)
{
	struct block *block = blocks_next(blocks);
	int error = 0;

	if (block->header && !json_wanted)
		puts("line,id,verdict,why,reason,flags,version,note");
	for (;;) {
		if (block->count)
			error = ask(batch, block);
		if (error || block->more <= 0)
			break;
		block = blocks_next(blocks);
	}
	if (block->more < 0)
		error = EXIT_FAILED;
	return error ?: output_flush();
}

static int summarize(const struct batch *batch, bool shown)
{
	const uint64_t *verdicts = batch->verdicts;

	if (shown)
		fprintf(stderr,
			"%" PRIu64 " lines: %" PRIu64 " CLEAR, %" PRIu64 " REVOKED, %" PRIu64
			" AMBIGUOUS, %" PRIu64 " UNKNOWN (%" PRIu64 " bad)\n",
			batch->lines, verdicts[IDREVOKE_CLEAR], verdicts[IDREVOKE_REVOKED],
			verdicts[IDREVOKE_AMBIGUOUS], verdicts[IDREVOKE_UNKNOWN], batch->bad);
	if (!json_wanted)
		return 0;
	return print_json(json_pack("{s{sI sI sI sI sI sI}}", "summary", "lines",
				    (json_int_t)batch->lines, "clear",
				    (json_int_t)verdicts[IDREVOKE_CLEAR], "revoked",
				    (json_int_t)verdicts[IDREVOKE_REVOKED], "ambiguous",
				    (json_int_t)verdicts[IDREVOKE_AMBIGUOUS], "unknown",
				    (json_int_t)verdicts[IDREVOKE_UNKNOWN], "bad",
				    (json_int_t)batch->bad));
}

static int exit_status(const struct batch *batch)
{
	if (batch->verdicts[IDREVOKE_REVOKED])
		return EXIT_REVOKED;
	return batch->verdicts[IDREVOKE_CLEAR] == batch->lines ? EXIT_CLEAR : EXIT_OTHER;
}

struct settings {
	enum rows_format format;
	const char *file, *device;
	bool progress;
};

static int take_options(struct settings *settings, int argc, char **argv)
{
	static const struct option options[] = {
		{ "file", required_argument, NULL, OPTION_FILE },
		{ "format", required_argument, NULL, OPTION_FORMAT },
		{ "progress", no_argument, NULL, OPTION_PROGRESS },
		{ "device", required_argument, NULL, OPTION_DEVICE },
		OPTIONS_COMMON,
	};
	int option;

	while ((option = option_next(argc, argv, options)) != -1) {
		switch (option) {
		case OPTION_FILE:
			settings->file = optarg;
			break;
		case OPTION_FORMAT:
			if (strcmp(optarg, "csv") && strcmp(optarg, "jsonl"))
				return usage_error("--format is csv or jsonl");
			settings->format = *optarg == 'c' ? ROWS_CSV : ROWS_JSONL;
			break;
		case OPTION_PROGRESS:
			settings->progress = true;
			break;
		case OPTION_DEVICE:
			settings->device = optarg;
			break;
		}
	}
	return 0;
}

/* Everything with the device and the file open. */
static int run_open(struct batch *batch, const struct settings *settings)
{
	static char output[65536];
	struct blocks *blocks;
	struct stat status;
	bool shown;
	int error;

	if (!fstat(fileno(batch->file), &status) && S_ISREG(status.st_mode))
		batch->size = status.st_size;
	setvbuf(stdout, output, _IOFBF, sizeof(output));
	shown = progress_start("lines", settings->progress);
	error = blocks_open(&blocks, batch->file, settings->format);
	if (error)
		return error;
	error = ask_all(batch, blocks);
	progress_clear();
	if (error)
		exit(error); /* with what may still be reading */
	blocks_close(blocks);
	return summarize(batch, shown) ?: exit_status(batch);
}

static int run(int argc, char **argv)
{
	struct batch batch = { 0 };
	struct settings settings = { 0 };
	int error = take_options(&settings, argc, argv);

	if (!error)
		error = device_open(&batch.device, settings.device);
	if (error)
		return error;
	batch.file = settings.file ? fopen(settings.file, "re") : stdin;
	error = batch.file ? run_open(&batch, &settings) :
			     fail("%s: %s", shown(settings.file), strerror(errno));
	if (settings.file && batch.file)
		fclose(batch.file);
	idrevoke_device_close(batch.device);
	return error;
}

const struct command command_batch = {
	"batch", run,
	"usage: idrevokectl batch [OPTION...]\n"
	"\n"
	"Asks about many cards, a line each on standard input: CSV or JSON lines. Prints\n"
	"the answers in the same order, a line each, as CSV:\n"
	"line,id,verdict,why,reason,flags,version,note\n"
	"\n"
	"  CSV         number,start,consistency (the last two may be left out), or\n"
	"              a header with number and any of start (valid_from), consistency\n"
	"              and id, in any order; other columns are passed over\n"
	"  JSON lines  objects with the same members: {\"number\":\"...\",\"start\":\"20190412\"}\n"
	"\n"
	"  --file FILE         instead of standard input\n"
	"  --format FORMAT     csv or jsonl; by default as the first line\n"
	"                      looks that is not blank\n"
	"  --progress          how far it is, on standard error, and a summary; default\n"
	"                      if that is a terminal and the output is not\n"
	"  --device PATH       instead of " IDREVOKE_DEVICE "\n"
	"  --json              answers as objects of JSON; the last is a summary\n"
	"\n"
	"A line that is no question is named on standard error, and answered UNKNOWN.\n"
	"\n"
	"Exit status: 0 every card CLEAR; 1 at least one REVOKED; 3 none of these, but an\n"
	"AMBIGUOUS or UNKNOWN; 2 wrong usage; 4 failure: the answers are not complete.\n"
};
