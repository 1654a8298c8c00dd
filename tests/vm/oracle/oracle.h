/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parts of tests/vm/oracle.c share. */
#ifndef TESTS_VM_ORACLE_H
#define TESTS_VM_ORACLE_H

#include "history.h"
#include "random.h"

#define ANYTHING	(-1)	/* a state */

extern uint64_t oracle_state;	/* of the random numbers */
extern struct wire oracle_wire;
extern struct wire_reply oracle_reply;

static inline uint32_t below(uint32_t end)
{
	return random_below(&oracle_state, end);
}

/* --- statements.c */

void vouch_long(struct edition *edition);
void vouch_late(struct edition *edition);
void vouch_somehow(struct edition *edition);

/* A fault was found with which there is no going on. */
#define stop(...) \
	do { \
		ok(false, __VA_ARGS__); \
		bail_out("nothing further makes sense"); \
	} while (0)

/* --- commits.c */

void deliver(const struct edition *next, bool is_snapshot, uint32_t missing);
void must_call(const struct wire_message *message);
void commit(struct edition *next, bool is_snapshot);
void commit_next(struct edition *next);
void see(int wanted);

/* --- changes.c */

void change_list(void);
void say_again(void);
void list_nobody(void);
void grow_old(void);
void become_late(void);
void confirm(void);
void flush(void);
void repeat(void);

/* --- refusals.c */

extern unsigned int not_refused;

void abort_it(void);
void hang_up(void);
void commit_wrongly(void);
void vouch_wrongly(void);
void go_back(void);

#endif
