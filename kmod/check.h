/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _IDRV_CHECK_H
#define _IDRV_CHECK_H

#include <linux/types.h>
#include <uapi/linux/idrevoke.h>
#include <uapi/linux/idrevoke_netlink.h>

#include "budget.h"

/* Checks answered together, their lines being fetched at the same time. */
#define IDRV_CHECK_GROUP	32

/* The first half of struct idrevoke_check. */
struct idrv_question {
	u8 number[IDREVOKE_NUMBER_LEN];
	u8 consistency;
	u8 list;
	u32 valid_from;
	u32 flags;
	u32 reserved;
};

/* The second. */
struct idrv_answer {
	u32 verdict;
	u32 why;
	u32 reason;
	u32 flags;
	u64 version;
	u64 issued;
};

/* A question, and in its place then the answer. */
union idrv_check {
	struct idrv_question question;
	struct idrv_answer answer;
	u64 raw[4];
};

/**
 * idrv_question_valid - whether a question uses only what this ABI defines
 * @question: the question
 */
static inline bool idrv_question_valid(const struct idrv_question *question)
{
	return question->consistency <= IDREVOKE_CONSISTENCY_MISMATCH &&
	       !(question->flags | question->reserved);
}

void idrv_check_answer(union idrv_check *checks, unsigned int count, struct idrv_budget *budget);
u64 idrv_check_counter(enum idrevoke_counter counter);

#endif
