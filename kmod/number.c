// SPDX-License-Identifier: GPL-2.0
/*
 * From what is printed on a card to what the table is asked.
 *
 * Nothing here indexes an array by what the user wrote: lengths of months and
 * check characters are computed, so there is nothing to speculate past.
 */
#include <linux/ctype.h>
#include <linux/kernel.h>

#include "number.h"

/* Civil days before 1 March of year 0 do not occur; years count from March. */
static u32 days_from_civil(u32 year, u32 month, u32 day)
{
	u32 march_month = (month + 9) % 12;

	year -= month <= 2;
	return 365 * year + year / 4 - year / 100 + year / 400 +
	       (153 * march_month + 2) / 5 + day - 1;
}

/* days_from_civil() of the two days from which days are counted */
#define DAYS_1800_01_01		657377
#define DAYS_1984_01_01		724581

static bool is_leap(u32 year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static bool is_calendar_day(u32 year, u32 month, u32 day)
{
	u32 last;

	if (month < 1 || month > 12 || day < 1)
		return false;
	if (month == 2)
		last = 28 + is_leap(year);
	else	/* 31 in odd months up to July, in even ones from August on */
		last = 30 + ((month ^ (month >> 3)) & 1);
	return day <= last;
}

/*
 * A document number of another kind: 8 to 17 letters and digits, padded with
 * NUL. Travel permits and older foreigners' cards have letters and digits,
 * first-generation identity cards 15 digits.
 */
static enum idrevoke_why other_document(const u8 *text)
{
	unsigned int length = 0, i;

	while (length < IDREVOKE_NUMBER_LEN && isascii(text[length]) && isalnum(text[length]))
		length++;
	if (length < 8 || length == IDREVOKE_NUMBER_LEN)
		return IDREVOKE_WHY_MALFORMED;
	for (i = length; i < IDREVOKE_NUMBER_LEN; i++)
		if (text[i])
			return IDREVOKE_WHY_MALFORMED;
	return IDREVOKE_WHY_UNSUPPORTED;
}

static u32 digits(const u8 *value, unsigned int count)
{
	u32 number = 0;

	while (count--)
		number = number * 10 + *value++;
	return number;
}

/**
 * idrv_number_parse - pack a citizen number
 * @text: 18 characters, as printed; a shorter document number padded with NUL
 * @number: the packed number, below IDRV_NUMBER_END, on success
 *
 * The shape is that of GB 11643-1999: region, birth date, sequence, and a check
 * character by ISO 7064 MOD 11-2. Any region is taken, since their list changes
 * over time; a birth date must be a calendar day of 1800 to 2184.
 *
 * Context: any.
 * Return: IDREVOKE_WHY_NONE, or why there is no number: IDREVOKE_WHY_MALFORMED
 * or, for other kinds of documents, IDREVOKE_WHY_UNSUPPORTED.
 */
enum idrevoke_why idrv_number_parse(const u8 text[IDREVOKE_NUMBER_LEN], u64 *number)
{
	u8 value[IDREVOKE_NUMBER_LEN];
	u32 check = 0, bad = 0, year, month, day;
	unsigned int i;

	/*
	 * The sum of all characters, each doubled once for every one that
	 * follows it, leaves 1 when divided by 11. It cannot overflow here:
	 * taken modulo 2^32, 17 digits doubled 17 times stay below 10 * 2^18.
	 */
	for (i = 0; i < IDREVOKE_NUMBER_LEN - 1; i++) {
		value[i] = text[i] - '0';
		bad |= value[i] > 9;
		check = (check + value[i]) * 2;
	}
	if (bad)
		return other_document(text);

	/* 'X' and 'x' are ten. */
	value[i] = (text[i] | 0x20) == 'x' ? 10 : text[i] - '0';
	if (value[i] > 9 && (text[i] | 0x20) != 'x')
		return other_document(text);
	if ((check + value[i]) % 11 != 1)
		return IDREVOKE_WHY_MALFORMED;

	year = digits(value + 6, 4);
	month = digits(value + 10, 2);
	day = digits(value + 12, 2);
	if (year < 1800 || year > 2184 || !is_calendar_day(year, month, day))
		return IDREVOKE_WHY_MALFORMED;

	*number = (u64)digits(value, 6) * IDRV_BIRTH_DAYS +
		  days_from_civil(year, month, day) - DAYS_1800_01_01;
	*number = *number * 1000 + digits(value + 14, 3);
	return IDREVOKE_WHY_NONE;
}

/**
 * idrv_start_parse - number the day on which a card's validity starts
 * @yyyymmdd: the date as a decimal number, not 0
 * @day: days from 1984-01-01, 0 to 65534, on success
 *
 * 1984 is the year of the first identity cards; the last day of 16 bits stands
 * for "every card" in records and is therefore no day of a card.
 *
 * Context: any.
 * Return: IDREVOKE_WHY_NONE, or IDREVOKE_WHY_MALFORMED.
 */
enum idrevoke_why idrv_start_parse(u32 yyyymmdd, u16 *day)
{
	u32 year = yyyymmdd / 10000, month = yyyymmdd / 100 % 100;
	u32 days;

	if (year < 1984 || year > 2163 || !is_calendar_day(year, month, yyyymmdd % 100))
		return IDREVOKE_WHY_MALFORMED;
	days = days_from_civil(year, month, yyyymmdd % 100) - DAYS_1984_01_01;
	if (days >= IDRV_START_END)
		return IDREVOKE_WHY_MALFORMED;
	*day = days;
	return IDREVOKE_WHY_NONE;
}
