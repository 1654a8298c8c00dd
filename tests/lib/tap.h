/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * TAP for tests in C. A test calls ok() and is() any number of times and ends
 * with "return done();".
 */
#ifndef TESTS_LIB_TAP_H
#define TESTS_LIB_TAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static int tap_planned __attribute__((unused));
static int tap_count __attribute__((unused));
static int tap_failed __attribute__((unused));

/* Says how many results will follow; without it, done() says how many did. */
static inline void plan(int count)
{
	tap_planned = count;
	printf("1..%d\n", count);
}

/* A comment that people see. */
static inline __attribute__((format(printf, 1, 2))) void diag(const char *format, ...)
{
	va_list arguments;

	fflush(stdout);
	va_start(arguments, format);
	fputs("# ", stderr);
	vfprintf(stderr, format, arguments);
	fputc('\n', stderr);
	va_end(arguments);
}

/* Nothing further makes sense. */
static inline __attribute__((format(printf, 1, 2), noreturn)) void bail_out(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	fputs("Bail out! ", stdout);
	vprintf(format, arguments);
	putchar('\n');
	va_end(arguments);
	fflush(stdout);
	_Exit(1);
}

static inline __attribute__((format(printf, 2, 0))) bool tap_result(bool good, const char *format,
								    va_list arguments)
{
	tap_count++;
	tap_failed += !good;
	printf("%s %d - ", good ? "ok" : "not ok", tap_count);
	vprintf(format, arguments);
	putchar('\n');
	fflush(stdout);
	return good;
}

static inline __attribute__((format(printf, 2, 3))) bool ok(bool good, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	tap_result(good, format, arguments);
	va_end(arguments);
	return good;
}

static inline __attribute__((format(printf, 3, 4))) bool is(long long got, long long wanted,
							     const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	tap_result(got == wanted, format, arguments);
	va_end(arguments);
	if (got != wanted)
		diag("got %lld (%#llx), wanted %lld (%#llx)", got, got, wanted, wanted);
	return got == wanted;
}

/* The exit status of main(). */
static inline int done(void)
{
	if (!tap_planned)
		printf("1..%d\n", tap_count);
	fflush(stdout);
	if (tap_planned && tap_planned != tap_count)
		diag("%d results, %d were planned", tap_count, tap_planned);
	return tap_failed || (tap_planned && tap_planned != tap_count);
}

#endif
