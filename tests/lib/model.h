/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a list says of a card, and for how long: the rules once more, written from
 * the ABI headers and the manual page alone. It shares no code with kmod/ or
 * agent/: what both say is right, or was misread twice.
 */
#ifndef TESTS_LIB_MODEL_H
#define TESTS_LIB_MODEL_H

#include "guest.h"

/* The limits of a module that is judged by this: parameters of insmod. */
#define MODEL_CONFIRM_INTERVAL	1000
#define MODEL_MAX_VALID_FOR	86400

/**
 * struct model_value - what is recorded of one number; all zero: it is not listed
 * @through: days from 1984-01-01, or IDREVOKE_THROUGH_ALL
 * @reason: enum idrevoke_reason
 * @flags: IDREVOKE_RECORD_*
 */
struct model_value {
	uint16_t through;
	uint8_t reason;
	uint8_t flags;
};

/**
 * struct model_moment - a moment by the two clocks that the kernel goes by
 * @coarse: of the last tick since boot, in ns
 * @wall: of day, in ns since 1970 UTC
 */
struct model_moment {
	uint64_t coarse;
	uint64_t wall;
};

/**
 * struct model_statement - what the issuer said of a list, and when it was taken
 * @issued: when the issuer vouched, in seconds since 1970 UTC
 * @valid_for: and for how many seconds
 * @before: a moment before the kernel took it
 * @after: a moment after that
 */
struct model_statement {
	uint64_t issued;
	uint32_t valid_for;
	struct model_moment before;
	struct model_moment after;
};

bool model_listed(struct model_value value);
struct guest_record model_record(uint64_t number, struct model_value value);
void model_judge(struct model_value value, enum idrevoke_why why, int start,
		 enum idrevoke_state state, struct idrevoke_check *answer);
struct model_moment model_now(void);
unsigned int model_states_within(const struct model_statement *statement,
				 const struct model_moment *from, const struct model_moment *to);
bool model_fresh_for(const struct model_statement *statement, const struct model_moment *from,
		     const struct model_moment *to, uint64_t fresh_ms);

#endif
