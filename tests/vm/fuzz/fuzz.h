/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the parts of tests/vm/fuzz.c share: the model of what is in force, and of
 * what the kernel must answer. Written from the ABI headers alone.
 */
#ifndef TESTS_VM_FUZZ_H
#define TESTS_VM_FUZZ_H

#include "guest.h"

/* Parameters with which the module is loaded. */
#define FUZZ_MAX_ENTRIES	20000
#define FUZZ_MAX_SKEW		60
#define FUZZ_MAX_VALID_FOR	86400
#define FUZZ_CONFIRM_INTERVAL	60

/* A set of errnos; the empty one is success. */
typedef unsigned __int128 errnos;

#define ERRNO(error)	((errnos)1 << (error))

/* --- chance: the same for the same seed */

extern uint64_t fuzz_state;

uint64_t fuzz_random(void);
uint64_t fuzz_below(uint64_t limit);
bool fuzz_chance(unsigned int percent);
uint64_t fuzz_interesting(void);

/* --- failures: say what happened at which step, and end */

extern uint64_t fuzz_seed, fuzz_step;

void fuzz_fail(const void *bytes, size_t size, const char *format, ...)
	__attribute__((format(printf, 3, 4), noreturn));

/* --- model.c */

/* A statement of the issuer about a list. */
struct statement {
	uint64_t epoch;
	uint64_t version;
	uint64_t count;
	struct guest_digest digest;
};

/**
 * struct model - what the kernel is to have
 * @loaded: a list is in force
 * @list: its statement; zeros without
 * @floor: the newest that was in force
 * @issued: when the issuer vouched
 * @late_at: ns of CLOCK_BOOTTIME
 * @stale_at: likewise
 * @records: what is listed, in order
 * @versions: changes of the version that is in force, so far
 * @vouched: those, and confirmations
 * @owner: port of the socket that has a transaction; 0: none
 * @kind: of the transaction
 * @base: of a delta
 * @begun: epoch and version that it will have, and records announced
 * @received: records that came
 * @staged: they
 */
struct model {
	bool loaded;
	struct statement list;
	struct statement floor;
	uint64_t issued;
	uint64_t late_at;
	uint64_t stale_at;
	struct guest_record records[FUZZ_MAX_ENTRIES];
	uint64_t versions;
	uint64_t vouched;

	uint32_t owner;
	uint32_t kind;
	uint64_t base;
	struct statement begun;
	uint64_t received;
	struct guest_record staged[FUZZ_MAX_ENTRIES];
};

extern struct model model;

uint64_t fuzz_boottime(void);
bool model_result(uint64_t *count, struct guest_digest *digest);
void model_commit(const struct statement *to, uint64_t issued, uint32_t valid_for);
void model_confirm(uint64_t issued, uint32_t valid_for);
void model_flush(void);
void model_begin(uint32_t owner, uint32_t kind, uint64_t base, const struct statement *begun);
void model_end(void);
unsigned int model_states(void);
void model_check(const struct idrevoke_check *asked, const struct idrevoke_check *answer,
		 unsigned int states);

/* --- judge.c */

/**
 * struct sender - who sends
 * @fd: socket; -1: there is none
 * @port: its port
 * @privileged: has CAP_NET_ADMIN
 * @foreign: lives in another network namespace
 * @explained: gets extended acknowledgements
 * @deaf: has a receive buffer that is too small
 */
struct sender {
	int fd;
	uint32_t port;
	bool privileged;
	bool foreign;
	bool explained;
	bool deaf;
};

/**
 * struct judged - what must become of a message
 * @size: bytes until the next one
 * @sequence: nlmsg_seq
 * @acknowledged: an answer was asked for
 * @unknown: for another family: anything may become of it
 * @command: enum idrevoke_cmd
 * @reached: nothing is wrong with its form, so that it can end a transaction
 * @errors: one of them must be the answer
 * @may_succeed: or success, though there are @errors
 * @value: attributes that are integers
 * @to: what COMMIT names
 * @records: IDREVOKE_A_RECORDS
 * @length: bytes of it
 */
struct judged {
	size_t size;
	uint32_t sequence;
	bool acknowledged;
	bool unknown;
	uint8_t command;
	bool reached;
	errnos errors;
	bool may_succeed;
	uint64_t value[IDREVOKE_A_MAX + 1];
	struct statement to;
	const uint8_t *records;
	size_t length;
};

bool judge(const struct sender *sender, const uint8_t *at, size_t left, struct judged *judged);
void judge_apply(const struct sender *sender, const struct judged *judged, int error);

/* --- messages.c */

size_t message_make(const struct sender *sender, uint16_t family, uint8_t *bytes, size_t room,
		    bool mutate);

/* --- senders.c */

void senders_open(void);
void senders_close(void);
struct sender *senders_pick(void);
struct sender *senders_first(void);
void senders_reopen(struct sender *sender);
uint16_t senders_family(void);

/* --- netlink.c */

struct fuzz_tally {
	uint64_t messages;
	uint64_t accepted;
	uint64_t commits;
	uint64_t questions;
	uint64_t listed;
};

extern struct fuzz_tally fuzz_tally;

void netlink_step(void);
void netlink_verify(void);
void netlink_deliver(struct sender *sender, const uint8_t *bytes, size_t size);

/* --- questions.c */

void question_make(struct idrevoke_check *check);

/* --- device.c */

void device_open_all(void);
void device_close_all(void);
void device_step(void);

#endif
