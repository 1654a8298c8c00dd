/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What was saved before: the list to begin with, and the floor below which no other
 * is taken. So as long as it may be there and cannot be read, nothing is begun.
 */
#ifndef IDREVOKED_LOAD_H
#define IDREVOKED_LOAD_H

#include <stdbool.h>

#include "config.h"
#include "edition.h"
#include "state.h"

/**
 * struct load - all zero before the first use
 * @done: it is known what was saved
 * @told: that it cannot be read
 */
struct load {
	bool done;
	bool told;
};

/**
 * load_edition() - find out what was saved
 * @load: the struct
 * @state: the state directory, which is opened if it is not open
 * @config: the configuration
 * @edition: out: what was saved; its note stays NULL if nothing was, or nothing that
 *	can be used
 *
 * Says what is wrong.
 *
 * Return: 0; -ENOKEY: it is the list of another feed; or a negative errno: to be
 * tried again later.
 */
int load_edition(struct load *load, struct state *state, const struct config *config,
		 struct edition *edition);

#endif /* IDREVOKED_LOAD_H */
