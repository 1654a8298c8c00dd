/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Brings a version whole into the state directory: fetches what is missing, counts
 * unless it is known already that the files make up the list, writes them, and only
 * then replaces the last good list. In small steps, for idle moments.
 *
 * One version is seen through, or given up, before the next: on a slow line, with a
 * large snapshot and an issuer that publishes often, none would ever be complete
 * otherwise.
 */
#ifndef IDREVOKED_SAVE_H
#define IDREVOKED_SAVE_H

#include <stdbool.h>
#include <stdint.h>

#include "edition.h"
#include "parcels.h"
#include "proof.h"
#include "reading.h"
#include "state.h"

/**
 * struct save - all zero but for these before the first use:
 * @state: the state directory
 * @parcels: the payloads
 * @proof: what is known of them
 * @whole: the version that is to be saved
 * @saved: the last good list, which the state directory has; version 0: none
 * @done: @whole has been saved
 * @leftovers: there may be files in the state directory that nobody names
 * @bad: the files of @whole do not make up its list, which was told
 * @reading: while they are being verified, and
 * @merge: while they are being counted
 * @lineage: of proof_lineage(), for that
 */
struct save {
	struct state *state;
	struct parcels *parcels;
	struct proof *proof;
	struct edition whole;
	struct idrevoke_latest saved;
	bool done;
	bool leftovers;
	bool bad;
	struct reading *reading;
	struct idrevoke_merge *merge;
	uint64_t lineage;
};

/**
 * save_loaded() - begin with what was saved before
 * @save: the struct
 * @edition: what the state directory has
 */
void save_loaded(struct save *save, const struct edition *edition);

/**
 * save_repeated() - the feed's latest is the one that was loaded
 * @save: the struct
 *
 * So it can be told which files are of no use, if a crash has left any.
 */
void save_repeated(struct save *save);

/**
 * save_offer() - there may be a newer version
 * @save: the struct
 * @newest: the newest version; its note may be NULL: there is none
 *
 * Taken if the version before was saved, or if it needs the same snapshot and is
 * not being counted.
 */
void save_offer(struct save *save, const struct edition *newest);

/**
 * save_renew() - the version cannot be had, or not saved, or not put in force
 * @save: the struct
 * @newest: which is taken instead, unless it is the same
 */
void save_renew(struct save *save, const struct edition *newest);

/**
 * save_unusable() - files could not be read to their end
 * @save: the struct
 * @latest: which names them: that of @save->whole or @save->saved
 * @error: of reading.h
 *
 * If one was damaged it will be fetched again. If none is, the issuer made a mistake,
 * and another latest is waited for.
 */
void save_unusable(struct save *save, const struct idrevoke_latest *latest, int error);

/**
 * save_step() - go on
 * @save: the struct
 *
 * Return: 1: there is more to do; 0: it is done, or something has to arrive first;
 * or a negative errno: try again later.
 */
int save_step(struct save *save);

/**
 * save_free() - stop
 * @save: the struct
 */
void save_free(struct save *save);

#endif /* IDREVOKED_SAVE_H */
