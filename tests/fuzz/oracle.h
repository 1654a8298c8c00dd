/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Numbers, days, records and digests from the words of GB 11643, ISO 7064 and
 * <linux/idrevoke_netlink.h>, written for clearness alone: it shares nothing with
 * the module nor with the agent.
 */
#ifndef TESTS_FUZZ_ORACLE_H
#define TESTS_FUZZ_ORACLE_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum oracle_number { ORACLE_NUMBER, ORACLE_MALFORMED, ORACLE_UNSUPPORTED };

static inline bool oracle_leap(int year)
{
	return year % 400 == 0 || (year % 4 == 0 && year % 100 != 0);
}

static inline int oracle_month(int year, int month)
{
	switch (month) {
	case 1: case 3: case 5: case 7: case 8: case 10: case 12:
		return 31;
	case 4: case 6: case 9: case 11:
		return 30;
	case 2:
		return oracle_leap(year) ? 29 : 28;
	default:
		return 0;
	}
}

/* Days from the first day of @from to a day of the calendar; -1: it is none. */
static inline int oracle_day(int from, int year, int month, int day)
{
	int days = day - 1;

	if (year < from || day < 1 || day > oracle_month(year, month))
		return -1;
	while (--month)
		days += oracle_month(year, month);
	while (--year >= from)
		days += oracle_leap(year) ? 366 : 365;
	return days;
}

static inline bool oracle_is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static inline int oracle_digits(const uint8_t *text, int count)
{
	int value = 0;

	for (int i = 0; i < count; i++)
		value = value * 10 + (text[i] - '0');
	return value;
}

/* The 18th character, by the powers of two that ISO 7064 weighs the others with. */
static inline uint8_t oracle_check_character(const uint8_t *text)
{
	int weight = 1, sum = 0;

	for (int i = 16; i >= 0; i--) {
		weight = weight * 2 % 11;
		sum += weight * (text[i] - '0');
	}
	for (int value = 0; value < 10; value++)
		if ((sum + value) % 11 == 1)
			return '0' + value;
	return 'X';
}

/* @text: @length characters, as a question has them: at most 18, none of them NUL. */
static inline enum oracle_number oracle_number(const uint8_t *text, size_t length,
					       uint64_t *number)
{
	size_t digits = 0, others = 0;
	int birth;

	for (size_t i = 0; i < length; i++) {
		uint8_t lower = text[i] | 0x20;

		digits += oracle_is_digit(text[i]);
		others += !oracle_is_digit(text[i]) && (lower < 'a' || lower > 'z');
	}
	if (length < 18)
		return length < 8 || others ? ORACLE_MALFORMED : ORACLE_UNSUPPORTED;
	if (length > 18 || digits < 17 ||
	    (digits == 17 && text[17] != 'X' && text[17] != 'x'))
		return ORACLE_MALFORMED;
	if (oracle_check_character(text) != (text[17] == 'x' ? 'X' : text[17]))
		return ORACLE_MALFORMED;
	birth = oracle_day(1800, oracle_digits(text + 6, 4), oracle_digits(text + 10, 2),
			   oracle_digits(text + 12, 2));
	if (birth < 0 || oracle_digits(text + 6, 4) > 2184)
		return ORACLE_MALFORMED;
	*number = (oracle_digits(text, 6) * 140619ULL + birth) * 1000 +
		  oracle_digits(text + 14, 3);
	return ORACLE_NUMBER;
}

/* The day on which validity starts; -1: it is none that can be. */
static inline int oracle_start(uint32_t yyyymmdd)
{
	int day = -1;

	if (yyyymmdd < 22000000)
		day = oracle_day(1984, yyyymmdd / 10000, yyyymmdd / 100 % 100, yyyymmdd % 100);
	return day < 65535 ? day : -1;
}

static inline bool oracle_record(bool delta, uint64_t number, unsigned int through,
				 unsigned int reason, unsigned int flags)
{
	bool open = flags & 1, person = flags & 2;

	if (number > 140618999999999ULL)
		return false;
	if (flags == 0x80)
		return delta && through == 0 && reason == 0;
	if (flags > 3)
		return false;
	if (through == 0)
		return reason == 0 && person && !open;
	return reason >= 1 && reason <= 4 && !(through == 65535 && open);
}

static inline uint64_t oracle_mix(uint64_t x)
{
	x = (x ^ x >> 33) * 0xff51afd7ed558ccdULL;
	x = (x ^ x >> 33) * 0xc4ceb9fe1a85ec53ULL;
	return x ^ x >> 33;
}

static inline unsigned __int128 oracle_term(uint64_t number, uint64_t through, uint64_t reason,
					    uint64_t flags)
{
	uint64_t a = number | through << 47, b = reason | flags << 4;
	uint64_t low = oracle_mix(a ^ oracle_mix(b + 0x9e3779b97f4a7c15ULL));

	return (unsigned __int128)oracle_mix(low + a + 0xc2b2ae3d27d4eb4fULL) << 64 | low;
}

static inline uint64_t oracle_le(const uint8_t *bytes, int count)
{
	uint64_t value = 0;

	while (count--)
		value = value << 8 | bytes[count];
	return value;
}

#endif
