/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the subcommands of idrevoke-feed share. */
#ifndef IDREVOKE_FEED_TOOL_H
#define IDREVOKE_FEED_TOOL_H

#include <stdbool.h>
#include <stdint.h>

#include "options.h"
#include "store.h"

/* Exit statuses, the same for every subcommand. */
enum {
	EXIT_DONE = 0,
	EXIT_REFUSED = 1, /* what was asked breaks a rule, or is not equal */
	EXIT_USAGE = 2,
	EXIT_FAILED = 4,
};

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
 * number_parse() - take a card number from text
 * @text: as printed, terminated
 * @number: out: packed
 *
 * Return: NULL; or what is wrong with it, without any part of it.
 */
const char *number_parse(const char *text, uint64_t *number);

/**
 * text_is_clean() - whether people and programs can read a text
 * @text: what is to be kept of an event
 *
 * Return: whether it is UTF-8 without control characters.
 */
bool text_is_clean(const char *text);

/**
 * time_now() - the time of events
 *
 * Return: seconds since 1970-01-01 UTC.
 */
uint64_t time_now(void);

/**
 * time_parse() - read the time of an event
 * @text: YYYY-MM-DDThh:mm:ssZ, or a day alone, which is its beginning
 * @at: out: seconds since 1970-01-01 UTC
 *
 * Return: whether that is a time from 1984 on.
 */
bool time_parse(const char *text, uint64_t *at);

/* Room for a time as people read it, terminated. */
#define TIME_TEXT 24

/**
 * time_format() - the reverse
 * @at: seconds since 1970-01-01 UTC
 * @text: out
 */
void time_format(uint64_t at, char text[TIME_TEXT]);

/**
 * time_print() - end a line of standard output with the time, and flush it
 *
 * The time is in nanoseconds since 1970-01-01 UTC.
 */
void time_print(void);

/* The subcommands; each returns an exit status. */
int command_blacklist(const struct options *options);
int command_cancel(const struct options *options);
int command_correct(const struct options *options);
int command_diff(const struct options *options);
int command_export(const struct options *options);
int command_history(const struct options *options);
int command_import(const struct options *options);
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
