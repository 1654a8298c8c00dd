// SPDX-License-Identifier: GPL-2.0-or-later
/* check: one question to the device. */
#include <errno.h>
#include <inttypes.h>
#include <openssl/ui.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../lib/lines.h"
#include "ctl.h"
#include "question.h"

/* Longest line that is taken from a terminal. */
#define PROMPT_SIZE 256

/* A number on its way into a question, which it may be found not to be. */
struct number {
	struct idrevoke_check *check;
	const char *wrong; /* what it lacks to be one; NULL: nothing */
};

/*
 * Not echoed, so that it stays neither on the screen nor in what the terminal
 * remembers; of a typing error the check character tells.
 */
static int read_terminal(struct number *number)
{
	char text[PROMPT_SIZE];
	int got = UI_UTIL_read_pw_string(text, sizeof(text), "number (not shown): ", 0);

	if (!got)
		number->wrong = question_number(number->check, text, strlen(text));
	explicit_bzero(text, sizeof(text));
	if (got == -2) {
		/* interrupted: end as one who was */
		signal(SIGINT, SIG_DFL);
		raise(SIGINT);
	}
	return got ? fail("no number can be read from the terminal") : 0;
}

/* The first line of a file. */
static int read_file(struct number *number, FILE *file, const char *name)
{
	struct idrevoke_lines *lines;
	const char *why;
	int got;

	if (idrevoke_lines_open(&lines, file))
		return fail("out of memory");
	got = idrevoke_lines_next(lines, &why);
	if (got == 1)
		number->wrong = question_number(number->check, lines->text, lines->length);
	else if (got == -EBADMSG)
		number->wrong = why;
	idrevoke_lines_close(lines);
	if (!got)
		return usage_error("there is no number in %s", shown(name));
	return got == 1 || got == -EBADMSG ? 0 : fail("%s: %s", shown(name), strerror(-got));
}

static int read_number(struct number *number, const char *path)
{
	FILE *file;
	int error;

	if (!path)
		return isatty(STDIN_FILENO) ? read_terminal(number) :
					      read_file(number, stdin, "standard input");
	file = fopen(path, "re");
	if (!file)
		return fail("%s: %s", shown(path), strerror(errno));
	error = read_file(number, file, path);
	fclose(file);
	return error;
}

static int answer_print(const struct idrevoke_check *check, const char *note)
{
	char issued[TIME_TEXT], flags[FLAGS_TEXT], members[ANSWER_TEXT];

	if (json_wanted) {
		answer_json(check, note, members);
		printf("{%s}\n", members);
		return output_flush();
	}
	fputs(idrevoke_verdict_name(check->verdict), stdout);
	if (check->verdict == IDREVOKE_UNKNOWN)
		printf(" (%s)", idrevoke_why_name(check->why));
	else if (check->reason)
		printf(" (%s)", idrevoke_reason_name(check->reason));
	if (answer_flags(check, flags)[0])
		printf(" %s", flags);
	if (check->version)
		printf(", version %" PRIu64 " of %s", (uint64_t)check->version,
		       time_text(issued, check->issued));
	putchar('\n');
	if (output_flush())
		return EXIT_FAILED;
	if (note)
		say("%s", note);
	return 0;
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

static int ask(struct number *number, const char *device_path)
{
	struct idrevoke_check *check = number->check;
	struct idrevoke_device *device;
	const char *note;
	int error = device_open(&device, device_path);

	if (error)
		return error;
	/* without a number where there is none: the kernel calls that malformed */
	error = idrevoke_device_check(device, check);
	idrevoke_device_close(device);
	if (error)
		return fail("cannot ask: %s", strerror(-error));
	note = number->wrong ?: question_explain(check);
	return answer_print(check, note) ?: exit_status(check);
}

struct question {
	struct idrevoke_check check;
	struct number number;
	bool visible; /* the number was on the command line */
	const char *file, *device;
};

static int take_options(struct question *question, int argc, char **argv)
{
	static const struct option options[] = {
		{ "start", required_argument, NULL, OPTION_START },
		{ "consistency", required_argument, NULL, OPTION_CONSISTENCY },
		{ "file", required_argument, NULL, OPTION_FILE },
		{ "number-others-can-see", required_argument, NULL, OPTION_NUMBER },
		{ "device", required_argument, NULL, OPTION_DEVICE },
		OPTIONS_COMMON,
	};
	const char *wrong = NULL;
	int option;

	while (!wrong && (option = option_next(argc, argv, options)) != -1) {
		switch (option) {
		case OPTION_START:
			wrong = question_start(&question->check, optarg);
			break;
		case OPTION_CONSISTENCY:
			wrong = question_consistency(&question->check, optarg);
			break;
		case OPTION_FILE:
			question->file = optarg;
			break;
		case OPTION_NUMBER:
			question->visible = true;
			question->number.wrong =
				question_number(&question->check, optarg, strlen(optarg));
			/* seen already, but not for longer than need be */
			explicit_bzero(optarg, strlen(optarg));
			break;
		case OPTION_DEVICE:
			question->device = optarg;
			break;
		}
	}
	if (wrong)
		return usage_error("%s", wrong);
	if (question->visible && question->file)
		return usage_error("the number comes from --file or from the command line");
	return 0;
}

static int run(int argc, char **argv)
{
	struct question question = { .number.check = &question.check };
	int error = take_options(&question, argc, argv);

	if (!error && !question.visible)
		error = read_number(&question.number, question.file);
	if (!error)
		error = ask(&question.number, question.device);
	explicit_bzero(&question, sizeof(question));
	return error;
}

const struct command command_check = {
	"check", run,
	"usage: idrevokectl check [OPTION...]\n"
	"\n"
	"Asks whether a card is revoked. The card's number is the first line of standard\n"
	"input; if that is a terminal, it is asked for, and not shown while typed.\n"
	"\n"
	"  --start YYYYMMDD     start of validity as printed on the card\n"
	"  --consistency HOW    how it was established that the bearer is the holder:\n"
	"                       none, face, fingerprint, other or mismatch\n"
	"  --file FILE          the number is the first line of this file\n"
	"  --number-others-can-see NUMBER\n"
	"                       the number; any user of this machine can read it in the\n"
	"                       list of processes, and shells keep it in their history\n"
	"  --device PATH        instead of " IDREVOKE_DEVICE "\n"
	"  --json               the answer as an object of JSON\n"
	"\n"
	"Exit status: 0 CLEAR, 1 REVOKED, 3 AMBIGUOUS or UNKNOWN, 2 wrong usage, 4 failed\n"
};
