/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Forward only, and one list a version; but a list that has only been announced is
 * none yet. It may turn out not to be what was signed, or never be had: then what
 * the issuer says later counts, also if that is an older version, or another list.
 */
#ifndef IDREVOKED_FLOOR_H
#define IDREVOKED_FLOOR_H

#include "edition.h"
#include "fetch.h"

/**
 * floor_raise() - a list was found to be one: it was in force, or saved
 * @floor: the newest such; version 0: none yet
 * @latest: which names it
 */
void floor_raise(struct idrevoke_latest *floor, const struct idrevoke_latest *latest);

/**
 * floor_check() - whether a latest that the issuer signed may be followed
 * @floor: as above
 * @newest: what has been announced
 * @latest: what is offered
 * @why: out: in words, if not
 *
 * Return: 0: it may; -ESTALE: never; -EAGAIN: not now, but what it is compared
 * with, the clock or what was announced, may turn out to be wrong.
 */
int floor_check(const struct idrevoke_latest *floor, const struct edition *newest,
		const struct idrevoke_latest *latest, char why[FETCH_WHY_SIZE]);

#endif /* IDREVOKED_FLOOR_H */
