// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ctl.h"

static void say(const char *format, va_list arguments, const char *end)
{
	fputs("idrevokectl: ", stderr);
	vfprintf(stderr, format, arguments);
	fputs(end, stderr);
}

int fail(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say(format, arguments, "\n");
	va_end(arguments);
	return EXIT_FAILED;
}

int usage_error(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say(format, arguments, "; try idrevokectl --help\n");
	va_end(arguments);
	return EXIT_USAGE;
}

int link_open(struct idrevoke_netlink **link)
{
	int error = idrevoke_netlink_open(link);

	if (error == -ENOENT)
		return fail("the kernel module idrevoke is not loaded");
	if (error)
		return fail("cannot connect to the kernel: %s", strerror(-error));
	return 0;
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
	return fflush(stdout) || ferror(stdout) ? fail("cannot write the output") : 0;
}

int print_json(json_t *object)
{
	int error = !object || json_dumpf(object, stdout, JSON_COMPACT) ||
		    putchar('\n') == EOF;

	json_decref(object);
	return error ? fail("cannot write the output") : 0;
}
