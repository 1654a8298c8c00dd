// SPDX-License-Identifier: GPL-2.0-or-later
/* What comes from outside: card numbers and the time. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../lib/number.h"
#include "feed_tool.h"

/* Longest line that is looked at: a number, what may follow, and one more. */
#define LINE_SIZE 64

/* Reads one line without what ends it. Says what is wrong. */
static int read_line(char line[LINE_SIZE])
{
	size_t length = 0;

	while (length < LINE_SIZE) {
		ssize_t count = read(STDIN_FILENO, line + length, LINE_SIZE - length);

		if (count < 0 && errno == EINTR)
			continue;
		if (count < 0)
			return complain("standard input: %s", strerror(errno));
		if (!count)
			break;
		length += count;
	}
	if (length == LINE_SIZE) {
		complain("standard input: more than a card number");
		return EXIT_REFUSED;
	}
	line[length] = '\0';
	if (strlen(line) != length) {
		complain("standard input: a zero byte in the card number");
		return EXIT_REFUSED;
	}
	while (length && strchr("\r\n", line[length - 1]))
		line[--length] = '\0';
	if (!length) {
		complain("standard input: no card number");
		return EXIT_REFUSED;
	}
	return 0;
}

int number_read(uint64_t *number)
{
	char line[LINE_SIZE], complete[IDREVOKE_NUMBER_TEXT];
	int error = read_line(line);

	if (!error) {
		switch (idrevoke_number_parse(line, number)) {
		case IDREVOKE_WHY_NONE:
			break;
		case IDREVOKE_WHY_UNSUPPORTED:
			error = EXIT_REFUSED;
			complain(idrevoke_number_complete(line, complete) ?
					 "the number is that of another kind of document" :
					 "the number is of a first-generation card: these are all "
					 "void since 2013");
			break;
		default:
			error = EXIT_REFUSED;
			complain("the number is malformed: length, characters, birth date or check "
				 "character");
		}
	}
	explicit_bzero(line, sizeof(line));
	explicit_bzero(complete, sizeof(complete));
	return error;
}

uint64_t time_now(void)
{
	return time(NULL);
}

void time_print(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	printf("%" PRIu64 "\n", (uint64_t)now.tv_sec * 1000000000 + now.tv_nsec);
	fflush(stdout);
}
