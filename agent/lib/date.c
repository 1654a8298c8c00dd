// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <string.h>

#include "date.h"

/* 1984-01-01 as idrevoke_date_count() counts it. */
#define DAYS_1984 5113

/* Days before each month of a common year. */
static const uint16_t before_month[] = { 0,   31,  59,  90,  120, 151, 181,
					 212, 243, 273, 304, 334, 365 };

static bool is_leap(uint32_t year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* Days from 0001-01-01 to the first day of a year. */
static int32_t before_year(uint32_t year)
{
	uint32_t past = year - 1;

	return past * 365 + past / 4 - past / 100 + past / 400;
}

static uint32_t days_in_month(uint32_t year, uint32_t month)
{
	return before_month[month] - before_month[month - 1] + (month == 2 && is_leap(year));
}

bool idrevoke_date_is_valid(uint32_t year, uint32_t month, uint32_t day)
{
	return year >= 1 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 &&
	       day <= days_in_month(year, month);
}

int32_t idrevoke_date_count(uint32_t year, uint32_t month, uint32_t day)
{
	return before_year(year) - before_year(1970) + before_month[month - 1] +
	       (month > 2 && is_leap(year)) + day - 1;
}

uint32_t idrevoke_date_split(int32_t days)
{
	uint32_t year, month = 1;

	days += before_year(1970);
	/* 365.2425 days a year: this is the year or the one before it */
	year = 1 + (uint64_t)days * 10000 / 3652425;
	if (before_year(year + 1) <= days)
		year++;
	if (before_year(year) > days)
		year--;
	days -= before_year(year);
	while ((uint32_t)days >= days_in_month(year, month))
		days -= days_in_month(year, month++);
	return year * 10000 + month * 100 + days + 1;
}

int idrevoke_start_parse(uint32_t yyyymmdd, uint16_t *day)
{
	uint32_t year = yyyymmdd / 10000, month = yyyymmdd / 100 % 100, last = yyyymmdd % 100;
	int32_t days;

	if (!idrevoke_date_is_valid(year, month, last))
		return -EINVAL;
	days = idrevoke_date_count(year, month, last) - DAYS_1984;
	if (days < 0 || days >= IDREVOKE_START_END)
		return -EINVAL;
	*day = days;
	return 0;
}

int idrevoke_start_parse_text(const char *text, uint16_t *day)
{
	size_t length = strlen(text);
	bool hyphens = length == 10 && text[4] == '-' && text[7] == '-';
	uint32_t date = 0;

	if (length != 8 && !hyphens)
		return -EINVAL;
	for (size_t i = 0; i < length; i++) {
		if (hyphens && (i == 4 || i == 7))
			continue;
		if (text[i] < '0' || text[i] > '9')
			return -EINVAL;
		date = date * 10 + text[i] - '0';
	}
	return idrevoke_start_parse(date, day);
}

uint32_t idrevoke_start_format(uint16_t day)
{
	return idrevoke_date_split(day + DAYS_1984);
}

uint16_t idrevoke_start_of_time(uint64_t seconds)
{
	return seconds / 86400 - DAYS_1984;
}
