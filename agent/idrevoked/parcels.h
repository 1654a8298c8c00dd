/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Payloads that the agent has or fetches. What comes in is verified; deltas are
 * kept in memory until there is time to write them, snapshots go to the state
 * directory at once, unless there is no room on the disk.
 */
#ifndef IDREVOKED_PARCELS_H
#define IDREVOKED_PARCELS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "../lib/feed.h"
#include "fetch.h"
#include "state.h"

struct parcel;

/**
 * typedef parcels_arrived_t - called when a payload arrived, or did not
 * @userdata: as given in struct parcels
 * @error: 0 or a negative errno, which was logged
 */
typedef void (*parcels_arrived_t)(void *userdata, int error);

/**
 * struct parcels - payloads; all zero but for these before the first use:
 * @state: the state directory
 * @arrived: called from the loop
 * @userdata: passed to @arrived
 * @fetch: where payloads come from; NULL: nothing is fetched. To be set by
 *	parcels_reroute().
 * @first: those that are on their way, or here but not in the state directory
 * @disk_full: everything is kept in memory
 */
struct parcels {
	struct state *state;
	parcels_arrived_t arrived;
	void *userdata;
	struct fetch *fetch;
	struct parcel *first;
	bool disk_full;
};

/**
 * parcels_reroute() - fetch from elsewhere, and forget what is on its way
 * @parcels: the payloads
 * @fetch: where to fetch from now on; the one before is gone already
 */
void parcels_reroute(struct parcels *parcels, struct fetch *fetch);

/**
 * parcels_obtain() - what is needed to get to the newest version
 * @parcels: the payloads
 * @latest: which names the payloads
 * @from: a version from which the deltas reach; 0: from nothing
 *
 * Starts to fetch what is missing.
 *
 * Return: whether all of it is here.
 */
bool parcels_obtain(struct parcels *parcels, const struct idrevoke_latest *latest,
		    uint64_t from);

/**
 * parcels_open() - an idrevoke_mirror_open_t: open a payload that is here
 * @parcels: the payloads
 * @named: which
 *
 * Return: the file, at its beginning; NULL and errno.
 */
FILE *parcels_open(void *parcels, const struct idrevoke_feed_payload *named);

/**
 * parcels_store() - write all that is here to the state directory
 * @parcels: the payloads
 *
 * Return: 0 or a negative errno.
 */
int parcels_store(struct parcels *parcels);

/**
 * parcels_drop() - throw away what turned out to be unreadable
 * @parcels: the payloads
 * @latest: which names them
 */
void parcels_drop(struct parcels *parcels, const struct idrevoke_latest *latest);

/**
 * parcels_free() - forget all of them
 * @parcels: the payloads
 */
void parcels_free(struct parcels *parcels);

#endif /* IDREVOKED_PARCELS_H */
