/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's side of the agent: is the module there, what does it hold. */
#ifndef IDREVOKED_KERNEL_H
#define IDREVOKED_KERNEL_H

#include <stdbool.h>
#include <systemd/sd-event.h>

#include "../lib/feed.h"
#include "../lib/netlink.h"

struct kernel;

/**
 * typedef kernel_changed_t - called when the module came or went, or its list changed
 * @userdata: as given to kernel_new()
 * @appeared: it was loaded
 */
typedef void (*kernel_changed_t)(void *userdata, bool appeared);

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
 * kernel_free() - unsubscribe
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
 * kernel_borrow() - take the connection away, for a transaction
 * @kernel: the kernel, which makes itself another when it needs one
 * @link: out: for the caller to close or to return
 *
 * Return: 0 or a negative errno, which was logged.
 */
int kernel_borrow(struct kernel *kernel, struct idrevoke_netlink **link);

/**
 * kernel_return() - give back a connection on which nothing is under way
 * @kernel: the kernel
 * @link: of kernel_borrow()
 */
void kernel_return(struct kernel *kernel, struct idrevoke_netlink *link);

/**
 * statement_of() - what the issuer vouches for, as the kernel takes it
 * @latest: as latest has it
 */
struct idrevoke_statement statement_of(const struct idrevoke_latest *latest);

/**
 * kernel_confirm() - pass on that the issuer vouches again
 * @kernel: the kernel
 * @latest: what it says
 *
 * Return: 0 or a negative errno, which was logged.
 */
int kernel_confirm(struct kernel *kernel, const struct idrevoke_latest *latest);

#endif /* IDREVOKED_KERNEL_H */
