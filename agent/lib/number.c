// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <string.h>

#include "date.h"
#include "number.h"

/* 1800-01-01 as idrevoke_date_count() counts it. */
#define DAYS_1800 (-62091)

/* What the check character stands for; 10 is printed as X. */
static uint32_t check_value(const char text[17])
{
	static const uint8_t weights[] = { 7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2 };
	uint32_t sum = 0;

	for (int i = 0; i < 17; i++)
		sum += weights[i] * (text[i] - '0');
	return (12 - sum % 11) % 11;
}

static char check_character(const char text[17])
{
	return "0123456789X"[check_value(text)];
}

static uint32_t digits(const char *text, int count)
{
	uint32_t value = 0;

	while (count--)
		value = value * 10 + *text++ - '0';
	return value;
}

enum idrevoke_why idrevoke_number_parse(const char *text, uint64_t *number)
{
	size_t length = strlen(text), leading = strspn(text, "0123456789");
	uint32_t year, month, day;

	if (length != IDREVOKE_NUMBER_LEN) {
		/* ASCII on purpose, whatever the locale */
		size_t alphanumeric = strspn(text, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
						   "abcdefghijklmnopqrstuvwxyz");

		return length >= 8 && length < IDREVOKE_NUMBER_LEN && alphanumeric == length ?
			       IDREVOKE_WHY_UNSUPPORTED :
			       IDREVOKE_WHY_MALFORMED;
	}
	if (leading < 17)
		return IDREVOKE_WHY_MALFORMED;
	if (text[17] != check_character(text) && !(text[17] == 'x' && check_value(text) == 10))
		return IDREVOKE_WHY_MALFORMED;

	year = digits(text + 6, 4);
	month = digits(text + 10, 2);
	day = digits(text + 12, 2);
	if (year < 1800 || year > 2184 || !idrevoke_date_is_valid(year, month, day))
		return IDREVOKE_WHY_MALFORMED;
	*number = idrevoke_number_pack(digits(text, 6),
				       idrevoke_date_count(year, month, day) - DAYS_1800,
				       digits(text + 14, 3));
	return IDREVOKE_WHY_NONE;
}

/* Writes the lowest digits of a value, with zeros in front. */
static void put_digits(char *text, int count, uint32_t value)
{
	for (; count--; value /= 10)
		text[count] = '0' + value % 10;
}

void idrevoke_number_format(uint64_t number, char text[IDREVOKE_NUMBER_TEXT])
{
	uint64_t front = number / 1000;

	put_digits(text, 6, front / IDREVOKE_BIRTH_DAYS);
	put_digits(text + 6, 8,
		   idrevoke_date_split((int32_t)(front % IDREVOKE_BIRTH_DAYS) + DAYS_1800));
	put_digits(text + 14, 3, number % 1000);
	text[17] = check_character(text);
	text[18] = '\0';
}

int idrevoke_number_complete(const char *old, char text[IDREVOKE_NUMBER_TEXT])
{
	uint64_t number;

	if (strlen(old) != 15 || strspn(old, "0123456789") != 15)
		return -EINVAL;
	memcpy(text, old, 6);
	memcpy(text + 6, "19", 2);
	memcpy(text + 8, old + 6, 9);
	text[17] = check_character(text);
	text[18] = '\0';
	return idrevoke_number_parse(text, &number) == IDREVOKE_WHY_NONE ? 0 : -EINVAL;
}
