// SPDX-License-Identifier: GPL-2.0
/*
 * From what is printed on a card to what the table is asked: eight characters at a
 * time, in the bytes of a word, and no division.
 *
 * Nothing here indexes an array by what the user wrote: lengths of months and
 * check characters are computed, so there is nothing to speculate past.
 */
#include <linux/ctype.h>
#include <linux/kernel.h>

#include "compat.h"
#include "number.h"

/*
 * Civil days before 1 March of year 0 do not occur; years count from March, so
 * that a leap day is the last of a year, and months from 3 on: from there on,
 * five have 153 days.
 */
static u32 days_from_civil(u32 year, u32 month, u32 day)
{
	u32 before_march = month <= 2, century;

	year -= before_march;
	month += before_march * 12;
	century = year / 100;
	return (1461 * year >> 2) - century + (century >> 2) +
	       ((979 * month - 2919) >> 5) + day - 1;
}

/* days_from_civil() of the two days from which days are counted */
#define DAYS_1800_01_01		657377
#define DAYS_1984_01_01		724581

/* Of the years that are whole centuries, those divisible by 16 are by 400. */
static bool is_leap(u32 year)
{
	return !(year & (year % 25 ? 3 : 15));
}

/* The last day of a month: 31 in odd ones up to July, in even ones from August on. */
static u32 month_end(u32 year, u32 month)
{
	if (month == 2)
		return 28 + is_leap(year);
	return 30 + ((month ^ (month >> 3)) & 1);
}

static bool is_calendar_day(u32 year, u32 month, u32 day)
{
	if (month - 1 >= 12)
		return false;
	return day - 1 < 28 || (day && day <= month_end(year, month));
}

/*
 * A document number of another kind: 8 to 17 letters and digits, padded with
 * NUL. Travel permits and older foreigners' cards have letters and digits,
 * first-generation identity cards 15 digits.
 */
static noinline enum idrevoke_why other_document(const u8 *text)
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

/* Eight bytes, and four lanes of 16 bits; the first character is the lowest. */
#define BYTES(byte)		((byte) * 0x0101010101010101ULL)
#define LANES(a, b, c, d)	((a) | (b) << 16 | (c) << 32 | (d) << 48)
#define LANES_OF_BYTES		0x00ff00ff00ff00ffULL

/* Eight characters as digits: bytes of 0 to 9, or of more where there is none. */
static u64 digits_read(const u8 *text)
{
	return get_unaligned_le64(text) ^ BYTES('0');
}

/*
 * Bit 7 of a byte that is more than 9: it has it already, or gets it from the sum.
 * A carry into the next byte needs one that has it.
 */
static u64 digits_bad(u64 digits)
{
	return (digits | (digits + BYTES(0x80 - 10))) & BYTES(0x80);
}

/* In each lane: the first digit of two, times @ten, and the second. */
static u64 digits_pair(u64 digits, u32 ten)
{
	return (digits * ten + (digits >> 8)) & LANES_OF_BYTES;
}

static u32 lane(u64 lanes, unsigned int index)
{
	return lanes >> index * 16 & 0xff;
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
 *	character	0 1 2 3 4 5  6 7 8 9 10 11 12 13  14 15 16  17
 *			region       year    month day    sequence  check
 *	in pairs	a0  a1  a2   a3  b0  b1    b2     b3
 *
 * The sum of all characters, each doubled once for every one that follows it,
 * leaves 1 when divided by 11. So the first of two counts twice as much as the
 * second, and a pair four times as much as the next: 4^8, ..., 4, 1 modulo 11.
 *
 * Context: any.
 * Return: IDREVOKE_WHY_NONE, or why there is no number: IDREVOKE_WHY_MALFORMED
 * or, for other kinds of documents, IDREVOKE_WHY_UNSUPPORTED.
 */
enum idrevoke_why idrv_number_parse(const u8 text[IDREVOKE_NUMBER_LEN], u64 *number)
{
	u64 first = digits_read(text), second = digits_read(text + 8), a, b;
	u32 last = (u8)(text[16] - '0'), check = (u8)(text[17] - '0');
	u32 sum, year, month, day, region, sequence;

	if (digits_bad(first) | digits_bad(second) | digits_bad(last))
		return other_document(text);
	if (check > 9) {
		if ((text[17] | 0x20) != 'x')
			return other_document(text);
		check = 10;
	}

	/* The products of all lanes with their weights meet in the highest lane. */
	sum = (digits_pair(first, 2) * LANES(1ULL, 4ULL, 5ULL, 9ULL) +
	       digits_pair(second, 2) * LANES(4ULL, 5ULL, 9ULL, 3ULL)) >> 48;
	if ((sum + 2 * last + check) % 11 != 1)
		return IDREVOKE_WHY_MALFORMED;

	a = digits_pair(first, 10);
	b = digits_pair(second, 10);
	year = lane(a, 3) * 100 + lane(b, 0);
	month = lane(b, 1);
	day = lane(b, 2);
	if (year - 1800 > 2184 - 1800 || !is_calendar_day(year, month, day))
		return IDREVOKE_WHY_MALFORMED;

	region = lane(a, 0) * 10000 + lane(a, 1) * 100 + lane(a, 2);
	sequence = lane(b, 3) * 10 + last;
	*number = ((u64)region * IDRV_BIRTH_DAYS +
		   days_from_civil(year, month, day) - DAYS_1800_01_01) * 1000 + sequence;
	return IDREVOKE_WHY_NONE;
}

struct civil {
	u32 year;
	u32 month;
	u32 day;
};

static struct civil civil_split(u32 yyyymmdd)
{
	u32 months = yyyymmdd / 100, year = months / 100;

	return (struct civil){ year, months - year * 100, yyyymmdd - months * 100 };
}

/**
 * idrv_start_valid - whether a card's validity can start on a day
 * @yyyymmdd: the date as a decimal number
 *
 * 1984 is the year of the first identity cards; the last day of 16 bits stands
 * for "every card" in records and is therefore no day of a card.
 *
 * Context: any.
 */
bool idrv_start_valid(u32 yyyymmdd)
{
	struct civil start = civil_split(yyyymmdd);

	return yyyymmdd - 19840101 <= 21630605 - 19840101 &&
	       is_calendar_day(start.year, start.month, start.day);
}

/**
 * idrv_start_day - number the day on which a card's validity starts
 * @yyyymmdd: the date, of which idrv_start_valid() is true
 *
 * Context: any.
 * Return: days from 1984-01-01, 0 to IDRV_START_END - 1.
 */
u16 idrv_start_day(u32 yyyymmdd)
{
	struct civil start = civil_split(yyyymmdd);

	return days_from_civil(start.year, start.month, start.day) - DAYS_1984_01_01;
}
