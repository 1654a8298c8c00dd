/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _IDRV_CHECK_H
#define _IDRV_CHECK_H

#include <linux/types.h>
#include <uapi/linux/idrevoke.h>
#include <uapi/linux/idrevoke_netlink.h>

#include "budget.h"
#include "table.h"

/* Checks answered together; they are kept on the stack, 24 bytes each. */
#define IDRV_CHECK_GROUP	64
/* Those of which the lines are being fetched while the first of them is answered: 160 ns
 * from memory are spent reading some 20 questions, and other machines are slower.
 */
#define IDRV_CHECK_AHEAD	40

/*
 * What the first half of struct idrevoke_check begins with. Whoever reads a question
 * in which anything else is set makes its consistency one that this ABI does not define.
 */
struct idrv_question {
	u8 number[IDREVOKE_NUMBER_LEN];
	u8 consistency;
	u8 list;
	u32 valid_from;
};

#define IDRV_CONSISTENCY_UNDEFINED	0xff

/* A question, understood. */
struct idrv_asked {
	struct idrv_search search;	/* for its number, in the table in force */
	u32 valid_from;
	u32 why;			/* it cannot be answered: enum idrevoke_why */
};

/* What the second half begins with. */
struct idrv_answer {
	u32 verdict;
	u32 why;
	u32 reason;
	u32 flags;
};

/*
 * A question, in its place then what was understood of it, and then the answer. Each
 * wipes what there was of the number before.
 */
union idrv_check {
	struct idrv_question question;
	struct idrv_asked asked;
	struct idrv_answer answer;
	u64 raw[3];
};

static_assert(sizeof(union idrv_check) == 24);
static_assert(sizeof(struct idrv_answer) >= offsetof(struct idrv_asked, valid_from));
static_assert(offsetof(struct idrv_asked, valid_from) <= IDREVOKE_NUMBER_LEN - 2);

/* What the second half ends with: the list from which answers are. */
struct idrv_origin {
	u64 version;
	u64 issued;
};

/**
 * idrv_question_valid - whether a question uses only what this ABI defines
 * @question: the question
 */
static inline bool idrv_question_valid(const struct idrv_question *question)
{
	return question->consistency <= IDREVOKE_CONSISTENCY_MISMATCH;
}

void idrv_check_answer(union idrv_check *checks, unsigned int count, struct idrv_budget *budget,
		       struct idrv_origin *origin);
u64 idrv_check_counter(enum idrevoke_counter counter);

#endif
