// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Numbers and validity starts as kmod reads them, against a calendar that is
 * walked day by day and the weights that GB 11643-1999 prints.
 */
#include <string.h>

#include "harness.h"
#include "number.h"

#define FIRST_YEAR	1800
#define LAST_YEAR	2184

/* Days from 1800-01-01, -1 where there is no such day. */
static int calendar[LAST_YEAR + 1][13][32];

static void make_calendar(void)
{
	static const int lengths[13] = { 0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int year, month, day, days = 0;

	memset(calendar, -1, sizeof(calendar));
	for (year = FIRST_YEAR; year <= LAST_YEAR; year++) {
		bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

		for (month = 1; month <= 12; month++)
			for (day = 1; day <= lengths[month] + (leap && month == 2); day++)
				calendar[year][month][day] = days++;
	}
	is(days, IDRV_BIRTH_DAYS, "days from 1800 to 2184");
}

static int day_of(unsigned int year, unsigned int month, unsigned int day)
{
	if (year < FIRST_YEAR || year > LAST_YEAR || month > 12 || day > 31)
		return -1;
	return calendar[year][month][day];
}

static char check_character(const u8 *text)
{
	static const int weights[] = { 7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2 };
	int sum = 0, i;

	for (i = 0; i < 17; i++)
		sum += weights[i] * (text[i] - '0');
	return "10X98765432"[sum % 11];
}

static bool is_digit(u8 c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter_or_digit(u8 c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* The same as idrv_number_parse(), from the standard's words. */
static enum idrevoke_why reference(const u8 *text, u64 *number)
{
	int digits = 0, length = 0, zeros, days;
	char printed[19] = {};

	while (digits < 17 && is_digit(text[digits]))
		digits++;
	if (digits == 17 && (is_digit(text[17]) || text[17] == 'X' || text[17] == 'x')) {
		unsigned long long region, date, sequence;

		if (check_character(text) != (text[17] == 'x' ? 'X' : text[17]))
			return IDREVOKE_WHY_MALFORMED;
		memcpy(printed, text, 17);
		sequence = strtoull(printed + 14, NULL, 10);
		printed[14] = 0;
		date = strtoull(printed + 6, NULL, 10);
		printed[6] = 0;
		region = strtoull(printed, NULL, 10);
		days = day_of(date / 10000, date / 100 % 100, date % 100);
		if (days < 0)
			return IDREVOKE_WHY_MALFORMED;
		*number = (region * 140619 + days) * 1000 + sequence;
		return IDREVOKE_WHY_NONE;
	}
	while (length < 18 && is_letter_or_digit(text[length]))
		length++;
	for (zeros = length; zeros < 18 && !text[zeros]; zeros++)
		;
	if (length >= 8 && length <= 17 && zeros == 18)
		return IDREVOKE_WHY_UNSUPPORTED;
	return IDREVOKE_WHY_MALFORMED;
}

static unsigned long long compared[6];

static void compare(const u8 *given)
{
	/* exactly as long as it may be, so that reading on is noticed */
	u8 *text = memcpy(malloc(18), given, 18);
	u64 got = ~0ULL, wanted = ~0ULL;
	enum idrevoke_why why = reference(text, &wanted);
	int result = idrv_number_parse(text, &got);

	must(result == (int)why && (why != IDREVOKE_WHY_NONE || got == wanted),
	     "%.18s: got %d %llu, wanted %d %llu", text, result, got, why, wanted);
	must(why != IDREVOKE_WHY_NONE || got < IDRV_NUMBER_END, "%.18s: too large", text);
	compared[why]++;
	free(text);
}

static void write_text(u8 *text, unsigned int region, unsigned int year, unsigned int month,
		       unsigned int day, unsigned int sequence)
{
	char printed[40];

	snprintf(printed, sizeof(printed), "%06u%04u%02u%02u%03u", region, year, month, day,
		 sequence);
	memcpy(text, printed, 17);
	text[17] = check_character(text);
}

static void random_valid(u8 *text)
{
	unsigned int year, month, day;

	do {
		year = FIRST_YEAR + random_below(LAST_YEAR - FIRST_YEAR + 1);
		month = random_below(13);
		day = random_below(32);
	} while (day_of(year, month, day) < 0);
	write_text(text, random_below(1000000), year, month, day, random_below(1000));
}

static void every_date(void)
{
	unsigned long long before = compared[IDREVOKE_WHY_NONE];
	unsigned int year, month, day;
	u8 text[18];

	for (year = 0; year < 10000; year = year == 0 ? 1780 : year == 2200 ? 9999 : year + 1)
		for (month = 0; month < 100; month = month == 14 ? 90 : month + 1)
			for (day = 0; day < 100; day = day == 33 ? 90 : day + 1) {
				write_text(text, random_below(1000000), year, month, day,
					   random_below(1000));
				compare(text);
			}
	is(compared[IDREVOKE_WHY_NONE] - before, IDRV_BIRTH_DAYS, "every birth date, and what is none");
}

static void corruptions(void)
{
	unsigned long long before = compared[IDREVOKE_WHY_NONE];
	int round, at, c;
	u8 text[18];

	for (round = 0; round < 500; round++) {
		random_valid(text);
		compare(text);
		for (at = 0; at < 18; at++) {
			u8 right = text[at];

			for (c = 0; c < 256; c++) {
				text[at] = c;
				compare(text);
			}
			text[at] = right;
		}
		if (text[17] == 'X') {
			text[17] = 'x';
			compare(text);
		}
	}
	/* Each valid number comes 19 times; 'x' for 'X' is the only other that passes. */
	ok(compared[IDREVOKE_WHY_NONE] - before >= 500 * 19 &&
	   compared[IDREVOKE_WHY_NONE] - before <= 500 * 21,
	   "no wrong character passes: %llu of %d passed",
	   compared[IDREVOKE_WHY_NONE] - before, 500 * 18 * 256);
}

static void other_documents(void)
{
	static const char characters[] = "0123456789ABCXYZabcxyz-. \x7f\x80\xb0\xff";
	unsigned long long before = compared[IDREVOKE_WHY_UNSUPPORTED];
	u8 text[18];
	int i;

	for (i = 0; i < 300000; i++) {
		unsigned int length = random_below(19), allowed = one_in(2) ? 22 : 29, j;

		memset(text, 0, sizeof(text));
		for (j = 0; j < length; j++)
			text[j] = characters[random_below(allowed)];
		if (one_in(8))
			text[random_below(18)] = 0;
		if (one_in(8))
			text[random_below(18)] = random_below(256);
		compare(text);
	}
	for (i = 0; i < 300000; i++) {
		random_valid(text);
		compare(text);
	}
	ok(compared[IDREVOKE_WHY_UNSUPPORTED] - before > 10000,
	   "other documents are told from malformed numbers");
}

static bool example(const char *printed, enum idrevoke_why why)
{
	u8 text[18] = {};
	u64 number;

	memcpy(text, printed, strnlen(printed, 18));
	compare(text);
	return idrv_number_parse(text, &number) == why;
}

static void compare_start(u32 date)
{
	int days = day_of(date / 10000, date / 100 % 100, date % 100);
	int wanted = days < 0 ? -1 : days - calendar[1984][1][1];
	bool valid = idrv_start_valid(date);

	if (wanted < 0 || wanted > 65534)
		must(!valid, "%u: taken as day %u", date, idrv_start_day(date));
	else
		must(valid && idrv_start_day(date) == wanted, "%u: got %d %u, wanted %d", date,
		     valid, idrv_start_day(date), wanted);
}

static void starts(void)
{
	u32 date;
	int i;

	for (date = 0; date < 22000000; date++)
		compare_start(date);
	for (i = 0; i < 1000000; i++)
		compare_start(random_u64());
	compare_start(~0U);
	ok(true, "every start from 0000-00-00 to 2199-99-99");
	is(calendar[2163][6][5] - calendar[1984][1][1], 65534, "the last start is 2163-06-05");
}

int main(void)
{
	harness_begin();
	make_calendar();
	ok(example("110101199003078881", IDREVOKE_WHY_NONE), "a citizen's number");
	ok(example("990000199001018887", IDREVOKE_WHY_NONE), "a foreigner's number");
	ok(example("11010119900307888X", IDREVOKE_WHY_MALFORMED), "a wrong check character");
	ok(example("110101900307888", IDREVOKE_WHY_UNSUPPORTED), "a first-generation number");
	ok(example("USA123456789012", IDREVOKE_WHY_UNSUPPORTED), "an older foreigner's card");
	ok(example("H12345678", IDREVOKE_WHY_UNSUPPORTED), "a travel permit");
	ok(example("", IDREVOKE_WHY_MALFORMED), "nothing");
	every_date();
	corruptions();
	other_documents();
	starts();
	return done();
}
