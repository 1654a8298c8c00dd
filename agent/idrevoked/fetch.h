/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The feed's side of the agent: asks for latest for ever, payloads on demand. */
#ifndef IDREVOKED_FETCH_H
#define IDREVOKED_FETCH_H

#include <stdbool.h>
#include <stdio.h>
#include <systemd/sd-event.h>

#include "../lib/feed.h"
#include "config.h"

struct fetch;

/**
 * typedef fetch_latest_t - called with each latest that the issuer signed
 * @userdata: as given to fetch_new()
 * @latest: what it says
 * @note: the whole note
 * @size: its bytes
 *
 * Return: whether it was dealt with; else it is asked for again after a while.
 */
typedef bool (*fetch_latest_t)(void *userdata, const struct idrevoke_latest *latest,
			       const char *note, size_t size);

/**
 * typedef fetch_done_t - called when a payload is there, or not
 * @userdata: as given to fetch_payload()
 * @error: 0: all of it is in the sink and compared with its SHA-256; -EBADMSG:
 *	it is not what the issuer signed; -EIO: it did not come; else the
 *	negative errno of writing to the sink. Was logged.
 */
typedef void (*fetch_done_t)(void *userdata, int error);

/**
 * fetch_new() - prepare
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
 * fetch_poll() - have latest asked for, as soon as it is time to
 * @fetch: what fetch_new() gave
 *
 * Nothing happens if it is being asked for already. After each latest,
 * the next is asked for only when this is called.
 */
void fetch_poll(struct fetch *fetch);

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
