/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keeps the kernel's list, and the state directory, equal to the feed. */
#ifndef IDREVOKED_SYNC_H
#define IDREVOKED_SYNC_H

#include <systemd/sd-event.h>

#include "config.h"
#include "metrics.h"

struct sync;

/**
 * sync_new() - open the state directory and put its list in force
 * @sync: out
 * @event: the loop, which does the rest
 * @config: outlives it
 *
 * Return: 0 or a negative errno, which was logged.
 */
int sync_new(struct sync **sync, sd_event *event, const struct config *config);

/**
 * sync_reconfigure() - go on with another configuration
 * @sync: what sync_new() gave
 * @config: outlives @sync; its state directory is the same
 *
 * Return: 0; or a negative errno, which was logged, and all is as it was.
 */
int sync_reconfigure(struct sync *sync, const struct config *config);

/**
 * sync_view() - look at what is in force, and at what should be
 * @sync: what sync_new() gave
 * @view: out; as long as nothing else is done to @sync
 */
void sync_view(struct sync *sync, struct metrics_view *view);

/**
 * sync_free() - stop
 * @sync: what sync_new() gave, or NULL
 */
void sync_free(struct sync *sync);

#endif /* IDREVOKED_SYNC_H */
