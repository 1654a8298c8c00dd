/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the subcommands of idrevokectl share. */
#ifndef IDREVOKECTL_CTL_H
#define IDREVOKECTL_CTL_H

#include <getopt.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "../lib/netlink.h"

/* Exit statuses, the same for every subcommand. */
enum {
	EXIT_CLEAR = 0, /* and success in general */
	EXIT_REVOKED = 1,
	EXIT_USAGE = 2,
	EXIT_OTHER = 3, /* another verdict or state; not equal; not in time */
	EXIT_FAILED = 4,
};

/* What option_next() returns: options have no letters. */
enum {
	OPTION_CA = 256,
	OPTION_CERTIFICATE,
	OPTION_CLIENT_KEY,
	OPTION_CONFIG,
	OPTION_CONSISTENCY,
	OPTION_CURRENT,
	OPTION_DEVICE,
	OPTION_FEED,
	OPTION_FILE,
	OPTION_FORMAT,
	OPTION_HELP,
	OPTION_JSON,
	OPTION_KERNEL,
	OPTION_KEY,
	OPTION_NUMBER,
	OPTION_PROGRESS,
	OPTION_PROXY,
	OPTION_START,
	OPTION_STATE,
	OPTION_TIMEOUT,
	OPTION_VERSION,
};

/* What every command takes; the last of its options. */
#define OPTIONS_COMMON                                                        \
	{ "json", no_argument, NULL, OPTION_JSON },                           \
	{ "help", no_argument, NULL, OPTION_HELP },                           \
	{ 0 }

/**
 * struct command - a subcommand
 * @name: as it is called
 * @run: does it; returns the exit status
 * @help: at most 24 lines of 80 columns
 */
struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *help;
};

extern const struct command command_batch;
extern const struct command command_check;
extern const struct command command_status;
extern const struct command command_verify;
extern const struct command command_wait;
extern const struct command command_watch;

/* The one that runs; NULL before it is known. */
extern const struct command *command;

/* --json was given. */
extern bool json_wanted;

/**
 * option_next() - take the next option of the command line
 * @argc: as the command got it
 * @argv: as the command got it
 * @options: what the command takes, OPTIONS_COMMON included
 *
 * Ends the program itself where there is nothing more to do: after --help, for
 * an option that there is not and for an argument that is none.
 *
 * Return: OPTION_*, its argument in optarg; -1: there are no more.
 */
int option_next(int argc, char **argv, const struct option *options);

/**
 * number_parse() - read a decimal number of an option
 * @text: the text
 * @most: the greatest that is allowed
 * @value: out
 *
 * Return: whether it is one.
 */
bool number_parse(const char *text, uint64_t most, uint64_t *value);

/**
 * say() - say something on standard error, which is no failure
 * @format: as of printf
 */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

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
 * shown() - a text of the command line or of a file's header, for a message
 * @text: the text
 *
 * Return: @text, or other words if it could have a card number in it.
 */
const char *shown(const char *text);

/**
 * status_ask() - what is in force; a module that is not loaded is no error
 * @status: out: all zero (NOT_READY) without the module
 * @loaded: out: whether the module is loaded
 *
 * Return: 0 or EXIT_FAILED, which it explains.
 */
int status_ask(struct idrevoke_status *status, bool *loaded);

/**
 * status_json() - what is in force, without counters
 * @status: what the kernel says
 *
 * Return: an object, or NULL: no memory.
 */
json_t *status_json(const struct idrevoke_status *status);

/**
 * event_line() - an event as watch and wait print it
 * @event: its name
 * @status: what is in force, or NULL
 *
 * Return: the line, without its end, for the caller to free(); NULL: no memory.
 */
char *event_line(const char *event, const struct idrevoke_status *status);

/**
 * events_open() - subscribe to events; says on standard error why it cannot
 * @events: out
 *
 * Return: 0 or EXIT_FAILED.
 */
int events_open(struct idrevoke_netlink_events **events);

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
 * Return: 0 or EXIT_FAILED, which it explains.
 */
int output_flush(void);

/**
 * print_json() - one line of JSON on standard output, which is flushed
 * @object: the value; given back here
 *
 * Return: 0 or EXIT_FAILED, which it explains.
 */
int print_json(json_t *object);

#endif /* IDREVOKECTL_CTL_H */
