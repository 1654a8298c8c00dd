/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line: options, and which command takes which. */
#ifndef IDREVOKE_FEED_OPTIONS_H
#define IDREVOKE_FEED_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

enum option_name {
	OPTION_STORE,
	OPTION_BY,
	OPTION_CERTIFICATE,
	OPTION_CHECK,
	OPTION_CLOCK_MENDED,
	OPTION_CONFIRM_EVERY,
	OPTION_COUNT,
	OPTION_EPOCH,
	OPTION_EVENT,
	OPTION_FILE,
	OPTION_FROM,
	OPTION_GROUND,
	OPTION_IN_CLEAR,
	OPTION_JSON,
	OPTION_KEY,
	OPTION_LISTEN,
	OPTION_LOST,
	OPTION_NAME,
	OPTION_NUMBER,
	OPTION_PUBLISH,
	OPTION_REASON,
	OPTION_RECORDS,
	OPTION_RECOUNT,
	OPTION_SEED,
	OPTION_SKIP_BAD,
	OPTION_START,
	OPTION_STOLEN,
	OPTION_TAKE_BACK,
	OPTION_TO,
	OPTION_UNTIL,
	OPTION_VALID_FOR,
	OPTION_VOID,
	OPTION_WHY,
	OPTIONS,
};

/**
 * struct options - the command line
 * @value: for each option that was given its value, "" if it takes none; else
 *	NULL
 */
struct options {
	const char *value[OPTIONS];
};

#define HAS(name) (1ULL << OPTION_##name)

/**
 * struct command - a subcommand
 * @name: of it
 * @summary: what it does, in few words
 * @run: does it; returns an exit status
 * @needs: options that must be given, HAS()
 * @takes: options that may be given
 * @notes: what its help says beyond its options, or NULL
 */
struct command {
	const char *name;
	const char *summary;
	int (*run)(const struct options *options);
	uint64_t needs;
	uint64_t takes;
	const char *notes;
};

/**
 * options_parse() - read the command line of a subcommand
 * @command: the subcommand
 * @argc: as of main(), without the subcommand's name
 * @argv: the same
 * @options: out
 * @help: out: whether --help was given
 *
 * Return: 0 or EXIT_USAGE, which it explains.
 */
int options_parse(const struct command *command, int argc, char **argv, struct options *options,
		  bool *help);

/**
 * options_help() - print the help of a subcommand on standard output
 * @command: the subcommand
 */
void options_help(const struct command *command);

/**
 * option_number() - the value of an option that is a decimal number
 * @options: the command line
 * @name: which option
 * @most: the greatest that is allowed; 1 is the least
 * @value: in: what holds if the option was not given; out: its value
 *
 * Return: 0 or EXIT_USAGE, which it explains.
 */
int option_number(const struct options *options, enum option_name name, uint64_t most,
		  uint64_t *value);

/**
 * option_day() - the value of an option that is a day
 * @options: the command line
 * @name: which option
 * @day: out: days from 1984-01-01; as it was if the option was not given
 *
 * Return: 0 or EXIT_USAGE, which it explains.
 */
int option_day(const struct options *options, enum option_name name, int32_t *day);

#endif /* IDREVOKE_FEED_OPTIONS_H */
