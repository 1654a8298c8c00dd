// SPDX-License-Identifier: GPL-2.0
/* What is no citizen number; number.h reads those that are. */
#include <linux/ctype.h>
#include <linux/kernel.h>

#include "number.h"

/**
 * idrv_number_other - what characters are that make no citizen number
 * @text: 18 characters
 *
 * A document number of another kind has 8 to 17 letters and digits, padded with NUL.
 * Travel permits and older foreigners' cards have letters and digits,
 * first-generation identity cards 15 digits.
 *
 * Context: any.
 * Return: IDREVOKE_WHY_UNSUPPORTED for such a number, else IDREVOKE_WHY_MALFORMED.
 */
enum idrevoke_why idrv_number_other(const u8 text[IDREVOKE_NUMBER_LEN])
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
