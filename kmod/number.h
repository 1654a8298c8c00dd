/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From what is printed on a card to what the table is asked: eight characters at a
 * time, in the bytes of a word, and no division. All of it is inline, since a check
 * spends most of its instructions here.
 *
 * Nothing indexes an array by what the user wrote: lengths of months and check
 * characters are computed, so there is nothing to speculate past.
 */
#ifndef _IDRV_NUMBER_H
#define _IDRV_NUMBER_H

#include <linux/kernel.h>
#include <linux/types.h>
#include <uapi/linux/idrevoke.h>

#include "calendar.h"
#include "compat.h"

/* Days from 1800-01-01 to 2184-12-31, both included: births that fit. */
#define IDRV_BIRTH_DAYS		140619

/*
 * Every citizen number, without its check character, as an integer below this:
 * (region * IDRV_BIRTH_DAYS + birth) * 1000 + sequence. It fits 47 bits, so that
 * the number itself is the key and none is ever taken for another.
 */
#define IDRV_NUMBER_END		(1000000ULL * IDRV_BIRTH_DAYS * 1000)

/* Days on which validity can start: 1984-01-01 to 2163-06-05. */
#define IDRV_START_END		65535

enum idrevoke_why idrv_number_other(const u8 text[IDREVOKE_NUMBER_LEN]);

/* Eight bytes, and four lanes of 16 bits; the first character is the lowest. */
#define BYTES(byte)		((byte) * 0x0101010101010101ULL)
#define LANES(a, b, c, d)	((a) | (b) << 16 | (c) << 32 | (d) << 48)
#define LANES_OF_BYTES		0x00ff00ff00ff00ffULL

/* Eight characters as digits: bytes of 0 to 9, or of more where there is none. */
static inline u64 digits_read(const u8 *text)
{
	return get_unaligned_le64(text) ^ BYTES('0');
}

/*
 * Bit 7 of a byte that is more than 9: it has it already, or gets it from the sum.
 * A carry into the next byte needs one that has it.
 */
static inline u64 digits_bad(u64 digits)
{
	return (digits | (digits + BYTES(0x80 - 10))) & BYTES(0x80);
}

/* In each lane: the first digit of two, times @ten, and the second. */
static inline u64 digits_pair(u64 digits, u32 ten)
{
	return (digits * ten + (digits >> 8)) & LANES_OF_BYTES;
}

static inline u32 lane(u64 lanes, unsigned int index)
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
static __always_inline enum idrevoke_why
idrv_number_parse(const u8 text[IDREVOKE_NUMBER_LEN], u64 *number)
{
	u64 first = digits_read(text), second = digits_read(text + 8), a, b;
	u32 third = get_unaligned_le16(text + 16) ^ '0' * 0x0101U;
	u32 last = third & 0xff, check = third >> 8;
	u32 sum, year, month, day, region, sequence;

	if (digits_bad(first) | digits_bad(second) || last > 9)
		return idrv_number_other(text);
	if (check > 9) {
		if ((check | 0x20) != (('x' ^ '0') | 0x20))
			return idrv_number_other(text);
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

	/* The first two of its pairs meet in the upper of two lanes. */
	region = ((u32)a * (100 << 16 | 1) >> 16) * 100 + lane(a, 2);
	sequence = lane(b, 3) * 10 + last;
	*number = ((u64)region * IDRV_BIRTH_DAYS +
		   days_from_civil(year, month, day) - DAYS_1800_01_01) * 1000 + sequence;
	return IDREVOKE_WHY_NONE;
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
static __always_inline bool idrv_start_valid(u32 yyyymmdd)
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
static inline u16 idrv_start_day(u32 yyyymmdd)
{
	struct civil start = civil_split(yyyymmdd);

	return days_from_civil(start.year, start.month, start.day) - DAYS_1984_01_01;
}

#endif
