/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the agent counts, and the text that tells it (OpenMetrics 1.0). Counting is
 * one line where something happens; what is in force is asked for when somebody
 * wants to know. idrevoked(8) lists the metrics.
 */
#ifndef IDREVOKED_METRICS_H
#define IDREVOKED_METRICS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "../lib/feed.h"
#include "../lib/netlink.h"
#include "cause.h"

/**
 * enum metrics_counter - what is counted since the start, beside failures of the feed
 * @METRICS_SNAPSHOT_BYTES: fetched, as they are stored
 * @METRICS_DELTA_BYTES: the same, of deltas
 * @METRICS_SNAPSHOTS: came in force
 * @METRICS_DELTAS: the same, of deltas
 * @METRICS_SNAPSHOTS_FAILED: did not
 * @METRICS_DELTAS_FAILED: the same, of deltas
 * @METRICS_CONFIRMATIONS: were passed on to the kernel
 * @METRICS_CONFIRMATIONS_FAILED: were refused by it
 * @METRICS_SAVES: the state directory was brought up to date
 * @METRICS_SAVES_FAILED: it could not be
 * @METRICS_RELOADS: the configuration was read again
 * @METRICS_RELOADS_FAILED: it was refused
 * @METRICS_COUNTERS: how many there are
 */
enum metrics_counter {
	METRICS_SNAPSHOT_BYTES,
	METRICS_DELTA_BYTES,
	METRICS_SNAPSHOTS,
	METRICS_DELTAS,
	METRICS_SNAPSHOTS_FAILED,
	METRICS_DELTAS_FAILED,
	METRICS_CONFIRMATIONS,
	METRICS_CONFIRMATIONS_FAILED,
	METRICS_SAVES,
	METRICS_SAVES_FAILED,
	METRICS_RELOADS,
	METRICS_RELOADS_FAILED,
	METRICS_COUNTERS,
};

/**
 * struct metrics_view - what is not counted but looked at
 * @error: of asking the kernel; -ENOENT: the module is not loaded
 * @status: what it says, without @error
 * @latest: the newest that the issuer signed; NULL: none is known yet
 * @saved: the state directory has it
 */
struct metrics_view {
	int error;
	struct idrevoke_status status;
	const struct idrevoke_latest *latest;
	bool saved;
};

/**
 * metrics_start() - to be called first: the time of the start is one of them
 */
void metrics_start(void);

/**
 * metrics_count() - count one
 * @counter: of what
 */
void metrics_count(enum metrics_counter counter);

/**
 * metrics_add() - count several
 * @counter: of what
 * @more: how many
 */
void metrics_add(enum metrics_counter counter, uint64_t more);

/**
 * metrics_failed() - count a failure of the feed
 * @cause: why
 */
void metrics_failed(enum cause cause);

/**
 * metrics_feed() - keep whether the feed can be had
 * @works: whether it answered the last time it was asked
 */
void metrics_feed(bool works);

/**
 * metrics_write() - write all of them
 * @to: where to
 * @view: what was looked at
 */
void metrics_write(FILE *to, const struct metrics_view *view);

#endif /* IDREVOKED_METRICS_H */
