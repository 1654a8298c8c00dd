/* SPDX-License-Identifier: GPL-2.0 */
/* Dates of the Gregorian calendar, without a division or a table. */
#ifndef _IDRV_CALENDAR_H
#define _IDRV_CALENDAR_H

#include <linux/types.h>

/* days_from_civil() of the two days from which days are counted */
#define DAYS_1800_01_01		657377
#define DAYS_1984_01_01		724581

/*
 * Civil days before 1 March of year 0 do not occur; years count from March, so
 * that a leap day is the last of a year, and months from 3 on: from there on,
 * five have 153 days.
 */
static inline u32 days_from_civil(u32 year, u32 month, u32 day)
{
	u32 before_march = month <= 2, century;

	year -= before_march;
	month += before_march * 12;
	century = year / 100;
	return (1461 * year >> 2) - century + (century >> 2) +
	       ((979 * month - 2919) >> 5) + day - 1;
}

/* Of the years that are whole centuries, those divisible by 16 are by 400. */
static inline bool is_leap(u32 year)
{
	return !(year & (year % 25 ? 3 : 15));
}

/* The last day of a month: 31 in odd ones up to July, in even ones from August on. */
static inline u32 month_end(u32 year, u32 month)
{
	if (month == 2)
		return 28 + is_leap(year);
	return 30 + ((month ^ (month >> 3)) & 1);
}

static inline bool is_calendar_day(u32 year, u32 month, u32 day)
{
	if (month - 1 >= 12)
		return false;
	return day - 1 < 28 || (day && day <= month_end(year, month));
}

struct civil {
	u32 year;
	u32 month;
	u32 day;
};

static inline struct civil civil_split(u32 yyyymmdd)
{
	u32 months = yyyymmdd / 100, year = months / 100;

	return (struct civil){ year, months - year * 100, yyyymmdd - months * 100 };
}

#endif
