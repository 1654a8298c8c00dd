/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the service manager is told: sd_notify(3). All of it does nothing where
 * nobody listens.
 */
#ifndef IDREVOKED_SERVICE_H
#define IDREVOKED_SERVICE_H

#include "../lib/netlink.h"

/**
 * service_ready() - it runs, or runs on with a configuration that was read again
 *
 * Says nothing of the list: that may still be on its way.
 */
void service_ready(void);

/**
 * service_reloading() - it reads its configuration; service_ready() follows
 */
void service_reloading(void);

/**
 * service_stopping() - it ends
 */
void service_stopping(void);

/**
 * service_list() - what the kernel holds, whenever it was looked at
 * @error: of asking it; -ENOENT: the module is not loaded
 * @status: what it says, without @error
 *
 * Logs a list that is late or stale, and its becoming current again.
 */
void service_list(int error, const struct idrevoke_status *status);

/**
 * service_feed() - whether the feed can be had, whenever it was asked
 * @why: why not; NULL: it can
 *
 * Tells the metrics as well.
 */
void service_feed(const char *why);

#endif /* IDREVOKED_SERVICE_H */
