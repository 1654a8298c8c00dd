/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the subcommands of idrevoke-feed share. */
#ifndef IDREVOKE_FEED_TOOL_H
#define IDREVOKE_FEED_TOOL_H

#include <stdint.h>

#include "store.h"

/* Exit statuses, the same for every subcommand. */
enum {
	EXIT_DONE = 0,
	EXIT_REFUSED = 1, /* what was asked breaks a rule, or is not equal */
	EXIT_USAGE = 2,
	EXIT_FAILED = 4,
};

enum option_name {
	OPTION_STORE,
	OPTION_BY,
	OPTION_CERTIFICATE,
	OPTION_CONFIRM_EVERY,
	OPTION_COUNT,
	OPTION_EPOCH,
	OPTION_GROUND,
	OPTION_KEY,
	OPTION_LISTEN,
	OPTION_LOST,
	OPTION_NAME,
	OPTION_NUMBER,
	OPTION_PUBLISH,
	OPTION_REASON,
	OPTION_RECOUNT,
	OPTION_SEED,
	OPTION_START,
	OPTION_STOLEN,
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

/**
 * complain() - say on standard error what went wrong
 * @format: as of printf
 *
 * Return: EXIT_FAILED.
 */
int complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/**
 * number_read() - take a card number from standard input
 * @number: out: packed
 *
 * Return: 0 or EXIT_REFUSED, which it explains without naming the number.
 */
int number_read(uint64_t *number);

/**
 * time_now() - the time of events
 *
 * Return: seconds since 1970-01-01 UTC.
 */
uint64_t time_now(void);

/**
 * time_print() - end a line of standard output with the time, and flush it
 *
 * The time is in nanoseconds since 1970-01-01 UTC.
 */
void time_print(void);

/* The subcommands; each returns an exit status. */
int command_blacklist(const struct options *options);
int command_cancel(const struct options *options);
int command_init(const struct options *options);
int command_publish(const struct options *options);
int command_replace(const struct options *options);
int command_report(const struct options *options);
int command_serve(const struct options *options);
int command_set(const struct options *options);
int command_show(const struct options *options);
int command_synth(const struct options *options);
int command_unblacklist(const struct options *options);
int command_withdraw(const struct options *options);

#endif /* IDREVOKE_FEED_TOOL_H */
