// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ctl.h"

/* A text with so many digits could be a card number; a date has eight. */
#define DIGITS_HIDDEN 9

bool json_wanted;

const char *shown(const char *text)
{
	size_t digits = 0;

	for (const char *at = text; *at; at++)
		digits += *at >= '0' && *at <= '9';
	return digits < DIGITS_HIDDEN ? text : "(not shown: could be a card number)";
}

static const char *name_of(const struct option *options, int value)
{
	while (options->val != value)
		options++;
	return options->name;
}

/* What getopt_long(3) would print repeats the argument, which may be a number. */
static int option_wrong(int argc, char **argv, const struct option *options, int got)
{
	if (got == ':')
		return usage_error("--%s needs a value", name_of(options, optopt));
	if (optopt >= OPTION_CA)
		return usage_error("--%s takes no value", name_of(options, optopt));
	if (optopt || optind > argc)
		return usage_error("there are no options of one letter");
	argv[optind - 1][strcspn(argv[optind - 1], "=")] = '\0';
	return usage_error("no option, or more than one, begins with %s", shown(argv[optind - 1]));
}

/* Whether the option that was taken last, with a value, was not cut short. */
static bool is_in_full(char **argv, const char *name)
{
	const char *typed = argv[optind - (optarg == argv[optind - 1] ? 2 : 1)];

	return !strncmp(typed + strlen("--"), name, strlen(name));
}

int option_next(int argc, char **argv, const struct option *options)
{
	const char *name;
	int option;

	opterr = 0;
	option = getopt_long(argc, argv, ":", options, NULL);
	switch (option) {
	case -1:
		/* not repeated: it may be a card number */
		if (optind < argc)
			exit(usage_error("%s takes options only; card numbers come on standard "
					 "input, where others cannot see them", command->name));
		return option;
	case OPTION_NUMBER:
		/* its name says what one who types it has to know */
		name = name_of(options, option);
		if (!is_in_full(argv, name))
			exit(usage_error("--%s must be written in full", name));
		return option;
	case OPTION_JSON:
		json_wanted = true;
		return option_next(argc, argv, options);
	case OPTION_HELP:
		fputs(command->help, stdout);
		exit(output_flush());
	case ':':
	case '?':
		exit(option_wrong(argc, argv, options, option));
	default:
		return option;
	}
}

bool number_parse(const char *text, uint64_t most, uint64_t *value)
{
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	*value = strtoull(text, &end, 10);
	return !errno && !*end && *value <= most;
}
