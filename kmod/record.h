/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _IDRV_RECORD_H
#define _IDRV_RECORD_H

#include <linux/types.h>
#include <uapi/linux/idrevoke.h>
#include <uapi/linux/idrevoke_netlink.h>

/*
 * What is known of one number, in the 22 bits that an entry of the table has
 * for it:
 *
 *	bit	0-15	through: days from 1984-01-01, or IDREVOKE_THROUGH_ALL
 *		16-19	reason
 *		20	open
 *		21	person
 */
#define IDRV_VALUE_BITS		22
#define IDRV_VALUE_THROUGH	0xffffU
#define IDRV_VALUE_REASON_SHIFT	16
#define IDRV_VALUE_REASON	(0xfU << IDRV_VALUE_REASON_SHIFT)
#define IDRV_VALUE_FLAG_SHIFT	20
#define IDRV_VALUE_OPEN		(IDREVOKE_RECORD_OPEN << IDRV_VALUE_FLAG_SHIFT)
#define IDRV_VALUE_PERSON	(IDREVOKE_RECORD_PERSON << IDRV_VALUE_FLAG_SHIFT)

/* The value of a record that takes a number off the list. */
#define IDRV_VALUE_REMOVE	(1U << 31)

struct idrv_record {
	u64 number;
	u32 value;
};

/* What a card's answer says, apart from the list's own state. */
struct idrv_judgement {
	u8 verdict;		/* enum idrevoke_verdict, never UNKNOWN */
	u8 reason;		/* enum idrevoke_reason */
	u8 flags;		/* IDREVOKE_FLAG_PERSON */
};

bool idrv_record_decode(const u8 *wire, bool delta, struct idrv_record *record);
struct idrv_judgement idrv_record_judge(u32 value, bool start_known, u16 start);

#endif
