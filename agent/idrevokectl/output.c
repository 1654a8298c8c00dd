// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "ctl.h"
#include "progress.h"

/* In one piece, whatever another thread says. */
static void say_list(const char *format, va_list arguments, const char *end)
{
	flockfile(stderr);
	progress_clear();
	fputs("idrevokectl: ", stderr);
	vfprintf(stderr, format, arguments);
	fputs(end, stderr);
	funlockfile(stderr);
}

void say(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say_list(format, arguments, "\n");
	va_end(arguments);
}

int fail(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say_list(format, arguments, "\n");
	va_end(arguments);
	return EXIT_FAILED;
}

int usage_error(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say_list(format, arguments, "");
	va_end(arguments);
	fprintf(stderr, "; try idrevokectl %s%s--help\n", command ? command->name : "",
		command ? " " : "");
	return EXIT_USAGE;
}

const char *digest_text(char text[DIGEST_TEXT], const uint8_t digest[IDREVOKE_DIGEST_SIZE])
{
	for (int i = 0; i < IDREVOKE_DIGEST_SIZE; i++)
		sprintf(text + 2 * i, "%02x", digest[IDREVOKE_DIGEST_SIZE - 1 - i]);
	return text;
}

const char *time_text(char text[TIME_TEXT], uint64_t seconds)
{
	time_t time = seconds;
	struct tm parts;

	if (!seconds || !gmtime_r(&time, &parts) ||
	    !strftime(text, TIME_TEXT, "%Y-%m-%dT%H:%M:%SZ", &parts))
		strcpy(text, "never");
	return text;
}

int output_flush(void)
{
	errno = 0;
	if (!fflush(stdout) && !ferror(stdout))
		return 0;
	return fail("cannot write the output%s%s", errno ? ": " : "",
		    errno ? strerror(errno) : "");
}

int print_json(json_t *object)
{
	bool whole;

	if (!object)
		return fail("out of memory");
	whole = !json_dumpf(object, stdout, JSON_COMPACT) && putchar('\n') != EOF;
	json_decref(object);
	if (output_flush())
		return EXIT_FAILED;
	return whole ? 0 : fail("cannot write the output");
}
