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
 *
 * Questions and answers are those of <linux/idrevoke.h>, which says what each
 * field means. Accept a card only on IDREVOKE_CLEAR.
 *
 * Example
 *
 *	struct idrevoke_device *device;
 *	struct idrevoke_check check = { .valid_from = 20190412 };
 *	bool accept = false;
 *
 *	if (idrevoke_device_open(&device, NULL) == 0) {
 *		memcpy(check.number, "110101199003078881", 18);
 *		accept = idrevoke_device_check(device, &check) == 0 &&
 *			 check.verdict == IDREVOKE_CLEAR;
 *		idrevoke_device_close(device);
 *	}
 */
#ifndef IDREVOKE_H
#define IDREVOKE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <linux/idrevoke.h>

#ifdef __cplusplus
extern "C" {
#endif

struct idrevoke_device;

/**
 * idrevoke_device_open() - get a handle for asking
 * @device: out: the handle; NULL on failure
 * @path: the device, NULL for IDREVOKE_DEVICE
 *
 * Return: 0; -ENOENT or -ENODEV: the module is not loaded; -EACCES: the caller
 * is not in the device's group; -ENOMEM; or what else open(2) gives.
 */
int idrevoke_device_open(struct idrevoke_device **device, const char *path);

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
 * call that asks opens it again, in the module that is loaded then. Calls that
 * other threads have under way end first.
 *
 * Return: 0, or a negative errno of eventfd(2).
 */
int idrevoke_device_release(struct idrevoke_device *device);

/**
 * idrevoke_device_check() - ask about one card
 * @device: the handle
 * @check: the question, filled in by the caller; out: the answer
 *
 * Return: 0 and the answer; or a negative errno, and the answer reads UNKNOWN:
 * -EINVAL: an unknown flag or consistency, or reserved is not zero; -ENOENT or
 * -ENODEV: the module is not loaded (any more).
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
 * read UNKNOWN. A negative errno if none was.
 */
ssize_t idrevoke_device_check_batch(struct idrevoke_device *device,
				    struct idrevoke_check *checks, size_t count);

/**
 * idrevoke_device_info() - which list is in force
 * @device: the handle
 * @info: out: the answer, all zero (NOT_READY) on failure
 *
 * Return: 0 or a negative errno.
 */
int idrevoke_device_info(struct idrevoke_device *device, struct idrevoke_info *info);

/**
 * idrevoke_device_wait() - wait until state or version change
 * @device: the handle
 * @info: what the caller has seen last (all zero: nothing); out: what is in
 *	force now
 * @timeout_ms: how long to wait at most, -1: for ever
 *
 * Compares with what the caller has seen, so that no change is missed between
 * two calls, whatever other threads do. Keeps the module loaded while it waits.
 *
 * Return: 1: epoch, version or state differ from @info, which is renewed; 0: the
 * time is over, @info is renewed; or a negative errno, and @info is as it was:
 * -EINTR: a signal was handled.
 */
int idrevoke_device_wait(struct idrevoke_device *device, struct idrevoke_info *info,
			 int timeout_ms);

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

#ifdef __cplusplus
}
#endif

#endif /* IDREVOKE_H */
