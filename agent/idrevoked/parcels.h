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
struct lost;

/**
 * typedef parcels_arrived_t - called when a payload arrived, or did not
 * @userdata: as given in struct parcels
 * @named: which
 * @error: 0 or a negative errno, which was logged: as of fetch_done_t
 */
typedef void (*parcels_arrived_t)(void *userdata, const struct idrevoke_feed_payload *named,
				  int error);

/**
 * struct parcels - payloads; all zero but for these before the first use:
 * @state: the state directory
 * @arrived: called from the loop
 * @userdata: passed to @arrived
 * @fetch: where payloads come from; NULL: nothing is fetched. To be set by
 *	parcels_reroute().
 * @first: those that are on their way, or here but not in the state directory
 * @lost: those in the state directory that cannot be used, and are not taken as here
 * @disk_trouble: everything is kept in memory
 */
struct parcels {
	struct state *state;
	parcels_arrived_t arrived;
	void *userdata;
	struct fetch *fetch;
	struct parcel *first;
	struct lost *lost;
	bool disk_trouble;
};

/**
 * parcels_reroute() - fetch from elsewhere, and forget what is on its way
 * @parcels: the payloads
 * @fetch: where to fetch from now on; the one before is gone already
 */
void parcels_reroute(struct parcels *parcels, struct fetch *fetch);

/**
 * parcels_here() - whether all is here that is needed to get to a version
 * @parcels: the payloads
 * @latest: which names the version and the payloads
 * @from: a version from which the deltas reach; 0: from nothing
 */
bool parcels_here(struct parcels *parcels, const struct idrevoke_latest *latest, uint64_t from);

/**
 * parcels_obtain() - the same, and start to fetch what is missing
 * @parcels: the payloads
 * @latest: which names the version and the payloads
 * @from: a version from which the deltas reach; 0: from nothing
 *
 * Return: 1: all of it is here; 0: not yet; or a negative errno.
 */
int parcels_obtain(struct parcels *parcels, const struct idrevoke_latest *latest,
		   uint64_t from);

/**
 * parcels_open() - open a payload that is here
 * @parcels: the payloads
 * @named: which
 * @verified: out: it is known to be what the issuer signed, since it came just now
 *
 * Return: the file, at its beginning; NULL and errno.
 */
FILE *parcels_open(struct parcels *parcels, const struct idrevoke_feed_payload *named,
		   bool *verified);

/**
 * parcels_drop() - do without a payload that cannot be used, until another one comes
 * @parcels: the payloads
 * @named: which
 * @damaged: it is not what the issuer signed, and is thrown away; or it cannot be read
 * @why: what is wrong with it, for the log
 */
void parcels_drop(struct parcels *parcels, const struct idrevoke_feed_payload *named,
		  bool damaged, const char *why);

/**
 * parcels_store() - write payloads to the state directory, one or a part at a time
 * @parcels: the payloads
 * @latest: which names those that are to be written
 *
 * Return: 1: there is more to be written; 0: all has been; or a negative errno.
 */
int parcels_store(struct parcels *parcels, const struct idrevoke_latest *latest);

/**
 * parcels_retain() - forget what is not needed any more
 * @parcels: the payloads
 * @one: names what is needed
 * @other: as well
 */
void parcels_retain(struct parcels *parcels, const struct idrevoke_latest *one,
		    const struct idrevoke_latest *other);

/**
 * parcels_free() - forget all of them
 * @parcels: the payloads
 */
void parcels_free(struct parcels *parcels);

#endif /* IDREVOKED_PARCELS_H */
