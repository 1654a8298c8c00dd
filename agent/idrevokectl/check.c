// SPDX-License-Identifier: GPL-2.0-or-later
/* check and batch: questions to the device. Numbers never come by argument. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <idrevoke.h>

#include "ctl.h"

/* Questions of a batch that are asked at a time. */
#define BATCH 4096

struct flags {
	char text[32];
};

static struct flags flags_text(uint32_t answer_flags)
{
	static const struct {
		uint32_t flag;
		const char *name;
	} names[] = {
		{ IDREVOKE_FLAG_PERSON, "PERSON" },
		{ IDREVOKE_FLAG_LATE, "LATE" },
		{ IDREVOKE_FLAG_STALE, "STALE" },
	};
	struct flags flags = { "" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!(answer_flags & names[i].flag))
			continue;
		if (flags.text[0])
			strcat(flags.text, "+");
		strcat(flags.text, names[i].name);
	}
	return flags;
}

static int exit_status(const struct idrevoke_check *check)
{
	switch (check->verdict) {
	case IDREVOKE_CLEAR:
		return EXIT_CLEAR;
	case IDREVOKE_REVOKED:
		return EXIT_REVOKED;
	default:
		return EXIT_OTHER;
	}
}

static json_t *answer_json(const struct idrevoke_check *check)
{
	return json_pack("{ss ss ss sb sb sb sI sI}", "verdict",
			 idrevoke_verdict_name(check->verdict), "why",
			 idrevoke_why_name(check->why), "reason",
			 idrevoke_reason_name(check->reason), "person",
			 !!(check->answer_flags & IDREVOKE_FLAG_PERSON), "late",
			 !!(check->answer_flags & IDREVOKE_FLAG_LATE), "stale",
			 !!(check->answer_flags & IDREVOKE_FLAG_STALE), "version",
			 (json_int_t)check->version, "issued", (json_int_t)check->issued);
}

static int answer_print(const struct idrevoke_check *check)
{
	struct flags flags = flags_text(check->answer_flags);
	char issued[TIME_TEXT];

	fputs(idrevoke_verdict_name(check->verdict), stdout);
	if (check->verdict == IDREVOKE_UNKNOWN)
		printf(" (%s)", idrevoke_why_name(check->why));
	else if (check->reason)
		printf(" (%s)", idrevoke_reason_name(check->reason));
	if (flags.text[0])
		printf(" %s", flags.text);
	if (check->version)
		printf(", version %" PRIu64 " of %s", (uint64_t)check->version,
		       time_text(issued, check->issued));
	putchar('\n');
	return 0;
}

static bool start_parse(const char *text, uint32_t *start)
{
	uint64_t value;

	if (strlen(text) != 8 || !number_parse(text, 99999999, &value))
		return false;
	*start = value;
	return true;
}

static bool consistency_parse(const char *text, uint8_t *consistency)
{
	static const char *const names[] = {
		[IDREVOKE_CONSISTENCY_NONE] = "none",
		[IDREVOKE_CONSISTENCY_FACE] = "face",
		[IDREVOKE_CONSISTENCY_FINGERPRINT] = "fingerprint",
		[IDREVOKE_CONSISTENCY_OTHER] = "other",
		[IDREVOKE_CONSISTENCY_MISMATCH] = "mismatch",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!strcmp(text, names[i])) {
			*consistency = i;
			return true;
		}
	}
	return false;
}

/* Length of a line without its end. */
static size_t line_length(const char *line, ssize_t size)
{
	while (size > 0 && strchr("\r\n", line[size - 1]))
		size--;
	return size;
}

/*
 * Puts a number into a question. Of what is longer than a number nothing is
 * asked: its first 18 characters could be one. The kernel calls a question
 * without a number malformed.
 */
static bool number_put(struct idrevoke_check *check, const char *text, size_t length)
{
	if (length > sizeof(check->number) || memchr(text, '\0', length))
		return false;
	memcpy(check->number, text, length);
	return true;
}

static int device_open(struct idrevoke_device **device, const char *path)
{
	int error = idrevoke_device_open(device, path);

	if (error == -ENOENT || error == -ENODEV || error == -ENXIO)
		return fail("%s: %s; is the kernel module idrevoke loaded?",
			    path ? path : IDREVOKE_DEVICE, strerror(-error));
	if (error)
		return fail("%s: %s", path ? path : IDREVOKE_DEVICE, strerror(-error));
	return 0;
}

/* Reads one line from standard input into @check. */
static int read_number(struct idrevoke_check *check)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t size;

	if (isatty(STDIN_FILENO))
		fputs("number: ", stderr);
	setvbuf(stdin, NULL, _IONBF, 0); /* no copy stays in a buffer of stdio */
	size = getline(&line, &room, stdin);
	if (size >= 0)
		number_put(check, line, line_length(line, size));
	if (line)
		explicit_bzero(line, room);
	free(line);
	if (size < 0)
		return usage_error("no number on standard input");
	return 0;
}

int ctl_check(int argc, char **argv)
{
	static const struct option options[] = {
		{ "start", required_argument, NULL, OPTION_START },
		{ "consistency", required_argument, NULL, OPTION_CONSISTENCY },
		{ "device", required_argument, NULL, OPTION_DEVICE },
		{ "json", no_argument, NULL, OPTION_JSON },
		{ "help", no_argument, NULL, OPTION_HELP },
		{ 0 },
	};
	struct idrevoke_check check = { 0 };
	struct idrevoke_device *device;
	bool json = false;
	const char *path = NULL;
	int option, error;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (option) {
		case OPTION_START:
			if (!start_parse(optarg, &check.valid_from))
				return usage_error("'%s' is no date YYYYMMDD", optarg);
			break;
		case OPTION_CONSISTENCY:
			if (!consistency_parse(optarg, &check.consistency))
				return usage_error("'%s' is no kind of consistency", optarg);
			break;
		case OPTION_DEVICE:
			path = optarg;
			break;
		case OPTION_JSON:
			json = true;
			break;
		case OPTION_HELP:
			return help();
		default:
			return EXIT_USAGE;
		}
	}
	if (optind < argc)
		return usage_error("check takes the number on standard input, "
				   "where others cannot see it");
	error = read_number(&check);
	if (error)
		return error;
	error = device_open(&device, path);
	if (error) {
		explicit_bzero(&check, sizeof(check));
		return error;
	}
	error = idrevoke_device_check(device, &check);
	idrevoke_device_close(device);
	explicit_bzero(check.number, sizeof(check.number));
	if (error)
		return fail("cannot ask: %s", strerror(-error));
	error = json ? print_json(answer_json(&check)) : answer_print(&check);
	if (!error)
		error = output_flush();
	return error ? error : exit_status(&check);
}

/* One line of a batch; false if it is no question: @check then asks nothing. */
static bool line_take(struct idrevoke_check *check, const char *line, size_t length)
{
	const char *comma = memchr(line, ',', length);
	char start[9];
	size_t rest;

	if (!comma)
		return length && number_put(check, line, length);
	rest = line + length - (comma + 1);
	if (comma == line || !number_put(check, line, comma - line) || rest >= sizeof(start))
		return false;
	memcpy(start, comma + 1, rest);
	start[rest] = '\0';
	return !rest || start_parse(start, &check->valid_from);
}

static bool line_parse(struct idrevoke_check *check, const char *line, size_t length)
{
	bool good;

	memset(check, 0, sizeof(*check));
	good = line_take(check, line, length);
	if (!good)
		explicit_bzero(check, sizeof(*check));
	return good;
}

struct batch {
	struct idrevoke_device *device;
	struct idrevoke_check checks[BATCH];
	bool bad[BATCH];
	size_t count;
	uint64_t line; /* the last that was answered */
	bool json, revoked, other;
};

static int batch_answer(struct batch *batch, size_t i)
{
	struct idrevoke_check *check = &batch->checks[i];
	struct flags flags;
	json_t *object;

	batch->line++;
	if (batch->bad[i])
		fprintf(stderr, "idrevokectl: line %" PRIu64 ": not NUMBER or NUMBER,YYYYMMDD\n",
			batch->line);
	batch->revoked |= check->verdict == IDREVOKE_REVOKED;
	batch->other |= check->verdict != IDREVOKE_REVOKED && check->verdict != IDREVOKE_CLEAR;
	if (batch->json) {
		object = answer_json(check);
		json_object_set_new(object, "line", json_integer(batch->line));
		return print_json(object);
	}
	flags = flags_text(check->answer_flags);
	printf("%" PRIu64 ",%s,%s,%s,%s,%" PRIu64 "\n", batch->line,
	       idrevoke_verdict_name(check->verdict), idrevoke_why_name(check->why),
	       idrevoke_reason_name(check->reason), flags.text, (uint64_t)check->version);
	return 0;
}

static int batch_ask(struct batch *batch)
{
	ssize_t done;
	int error = 0;

	if (!batch->count)
		return 0;
	done = idrevoke_device_check_batch(batch->device, batch->checks, batch->count);
	if (done < 0)
		return fail("cannot ask: %s", strerror(-done));
	for (ssize_t i = 0; !error && i < done; i++)
		error = batch_answer(batch, i);
	if (!error && (size_t)done < batch->count)
		error = fail("the kernel stopped after line %" PRIu64, batch->line);
	batch->count = 0;
	return error;
}

int ctl_batch(int argc, char **argv)
{
	static const struct option options[] = {
		{ "device", required_argument, NULL, OPTION_DEVICE },
		{ "json", no_argument, NULL, OPTION_JSON },
		{ "help", no_argument, NULL, OPTION_HELP },
		{ 0 },
	};
	static struct batch batch;
	const char *path = NULL;
	size_t room = 0;
	char *line = NULL;
	ssize_t size;
	int option, error;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (option) {
		case OPTION_DEVICE:
			path = optarg;
			break;
		case OPTION_JSON:
			batch.json = true;
			break;
		case OPTION_HELP:
			return help();
		default:
			return EXIT_USAGE;
		}
	}
	if (optind < argc)
		return usage_error("batch takes numbers on standard input, "
				   "where others cannot see them");
	error = device_open(&batch.device, path);
	if (error)
		return error;
	while (!error && (size = getline(&line, &room, stdin)) >= 0) {
		batch.bad[batch.count] = !line_parse(&batch.checks[batch.count], line,
						     line_length(line, size));
		if (++batch.count == BATCH)
			error = batch_ask(&batch);
	}
	if (!error && ferror(stdin))
		error = fail("cannot read standard input: %s", strerror(errno));
	if (!error)
		error = batch_ask(&batch);
	if (!error)
		error = output_flush();
	if (line)
		explicit_bzero(line, room);
	free(line);
	idrevoke_device_close(batch.device);
	explicit_bzero(batch.checks, sizeof(batch.checks));
	if (error)
		return error;
	return batch.revoked ? EXIT_REVOKED : batch.other ? EXIT_OTHER : EXIT_CLEAR;
}
