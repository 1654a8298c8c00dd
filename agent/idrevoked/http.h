/* SPDX-License-Identifier: GPL-2.0-or-later */
/* HTTPS and files on the event loop: libcurl's multi interface driven by sd-event. */
#ifndef IDREVOKED_HTTP_H
#define IDREVOKED_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <systemd/sd-event.h>

#include "../lib/transport.h"
#include "cause.h"

struct http;
struct http_transfer;

/* Longest ETag and longest date that are kept. */
#define HTTP_ETAG_SIZE 128
#define HTTP_DATE_SIZE 40

/**
 * struct http_validators - what tells an answer from the one after it
 * @etag: ETag, empty if none
 * @modified: Last-Modified, empty if none
 */
struct http_validators {
	char etag[HTTP_ETAG_SIZE];
	char modified[HTTP_DATE_SIZE];
};

/**
 * struct http_question - one GET
 * @url: absolute
 * @seen: nothing is sent if it is still the same (If-None-Match,
 *	If-Modified-Since); NULL or all empty: it is sent in any case
 * @wait: Prefer: wait=, seconds; 0: none
 * @timeout: seconds for all of it; 0: as struct idrevoke_transport says
 * @limit: more bytes of body than this are a failure
 * @sink: where the body goes; NULL: to memory
 */
struct http_question {
	const char *url;
	const struct http_validators *seen;
	int wait;
	int timeout;
	uint64_t limit;
	FILE *sink;
};

/**
 * struct http_reply - what came of it
 * @status: 200, also for a file; 304: the same as @seen of the question; 0: failed
 * @error: why it failed, in words for the journal
 * @cause: the same in one word
 * @missing: the server says that it does not have it
 * @sink_error: errno of writing to the sink, 0: none
 * @retry_after: seconds for which the server asks to be left alone; 0: it does not
 * @body: of @size bytes, the receiver's to free(); NULL if it went to a sink
 * @size: bytes of body
 * @validators: for the next question; empty where they would not tell a change
 * @waited: the server says that it waits when asked to
 */
struct http_reply {
	long status;
	const char *error;
	enum cause cause;
	bool missing;
	int sink_error;
	long retry_after;
	char *body;
	uint64_t size;
	struct http_validators validators;
	bool waited;
};

typedef void (*http_done_t)(void *userdata, struct http_reply *reply);

/**
 * http_new() - prepare
 * @http: out
 * @event: the loop
 * @transport: how servers are reached; its strings outlive @http
 *
 * Return: 0 or a negative errno.
 */
int http_new(struct http **http, sd_event *event, const struct idrevoke_transport *transport);

/**
 * http_free() - end all transfers without calling back, and clean up
 * @http: what http_new() gave, or NULL
 */
void http_free(struct http *http);

/**
 * http_get() - start a transfer
 * @http: what http_new() gave
 * @question: what to ask; not needed any more afterwards
 * @done: called from the loop, once, when it is over
 * @userdata: passed to @done
 *
 * Return: 0 or a negative errno.
 */
int http_get(struct http *http, const struct http_question *question, http_done_t done,
	     void *userdata);

#endif /* IDREVOKED_HTTP_H */
