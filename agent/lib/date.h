/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Calendar days, as printed on cards: no time zone enters them.
 */
#ifndef IDREVOKE_LIB_DATE_H
#define IDREVOKE_LIB_DATE_H

#include <stdbool.h>
#include <stdint.h>

/* Days on which a card's validity can start: 1984-01-01 (0) to 2163-06-05. */
#define IDREVOKE_START_END 65535

/* Room for YYYY-MM-DD, terminated. */
#define IDREVOKE_DATE_TEXT 11

/**
 * idrevoke_date_is_valid() - whether there is such a day in the calendar
 * @year: 1 to 9999
 * @month: 1 to 12
 * @day: 1 to 31
 */
bool idrevoke_date_is_valid(uint32_t year, uint32_t month, uint32_t day);

/**
 * idrevoke_date_count() - count the days up to a date
 * @year: 1 to 9999
 * @month: 1 to 12
 * @day: 1 to 31
 *
 * Return: days from 1970-01-01, negative before it.
 */
int32_t idrevoke_date_count(uint32_t year, uint32_t month, uint32_t day);

/**
 * idrevoke_date_split() - the date of a day
 * @days: days from 1970-01-01, from the year 1 on
 *
 * Return: the date as the decimal number YYYYMMDD.
 */
uint32_t idrevoke_date_split(int32_t days);

/**
 * idrevoke_start_parse() - number the day on which a card's validity starts
 * @yyyymmdd: the date as a decimal number
 * @day: out: days from 1984-01-01, less than IDREVOKE_START_END
 *
 * Return: 0, or -EINVAL if that is no calendar day of 1984-01-01 to 2163-06-05.
 */
int idrevoke_start_parse(uint32_t yyyymmdd, uint16_t *day);

/**
 * idrevoke_start_parse_text() - the same, from text
 * @text: YYYYMMDD or YYYY-MM-DD
 * @day: out, as above
 *
 * Return: 0 or -EINVAL.
 */
int idrevoke_start_parse_text(const char *text, uint16_t *day);

/**
 * idrevoke_start_format() - the date of a day
 * @day: days from 1984-01-01
 *
 * Return: the date as the decimal number YYYYMMDD.
 */
uint32_t idrevoke_start_format(uint16_t day);

/**
 * idrevoke_start_of_time() - the day, in UTC, of a time
 * @seconds: since 1970-01-01 UTC, 1984 or later
 *
 * Return: days from 1984-01-01.
 */
uint16_t idrevoke_start_of_time(uint64_t seconds);

#endif /* IDREVOKE_LIB_DATE_H */
