/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Threads that ask all the time, and have every answer judged by the history: card
 * by card, in batches, by poll and INFO, and by VERIFY.
 */
#ifndef TESTS_LIB_ASKERS_H
#define TESTS_LIB_ASKERS_H

#include "history.h"

/**
 * enum asker - the threads
 * @ASKER_SINGLE: IDREVOKE_IOC_CHECK
 * @ASKER_BATCH: IDREVOKE_IOC_CHECK_BATCH
 * @ASKER_POLL: poll(2), then IDREVOKE_IOC_INFO
 * @ASKER_VERIFY: IDREVOKE_CMD_VERIFY
 */
enum asker {
	ASKER_SINGLE,
	ASKER_BATCH,
	ASKER_POLL,
	ASKER_VERIFY,
	ASKERS,
};

/**
 * struct asked - what a thread has asked so far; to be read by others as well
 * @calls: calls
 * @answers: answers in them
 * @wrong: of these, those that no edition gives
 * @overlapping: calls during which something else came in force
 * @counters: checks by their answer, as the kernel counts them
 * @late: of these, those that were LATE
 * @hits_while_stale: and those of a list that was stale, and still had the number
 */
struct asked {
	atomic_ullong calls;
	atomic_ullong answers;
	atomic_ullong wrong;
	atomic_ullong overlapping;
	atomic_ullong counters[IDREVOKE_COUNTER_MAX + 1];
	atomic_ullong late;
	atomic_ullong hits_while_stale;
};

extern struct asked asked[ASKERS];

void askers_start(uint64_t seed);
void askers_stop(void);
void askers_watch(uint32_t index);
void askers_have_asked(void);
unsigned long long askers_wrong(void);
bool askers_have_seen(const struct wire_list *list, int state);

#endif
