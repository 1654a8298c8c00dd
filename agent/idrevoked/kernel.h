/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's side of the agent: is the module there, what does it hold. */
#ifndef IDREVOKED_KERNEL_H
#define IDREVOKED_KERNEL_H

#include <systemd/sd-event.h>

#include "../lib/feed.h"
#include "../lib/merge.h"
#include "../lib/netlink.h"

struct kernel;

/* Called when the module came or went, or its list changed. */
typedef void (*kernel_changed_t)(void *userdata);

/**
 * kernel_new() - subscribe to what happens in the kernel
 * @kernel: out
 * @event: the loop
 * @changed: called from the loop
 * @userdata: passed to @changed
 *
 * Return: 0 or a negative errno.
 */
int kernel_new(struct kernel **kernel, sd_event *event, kernel_changed_t changed,
	       void *userdata);

/**
 * kernel_free() - unsubscribe; aborts a transaction
 * @kernel: what kernel_new() gave, or NULL
 */
void kernel_free(struct kernel *kernel);

/**
 * kernel_status() - ask what is in force
 * @kernel: the kernel
 * @status: out
 *
 * Return: 0; -ENOENT if the module is not loaded; or another negative errno,
 * which was logged.
 */
int kernel_status(struct kernel *kernel, struct idrevoke_status *status);

/**
 * kernel_push() - one whole transaction
 * @kernel: the kernel
 * @merge: its records
 * @latest: what the issuer says of the list that results
 *
 * Return: 0; -EUCLEAN: the records cannot be read to their end; or the kernel's
 * negative errno. What went wrong was logged.
 */
int kernel_push(struct kernel *kernel, struct idrevoke_merge *merge,
		const struct idrevoke_latest *latest);

/**
 * kernel_confirm() - pass on that the issuer vouches again
 * @kernel: the kernel
 * @latest: what it says
 *
 * Return: 0 or a negative errno, which was logged.
 */
int kernel_confirm(struct kernel *kernel, const struct idrevoke_latest *latest);

#endif /* IDREVOKED_KERNEL_H */
