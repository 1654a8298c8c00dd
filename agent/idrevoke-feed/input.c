// SPDX-License-Identifier: GPL-2.0-or-later
/* What comes from outside: card numbers, texts and the time. */
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <openssl/ui.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../lib/date.h"
#include "../lib/number.h"
#include "feed_tool.h"

/* Longest line that is looked at: a number, what may follow, and one more. */
#define LINE_SIZE 256

#define SECONDS_A_DAY 86400

/*
 * Not echoed, so that it stays neither on the screen nor in what the terminal
 * remembers; of a typing error the check character tells.
 */
static int read_terminal(char line[LINE_SIZE])
{
	int got = UI_UTIL_read_pw_string(line, LINE_SIZE, "card number (not shown): ", 0);

	if (got == -2) {
		/* interrupted: end as one who was */
		signal(SIGINT, SIG_DFL);
		raise(SIGINT);
	}
	return got ? complain("no card number can be read from the terminal") : 0;
}

/* Reads all that there is, which is to be one line. Says what is wrong. */
static int read_input(char line[LINE_SIZE])
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
	return 0;
}

/* Reads one line without what ends it. Says what is wrong. */
static int read_line(char line[LINE_SIZE])
{
	int error = isatty(STDIN_FILENO) ? read_terminal(line) : read_input(line);
	size_t length;

	if (error)
		return error;
	length = strlen(line);
	while (length && strchr("\r\n", line[length - 1]))
		line[--length] = '\0';
	if (!length) {
		complain("standard input: no card number");
		return EXIT_REFUSED;
	}
	return 0;
}

static uint32_t digits(const char *text, int count)
{
	uint32_t value = 0;

	while (count--)
		value = value * 10 + *text++ - '0';
	return value;
}

/* What is wrong with a number that is malformed. */
static const char *malformation(const char *text)
{
	uint32_t year, month, day;

	if (strlen(text) != IDREVOKE_NUMBER_LEN)
		return "the number is malformed: it does not have 18 characters";
	if (strspn(text, "0123456789") < 17 || !strchr("0123456789Xx", text[17]))
		return "the number is malformed: it has characters other than digits, of which "
		       "only the last may be X";
	year = digits(text + 6, 4);
	month = digits(text + 10, 2);
	day = digits(text + 12, 2);
	if (year < 1800 || year > 2184)
		return "the number is malformed: its birth year is not one of 1800 to 2184";
	if (idrevoke_date_is_valid(year, month, day))
		return "the number is malformed: its check character is wrong";
	if (month == 2 && day == 29)
		return "the number is malformed: its birth date is 29 February of a common year";
	return "the number is malformed: its birth date is no day of the calendar";
}

const char *number_parse(const char *text, uint64_t *number)
{
	char complete[IDREVOKE_NUMBER_TEXT];
	bool first_generation;

	switch (idrevoke_number_parse(text, number)) {
	case IDREVOKE_WHY_NONE:
		return NULL;
	case IDREVOKE_WHY_UNSUPPORTED:
		first_generation = !idrevoke_number_complete(text, complete);
		explicit_bzero(complete, sizeof(complete));
		return first_generation ?
			       "the number has 15 digits and is of a first-generation card: these "
			       "are all void since 2013; the person has a number of 18 characters" :
			       "the number is that of another kind of document, such as a travel "
			       "permit";
	default:
		return malformation(text);
	}
}

int number_read(uint64_t *number)
{
	char line[LINE_SIZE];
	const char *wrong;
	int error = read_line(line);

	if (!error) {
		wrong = number_parse(line, number);
		if (wrong) {
			complain("%s", wrong);
			error = EXIT_REFUSED;
		}
	}
	explicit_bzero(line, sizeof(line));
	return error;
}

bool text_is_clean(const char *text)
{
	json_t *string = json_string(text);
	bool clean = string;

	json_decref(string);
	for (const unsigned char *at = (const unsigned char *)text; clean && *at; at++)
		/* C0, delete, and C1, which UTF-8 has as 0xc2 0x80 to 0x9f */
		clean = *at >= ' ' && *at != 0x7f && (*at != 0xc2 || at[1] >= 0xa0);
	return clean;
}

uint64_t time_now(void)
{
	return time(NULL);
}

#define TIME_FORMAT "%Y-%m-%dT%H:%M:%SZ"

bool time_parse(const char *text, uint64_t *at)
{
	char again[TIME_TEXT];
	struct tm parts = { 0 };
	uint16_t day;
	char *end;

	if (!idrevoke_start_parse_text(text, &day)) {
		*at = (uint64_t)(day + idrevoke_date_count(1984, 1, 1)) * SECONDS_A_DAY;
		return true;
	}
	end = strptime(text, TIME_FORMAT, &parts);
	if (!end || *end || parts.tm_year < 84)
		return false;
	*at = timegm(&parts);
	/* written again it is the same: 29 February, 23:60 and " 9" are not */
	time_format(*at, again);
	return !strcmp(again, text);
}

void time_format(uint64_t at, char text[TIME_TEXT])
{
	time_t time = at;
	struct tm parts;

	if (!gmtime_r(&time, &parts) || !strftime(text, TIME_TEXT, TIME_FORMAT, &parts))
		strcpy(text, "?");
}

void time_print(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	printf("%" PRIu64 "\n", (uint64_t)now.tv_sec * 1000000000 + now.tv_nsec);
	fflush(stdout);
}
