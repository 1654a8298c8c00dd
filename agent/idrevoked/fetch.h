/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The feed's side of the agent: asks for latest for ever, payloads on demand.
 *
 * There may be several mirrors, in order of preference. A mirror fails if latest
 * cannot be had there, or not as the issuer signed it; it is behind if what it has
 * is older than what is known, or was not confirmed in time. The next mirror is
 * asked as well as long as all before it fail or are behind; each that fails is
 * tried again for ever, with a back-off of its own.
 */
#ifndef IDREVOKED_FETCH_H
#define IDREVOKED_FETCH_H

#include <stdio.h>
#include <systemd/sd-event.h>

#include "../lib/feed.h"
#include "config.h"
#include "download.h"

struct fetch;

/* Room for the words with which a latest is refused. */
#define FETCH_WHY_SIZE 256

/**
 * typedef fetch_latest_t - called with each latest that the issuer signed
 * @userdata: as given to fetch_new()
 * @latest: what it says
 * @note: the whole note
 * @size: its bytes
 * @why: out: with -ESTALE and -EAGAIN, what is wrong with it
 *
 * Return: 1: it was news; 0: it was known, or older though as good; -ESTALE: what
 * is known is newer, or contradicts it, so that another mirror is to be asked;
 * -EAGAIN: the same at present, but later it may do; or another negative errno: it
 * is to be asked for again after a while.
 */
typedef int (*fetch_latest_t)(void *userdata, const struct idrevoke_latest *latest,
			      const char *note, size_t size, char why[FETCH_WHY_SIZE]);

/**
 * fetch_new() - ask for latest, and go on asking
 * @fetch: out
 * @event: the loop
 * @config: outlives it
 * @latest: called from the loop
 * @userdata: passed to @latest
 *
 * Return: 0 or a negative errno.
 */
int fetch_new(struct fetch **fetch, sd_event *event, const struct config *config,
	      fetch_latest_t latest, void *userdata);

/**
 * fetch_free() - stop; nothing is called back any more
 * @fetch: what fetch_new() gave, or NULL
 */
void fetch_free(struct fetch *fetch);

/**
 * fetch_payload() - fetch a file that latest names
 * @fetch: what fetch_new() gave
 * @named: what latest says of it
 * @sink: where to put it, open for reading too; it stays the caller's
 * @done: called from the loop, once
 * @userdata: passed to @done
 *
 * Return: 0 or a negative errno.
 */
int fetch_payload(struct fetch *fetch, const struct idrevoke_feed_payload *named, FILE *sink,
		  fetch_done_t done, void *userdata);

#endif /* IDREVOKED_FETCH_H */
