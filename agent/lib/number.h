/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Citizen numbers (GB 11643-1999): as printed, and packed into 47 bits as
 * <linux/idrevoke_netlink.h> describes.
 */
#ifndef IDREVOKE_LIB_NUMBER_H
#define IDREVOKE_LIB_NUMBER_H

#include <stdint.h>

#include <linux/idrevoke.h>

/* Days from 1800-01-01 to 2184-12-31, both included. */
#define IDREVOKE_BIRTH_DAYS 140619

/* Every packed number is less. */
#define IDREVOKE_NUMBER_END (1000000ULL * IDREVOKE_BIRTH_DAYS * 1000)

/* Room for a number as printed, terminated. */
#define IDREVOKE_NUMBER_TEXT (IDREVOKE_NUMBER_LEN + 1)

/**
 * idrevoke_number_parse() - pack a number
 * @text: as printed, terminated; the check character may be 'x'
 * @number: out: the packed number, on success only
 *
 * Return: IDREVOKE_WHY_NONE; IDREVOKE_WHY_MALFORMED; or IDREVOKE_WHY_UNSUPPORTED
 * for another kind of document (8 to 17 letters and digits).
 */
enum idrevoke_why idrevoke_number_parse(const char *text, uint64_t *number);

/**
 * idrevoke_number_format() - unpack a number
 * @number: less than IDREVOKE_NUMBER_END
 * @text: out: 18 characters and a terminator
 */
void idrevoke_number_format(uint64_t number, char text[IDREVOKE_NUMBER_TEXT]);

/**
 * idrevoke_number_complete() - what a first-generation number became
 * @old: 15 digits without century and check character, terminated
 * @text: out: the 18 characters of the same person
 *
 * Cards with 15 digits are void since 2013 and never pass a check: this only
 * helps to explain one.
 *
 * Return: 0, or -EINVAL if @old is no such number.
 */
int idrevoke_number_complete(const char *old, char text[IDREVOKE_NUMBER_TEXT]);

/**
 * idrevoke_number_pack() - pack a number from its parts
 * @region: 0 to 999999
 * @birth: days from 1800-01-01, less than IDREVOKE_BIRTH_DAYS
 * @sequence: 0 to 999
 *
 * Return: the packed number.
 */
static inline uint64_t idrevoke_number_pack(uint32_t region, uint32_t birth, uint32_t sequence)
{
	return ((uint64_t)region * IDREVOKE_BIRTH_DAYS + birth) * 1000 + sequence;
}

#endif /* IDREVOKE_LIB_NUMBER_H */
