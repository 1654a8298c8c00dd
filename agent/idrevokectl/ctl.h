/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the subcommands of idrevokectl share. */
#ifndef IDREVOKECTL_CTL_H
#define IDREVOKECTL_CTL_H

#include <getopt.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "../lib/netlink.h"

/* Exit statuses, the same for every subcommand. */
enum {
	EXIT_CLEAR = 0, /* and success in general */
	EXIT_REVOKED = 1,
	EXIT_USAGE = 2,
	EXIT_OTHER = 3, /* another verdict; not equal; not in time */
	EXIT_FAILED = 4,
};

/* What getopt_long(3) returns for options without a letter. */
enum {
	OPTION_START = 256,
	OPTION_CONSISTENCY,
	OPTION_CURRENT,
	OPTION_VERSION,
	OPTION_TIMEOUT,
	OPTION_STATE,
	OPTION_KEY,
	OPTION_DEVICE,
	OPTION_JSON,
	OPTION_HELP,
};

int ctl_batch(int argc, char **argv);
int ctl_check(int argc, char **argv);
int ctl_status(int argc, char **argv);
int ctl_verify(int argc, char **argv);
int ctl_wait(int argc, char **argv);
int ctl_watch(int argc, char **argv);

/**
 * fail() - say on standard error what went wrong
 * @format: as of printf
 *
 * Return: EXIT_FAILED.
 */
int fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/**
 * usage_error() - say on standard error what is wrong with the command line
 * @format: as of printf
 *
 * Return: EXIT_USAGE.
 */
int usage_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/**
 * help() - print the general help
 *
 * Return: EXIT_CLEAR.
 */
int help(void);

/**
 * link_open() - connect to the kernel; says on standard error why it cannot
 * @link: out
 *
 * Return: 0 or EXIT_FAILED.
 */
int link_open(struct idrevoke_netlink **link);

/**
 * number_parse() - read a decimal number of an option
 * @text: the text
 * @most: the greatest that is allowed
 * @value: out
 *
 * Return: whether it is one.
 */
bool number_parse(const char *text, uint64_t most, uint64_t *value);

/* Room for a digest in hexadecimal, and for a time in ISO 8601. */
#define DIGEST_TEXT 33
#define TIME_TEXT 32

/**
 * digest_text() - a digest as people read it, most significant digit first
 * @text: out
 * @digest: least significant byte first
 *
 * Return: @text.
 */
const char *digest_text(char text[DIGEST_TEXT], const uint8_t digest[IDREVOKE_DIGEST_SIZE]);

/**
 * time_text() - a time as people read it, in UTC
 * @text: out
 * @seconds: since 1970-01-01 UTC, 0: none
 *
 * Return: @text.
 */
const char *time_text(char text[TIME_TEXT], uint64_t seconds);

/**
 * output_flush() - write out what was printed
 *
 * Return: 0 or EXIT_FAILED.
 */
int output_flush(void);

/**
 * print_json() - one line of JSON on standard output
 * @object: the value; given back here
 *
 * Return: 0 or EXIT_FAILED.
 */
int print_json(json_t *object);

#endif /* IDREVOKECTL_CTL_H */
