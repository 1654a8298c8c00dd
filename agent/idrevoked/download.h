/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Payloads of the feed, from the first mirror that has them as they were signed.
 * Few at a time, so that the question for latest does not have to queue.
 */
#ifndef IDREVOKED_DOWNLOAD_H
#define IDREVOKED_DOWNLOAD_H

#include <stdbool.h>
#include <stdio.h>

#include "../lib/feed.h"
#include "config.h"
#include "http.h"

struct download;

/**
 * typedef fetch_done_t - called when a payload is there, or not
 * @userdata: as given to fetch_payload()
 * @error: 0: all of it is in the sink and compared with its SHA-256; -EBADMSG:
 *	what came is not what the issuer signed; -ENOENT: it is not there, say
 *	because a newer latest does not name it any more; -EIO: it did not come;
 *	else the negative errno of writing to the sink. Was logged.
 */
typedef void (*fetch_done_t)(void *userdata, int error);

/**
 * struct downloads - payloads on their way; all zero but for:
 * @config: whose urls are the mirrors
 * @http: sends the requests
 * @first: the downloads, oldest first
 * @running: how many of them are under way
 * @trouble: of each mirror: told that a payload cannot be had there
 */
struct downloads {
	const struct config *config;
	struct http *http;
	struct download *first;
	unsigned int running;
	bool trouble[CONFIG_URLS_MAX];
};

/**
 * downloads_get() - fetch a payload
 * @downloads: to be one of
 * @named: what latest says of it
 * @mirror: which is asked first; then the others, in the configuration's order
 * @sink: where it goes
 * @done: called from the loop, once
 * @userdata: passed to @done
 *
 * Return: 0 or a negative errno.
 */
int downloads_get(struct downloads *downloads, const struct idrevoke_feed_payload *named,
		  unsigned int mirror, FILE *sink, fetch_done_t done, void *userdata);

/**
 * downloads_free() - forget them, after the requests have been ended
 * @downloads: the downloads
 */
void downloads_free(struct downloads *downloads);

#endif /* IDREVOKED_DOWNLOAD_H */
