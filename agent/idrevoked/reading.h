/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From the files that latest names to the records of its list. What the state
 * directory has is compared with its SHA-256 before anything of it is used, in small
 * steps, since for 10^8 records that takes seconds.
 */
#ifndef IDREVOKED_READING_H
#define IDREVOKED_READING_H

#include "../lib/feed.h"
#include "../lib/merge.h"
#include "parcels.h"

struct reading;

/**
 * reading_new() - open the files
 * @reading: out; NULL on failure
 * @parcels: which has them
 * @latest: which names the version and the files; must stay
 * @from: a version from which a delta shall start; 0: a snapshot
 *
 * Return: 0; -ENODATA: one is missing; or another negative errno. Was logged.
 */
int reading_new(struct reading **reading, struct parcels *parcels,
		const struct idrevoke_latest *latest, uint64_t from);

/**
 * reading_step() - go on
 * @reading: the files
 * @merge: out: the records, for the caller to close, when 0 is returned
 *
 * Return: 1: there is more to do; 0: that was all; -ENODATA: a file was damaged, and
 * has been dropped so that it will be fetched again; -EUCLEAN: they are as the issuer
 * signed them, but not those of this list; or another negative errno. Failures were
 * logged.
 */
int reading_step(struct reading *reading, struct idrevoke_merge **merge);

/**
 * reading_failed() - say that records could not be read to their end
 * @latest: which names the version
 * @error: of idrevoke_mirror_merge_verified() or idrevoke_merge_next(), negative
 * @why: likewise
 *
 * Return: -EUCLEAN if it is due to what is in the files; else @error.
 */
int reading_failed(const struct idrevoke_latest *latest, int error, const char *why);

/**
 * reading_free() - end it
 * @reading: the files or NULL
 */
void reading_free(struct reading *reading);

#endif /* IDREVOKED_READING_H */
