/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What was in force, and when: by this, an answer that came while lists were
 * being changed can be judged. One thread writes the history, others ask:
 *
 *	committed ----+				+---- begun
 *	before the call			after the call
 *
 * The editions from the one to the other were in force at some time during the
 * call, and no others. Which list a card was looked up in, the answer names; what
 * it says may be of that one or a newer one, never of an older one.
 */
#ifndef TESTS_LIB_HISTORY_H
#define TESTS_LIB_HISTORY_H

#include <stdatomic.h>

#include "model.h"
#include "wire.h"

/* Numbers that may be listed: guest_number(0) and so on. */
#define HISTORY_NUMBERS		60000
/* Threads that ask, at most. */
#define HISTORY_CALLERS		8

/**
 * struct edition - something that came in force
 * @in_force: false: nothing did, the list was flushed; the rest is of the one before
 * @list: what the issuer says of the list
 * @statement: and what it is worth
 * @values: by index of the number
 */
struct edition {
	bool in_force;
	struct wire_list list;
	struct model_statement statement;
	struct model_value values[HISTORY_NUMBERS];
};

/**
 * struct call - something that a thread asks the kernel
 * @caller: the thread, below HISTORY_CALLERS
 * @low: the first edition that was in force during the call, and
 * @high: the last
 * @from: a moment before the call
 * @to: a moment after it
 */
struct call {
	unsigned int caller;
	unsigned int low;
	unsigned int high;
	struct model_moment from;
	struct model_moment to;
};

/**
 * struct question - about a card
 * @index: of its number
 * @start: of its validity, in days from 1984-01-01; -1: not given
 * @why: it cannot be asked
 */
struct question {
	uint32_t index;
	int start;
	enum idrevoke_why why;
};

/* For the thread that changes what is in force. */
void history_start(void);
const struct edition *history_newest(void);
struct edition *history_next(void);
void edition_set(struct edition *edition, uint32_t index, struct model_value value);
void history_begin(void);
void history_end(void);

/* For those who ask. */
void call_begin(struct call *call);
void call_end(struct call *call);
void call_judged(struct call *call);
const struct edition *history_edition(unsigned int number);
bool history_answered(const struct call *call, unsigned int *named,
		      const struct question *question, const struct idrevoke_check *answer);
bool history_informed(const struct call *call, unsigned int *named,
		      const struct idrevoke_info *info);
bool history_verified(const struct call *call, unsigned int *named, int error,
		      const struct wire_reply *reply);

#endif
