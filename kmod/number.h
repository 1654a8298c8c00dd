/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _IDRV_NUMBER_H
#define _IDRV_NUMBER_H

#include <linux/types.h>
#include <uapi/linux/idrevoke.h>

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

enum idrevoke_why idrv_number_parse(const u8 text[IDREVOKE_NUMBER_LEN], u64 *number);
bool idrv_start_valid(u32 yyyymmdd);
u16 idrv_start_day(u32 yyyymmdd);

#endif
