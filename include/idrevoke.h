/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libidrevoke - ask the kernel whether an identity card is revoked
 *
 * A thin layer over /dev/idrevoke that is hard to misuse:
 *
 *   - An answer reads IDREVOKE_UNKNOWN before the kernel is asked, so that no
 *     failed call leaves an old CLEAR behind.
 *   - A function that fails returns a negative errno.
 *   - A handle may be used by any number of threads at once.
 *   - A handle outlives the module: see idrevoke_device_release().
 *   - idrevoke_may_accept() is true only for a card that may be accepted, and
 *     says why otherwise. CLEAR alone is not that: the card may have expired,
 *     or be somebody else's.
 *
 * Questions and answers are those of <linux/idrevoke.h>, which says what each
 * field means. Compile and link with
 *
 *	cc gateway.c $(pkg-config --cflags --libs libidrevoke)
 *
 * and, for a program without shared libraries, with pkg-config --static.
 *
 * Example
 *
 *	#include <stdio.h>
 *	#include <string.h>
 *	#include <idrevoke.h>
 *
 *	int main(void)
 *	{
 *		const struct idrevoke_policy policy = { .mode = IDREVOKE_MODE_REFUSE };
 *		struct idrevoke_check check = {
 *			.valid_from = 20190412,
 *			.consistency = IDREVOKE_CONSISTENCY_FACE,
 *		};
 *		struct idrevoke_outcome outcome;
 *		struct idrevoke_device *device;
 *		int error = idrevoke_device_open(&device, NULL);
 *
 *		memcpy(check.number, "110101199003078881", sizeof(check.number));
 *		if (!error)
 *			error = idrevoke_device_check(device, &check);
 *		idrevoke_device_close(device);
 *		if (error)
 *			fprintf(stderr, "not asked: %s\n", strerror(-error));
 *
 *		if (idrevoke_may_accept(&check, 20390412, idrevoke_today(),
 *					&policy, &outcome))
 *			puts("Welcome!");
 *		printf("%s, %s: %s\n", idrevoke_decision_name(outcome.decision),
 *		       idrevoke_ground_name(outcome.ground),
 *		       idrevoke_ground_text(outcome.ground));
 *		return outcome.decision != IDREVOKE_DECISION_ACCEPT;
 *	}
 */
#ifndef IDREVOKE_H
#define IDREVOKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <linux/idrevoke.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Asking
 * ------
 */

/* A handle. */
struct idrevoke_device;

/**
 * idrevoke_device_open() - get a handle for asking
 * @device: out: the handle; NULL on failure
 * @path: the device, NULL for IDREVOKE_DEVICE
 *
 * After fork(2), parent and child have a handle each, and each holds the module.
 * The handle has two descriptors, which exec(2) closes; what closes descriptors
 * that it did not open (as some do to become a daemon) must come before.
 *
 * Return: 0; -ENOENT or -ENODEV: the module is not loaded; -EACCES: the caller
 * is not in the device's group; -ENOMEM; or what else open(2) gives.
 */
int idrevoke_device_open(struct idrevoke_device **device, const char *path);

/**
 * idrevoke_device_open_later() - get a handle, though there may be no module yet
 * @device: out: the handle; NULL on failure
 * @path: the device, NULL for IDREVOKE_DEVICE
 *
 * For a service that may start before the module is loaded. The handle is as one
 * that was released: the next call that asks opens the device, and returns what
 * idrevoke_device_open() would, -ENOENT as long as the module is not loaded.
 *
 * Return: 0, -ENOMEM, -EMFILE or -ENFILE.
 */
int idrevoke_device_open_later(struct idrevoke_device **device, const char *path);

/**
 * idrevoke_device_close() - give a handle back
 * @device: the handle, or NULL; no other thread may be using it
 */
void idrevoke_device_close(struct idrevoke_device *device);

/**
 * idrevoke_device_release() - let the module go, but keep the handle
 * @device: the handle
 *
 * An open device keeps the module from being unloaded. This closes it; the next
 * call that asks opens it again, in the module that is loaded then. So a service
 * that lets the module be replaced calls this and does not ask until that is
 * done; then it asks as before.
 *
 * This does not wait for other threads that are in the middle of calls. Those end
 * as usual; each holds the module until then, so unloading it may still fail
 * (EBUSY), but none opens the device for later calls. Waits end at once with
 * -ECANCELED.
 *
 * Return: 0, or a negative errno of dup3(2).
 */
int idrevoke_device_release(struct idrevoke_device *device);

/**
 * idrevoke_device_check() - ask about one card
 * @device: the handle
 * @check: the question, filled in by the caller; out: the answer
 *
 * Return: 0 and the answer; or a negative errno, and the answer reads UNKNOWN:
 * -EINVAL: an unknown flag or consistency, or reserved is not zero; -ENOTTY:
 * the device is another one; where the device was released, also what
 * idrevoke_device_open() gives.
 */
int idrevoke_device_check(struct idrevoke_device *device, struct idrevoke_check *check);

/**
 * idrevoke_device_check_batch() - ask about many cards
 * @device: the handle
 * @checks: @count questions; out: their answers
 * @count: how many, without limit
 *
 * A question that is no question spoils only itself; it is answered UNKNOWN.
 *
 * Return: how many were answered, from the first on; the answers of the others
 * read UNKNOWN. A negative errno, as above, if none was.
 */
ssize_t idrevoke_device_check_batch(struct idrevoke_device *device,
				    struct idrevoke_check *checks, size_t count);

/**
 * idrevoke_device_info() - which list is in force
 * @device: the handle
 * @info: out: the answer, all zero (NOT_READY) on failure
 *
 * Return: 0 or a negative errno, as above.
 */
int idrevoke_device_info(struct idrevoke_device *device, struct idrevoke_info *info);

/**
 * idrevoke_device_wait() - wait until state or version change
 * @device: the handle
 * @info: what the caller has seen last (all zero: nothing); out: what is in
 *	force now
 * @timeout_ms: how long to wait at most; 0: not at all; negative: for ever
 *
 * Compares with what the caller has seen, so that no change is missed between
 * two calls, whatever other threads do. Holds the module while it waits.
 *
 * Return: 1: epoch, version or state differ from @info, which is renewed; 0: the
 * time is over, @info is renewed; or a negative errno, and @info is as it was:
 * -EINTR: a signal was handled; -ECANCELED: another thread called
 * idrevoke_device_release(); -ENOENT or -ENODEV: the module is not loaded.
 */
int idrevoke_device_wait(struct idrevoke_device *device, struct idrevoke_info *info,
			 int timeout_ms);

/*
 * Deciding
 * --------
 *
 * Dates are the calendar days printed on cards, as the decimal number YYYYMMDD
 * (12 April 2019: 20190412). No time zone enters them.
 */

/* The end of validity of a card that is valid for good (the card says so in
 * words, where others have a date).
 */
#define IDREVOKE_LONG_TERM	99991231U

/**
 * enum idrevoke_mode - what a site does about a card that is listed
 * @IDREVOKE_MODE_REFER: it refers the customer. Zero, and so the mode of a
 *	policy that was only zeroed.
 * @IDREVOKE_MODE_REFUSE: it refuses the card.
 * @IDREVOKE_MODE_OBSERVE: it is trying out the list: everything is accepted, as
 *	before; idrevoke_outcome.would tells what REFUSE would do.
 */
enum idrevoke_mode {
	IDREVOKE_MODE_REFER	= 0,
	IDREVOKE_MODE_REFUSE	= 1,
	IDREVOKE_MODE_OBSERVE	= 2,
};

/* idrevoke_policy.tolerate */

/* Accept a card of which the end of validity is not known. For a site that
 * looks at it by other means.
 */
#define IDREVOKE_TOLERATE_END_UNKNOWN		(1U << 0)
/* Accept a card of which it was not established that the person who presents
 * it is the holder.
 */
#define IDREVOKE_TOLERATE_HOLDER_UNKNOWN	(1U << 1)

/**
 * struct idrevoke_policy - how a site decides
 * @mode: one of enum idrevoke_mode
 * @tolerate: IDREVOKE_TOLERATE_*
 * @reserved: must be zero
 *
 * All zero is the cautious one: listed cards are referred, nothing is tolerated.
 */
struct idrevoke_policy {
	uint32_t mode;
	uint32_t tolerate;
	uint32_t reserved[2];
};

/**
 * enum idrevoke_decision - what a window does
 * @IDREVOKE_DECISION_REFER: neither accept nor refuse: ask again, or let somebody
 *	look into it, as the ground says. Zero on purpose: memory that nobody
 *	wrote must not read as ACCEPT.
 * @IDREVOKE_DECISION_ACCEPT: go on.
 * @IDREVOKE_DECISION_REFUSE: do not accept the card; the ground is confirmed.
 */
enum idrevoke_decision {
	IDREVOKE_DECISION_REFER		= 0,
	IDREVOKE_DECISION_ACCEPT	= 1,
	IDREVOKE_DECISION_REFUSE	= 2,
};

/**
 * enum idrevoke_ground - what a decision rests on
 * @IDREVOKE_GROUND_NONE: nothing was decided.
 * @IDREVOKE_GROUND_CLEAR: nothing speaks against the card.
 * @IDREVOKE_GROUND_POLICY: the policy has an unknown mode or flag, or reserved is
 *	not zero.
 * @IDREVOKE_GROUND_MISMATCH: the person is not the holder.
 * @IDREVOKE_GROUND_REVOKED: the card is listed.
 * @IDREVOKE_GROUND_TODAY: @today is no calendar day, or is before the day on which
 *	the issuer vouched for the list: a clock is wrong.
 * @IDREVOKE_GROUND_DATES: a printed date is no calendar day from 1984-01-01 to
 *	2163-06-05, or the end is before the start.
 * @IDREVOKE_GROUND_MALFORMED: there is no such number.
 * @IDREVOKE_GROUND_EXPIRED: the printed end of validity is past.
 * @IDREVOKE_GROUND_AMBIGUOUS: the number is listed, and perhaps the card.
 * @IDREVOKE_GROUND_NOT_READY: there is no list.
 * @IDREVOKE_GROUND_STALE: the list is too old.
 * @IDREVOKE_GROUND_UNSUPPORTED: another kind of document.
 * @IDREVOKE_GROUND_THROTTLED: this user may not be told more. The number is listed.
 * @IDREVOKE_GROUND_UNANSWERED: the call failed, or was never made; or the answer
 *	is none that this library understands.
 * @IDREVOKE_GROUND_PERSON: the holder impersonates others.
 * @IDREVOKE_GROUND_NOT_YET_VALID: the printed start of validity is to come.
 * @IDREVOKE_GROUND_END_UNKNOWN: the end of validity was not given.
 * @IDREVOKE_GROUND_HOLDER_UNKNOWN: whether the person is the holder was not
 *	established.
 */
enum idrevoke_ground {
	IDREVOKE_GROUND_NONE		= 0,
	IDREVOKE_GROUND_CLEAR		= 1,
	IDREVOKE_GROUND_POLICY		= 2,
	IDREVOKE_GROUND_MISMATCH	= 3,
	IDREVOKE_GROUND_REVOKED		= 4,
	IDREVOKE_GROUND_TODAY		= 5,
	IDREVOKE_GROUND_DATES		= 6,
	IDREVOKE_GROUND_MALFORMED	= 7,
	IDREVOKE_GROUND_EXPIRED		= 8,
	IDREVOKE_GROUND_AMBIGUOUS	= 9,
	IDREVOKE_GROUND_NOT_READY	= 10,
	IDREVOKE_GROUND_STALE		= 11,
	IDREVOKE_GROUND_UNSUPPORTED	= 12,
	IDREVOKE_GROUND_THROTTLED	= 13,
	IDREVOKE_GROUND_UNANSWERED	= 14,
	IDREVOKE_GROUND_PERSON		= 15,
	IDREVOKE_GROUND_NOT_YET_VALID	= 16,
	IDREVOKE_GROUND_END_UNKNOWN	= 17,
	IDREVOKE_GROUND_HOLDER_UNKNOWN	= 18,
};

/**
 * struct idrevoke_outcome - a decision and what it rests on
 * @decision: one of enum idrevoke_decision
 * @ground: one of enum idrevoke_ground
 * @would: one of enum idrevoke_decision: the same as @decision; where @observed
 *	is 1, what it would be in IDREVOKE_MODE_REFUSE
 * @observed: 1: the mode is IDREVOKE_MODE_OBSERVE, and @decision says no more
 *	than that; 0: it is not
 */
struct idrevoke_outcome {
	uint32_t decision;
	uint32_t ground;
	uint32_t would;
	uint32_t observed;
};

/**
 * idrevoke_may_accept() - decide about a card by all that is known of it
 * @check: the question as it was asked, and its answer; also of a call that
 *	failed. The number is not looked at: it may be wiped.
 * @valid_to: the printed end of validity; IDREVOKE_LONG_TERM; 0: not known
 * @today: what day it is where the card is presented. A server in another time
 *	zone than its windows must not take its own: see idrevoke_today().
 * @policy: the site's
 * @outcome: out: the decision
 *
 * The first line that applies is the ground, and decides:
 *
 *					    in mode REFER	in mode REFUSE
 *	POLICY		not understood		refer		refer
 *	MISMATCH	consistency MISMATCH	refuse		refuse
 *	REVOKED		verdict REVOKED		refer		refuse
 *	TODAY		not plausible		refer		refer
 *	DATES		not plausible		refer		refer
 *	MALFORMED	UNKNOWN, MALFORMED	refuse		refuse
 *	EXPIRED		valid_to before today	refuse		refuse
 *	AMBIGUOUS	verdict AMBIGUOUS	refer		refer
 *	NOT_READY	UNKNOWN, NOT_READY	refer		refer
 *	STALE		UNKNOWN, STALE		refer		refer
 *	UNSUPPORTED	UNKNOWN, UNSUPPORTED	refer		refer
 *	THROTTLED	UNKNOWN, THROTTLED	refer		refer
 *	UNANSWERED	any other answer	refer		refer
 *	PERSON		CLEAR, flag PERSON	refer		refer
 *	NOT_YET_VALID	valid_from after today	refer		refer
 *	END_UNKNOWN	valid_to 0 (*)		refer		refer
 *	HOLDER_UNKNOWN	consistency NONE (*)	refer		refer
 *	CLEAR		verdict CLEAR		accept		accept
 *
 * (*) Unless the policy tolerates it.
 *
 * In mode OBSERVE the decision is ACCEPT in each line but the first, @observed is
 * 1, and @would is what stands under REFUSE.
 *
 * A list that is LATE is in force, for CLEAR as well. REVOKED is confirmed also on
 * a list that is STALE. A card is valid on the day that is printed as its end. That day
 * is always in the calendar: a card that was issued on 29 February ends on 1 March
 * in a common year (GA 214.8-2004, 4.2).
 *
 * Return: true if @outcome->decision is IDREVOKE_DECISION_ACCEPT. Never fails.
 */
bool idrevoke_may_accept(const struct idrevoke_check *check, uint32_t valid_to, uint32_t today,
			 const struct idrevoke_policy *policy, struct idrevoke_outcome *outcome);

/**
 * idrevoke_today() - what day it is here
 *
 * By the machine's clock and the process's time zone (TZ, /etc/localtime), as read
 * when the process first used it: right for a window whose computer asks by
 * itself, wrong for a server elsewhere.
 *
 * Return: the day as YYYYMMDD; 0, which idrevoke_may_accept() refers, if the clock
 * cannot be read.
 */
uint32_t idrevoke_today(void);

/*
 * Names
 * -----
 *
 * They never change, so that they may be logged and stored.
 */

/**
 * idrevoke_verdict_name() - the name of an enum idrevoke_verdict
 * @verdict: a value, known or not
 *
 * Return: "CLEAR" for IDREVOKE_CLEAR and so on; "?" for one that this library
 * does not know. The same holds for the functions that follow.
 */
const char *idrevoke_verdict_name(uint32_t verdict);

/**
 * idrevoke_why_name() - the name of an enum idrevoke_why
 * @why: a value, known or not
 *
 * Return: "MALFORMED" for IDREVOKE_WHY_MALFORMED and so on.
 */
const char *idrevoke_why_name(uint32_t why);

/**
 * idrevoke_reason_name() - the name of an enum idrevoke_reason
 * @reason: a value, known or not
 *
 * Return: "lost" for IDREVOKE_REASON_LOST and so on.
 */
const char *idrevoke_reason_name(uint32_t reason);

/**
 * idrevoke_state_name() - the name of an enum idrevoke_state
 * @state: a value, known or not
 *
 * Return: "CURRENT" for IDREVOKE_STATE_CURRENT and so on.
 */
const char *idrevoke_state_name(uint32_t state);

/**
 * idrevoke_decision_name() - the name of an enum idrevoke_decision
 * @decision: a value, known or not
 *
 * Return: "REFER" for IDREVOKE_DECISION_REFER and so on.
 */
const char *idrevoke_decision_name(uint32_t decision);

/**
 * idrevoke_ground_name() - the name of an enum idrevoke_ground
 * @ground: a value, known or not
 *
 * Return: "EXPIRED" for IDREVOKE_GROUND_EXPIRED and so on.
 */
const char *idrevoke_ground_name(uint32_t ground);

/**
 * idrevoke_ground_text() - a ground, in a sentence for people
 * @ground: a value, known or not
 *
 * For the clerk at a window, not for the customer. The wording may change.
 *
 * Return: one English sentence of less than 80 characters; "?" for an unknown
 * value.
 */
const char *idrevoke_ground_text(uint32_t ground);

#ifdef __cplusplus
}
#endif

#endif /* IDREVOKE_H */
