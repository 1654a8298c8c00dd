// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../lib/note.h"
#include "../lib/payload.h"
#include "fetch.h"
#include "http.h"
#include "log.h"
#include "retry.h"

/* An answer "nothing new" that came sooner than this was not held back. */
#define WAITED_USEC 500000

struct download {
	struct download *next;
	struct fetch *fetch;
	struct idrevoke_feed_payload named;
	FILE *sink;
	fetch_done_t done;
	void *userdata;
};

struct fetch {
	const struct config *config;
	struct idrevoke_vkey key;
	struct http *http;
	struct retry retry;
	fetch_latest_t latest;
	void *userdata;
	char etag[HTTP_ETAG_SIZE];
	bool asking;	/* a request for latest is under way */
	bool held_back; /* it is not time yet: the timer runs */
	bool wanted;	/* fetch_poll() was called meanwhile */
	bool trouble;	/* told that latest cannot be had */
	bool payload_trouble; /* told that a payload cannot */
	uint64_t asked; /* when, CLOCK_MONOTONIC */
	struct download *downloads;
};

static void url_of(const struct fetch *fetch, const char *path, char *url, size_t size)
{
	snprintf(url, size, "%s%s", fetch->config->url, path);
}

static uint64_t now_usec(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000ULL + now.tv_nsec / 1000;
}

/* The first failure of a row is told, and then the end of the row. */
static void failed(struct fetch *fetch, const char *why)
{
	if (!fetch->trouble)
		log_line(LOG_WARNING, "%slatest: %s; trying again", fetch->config->url, why);
	fetch->trouble = true;
	fetch->held_back = true;
	fetch->wanted = true;
	retry_later(&fetch->retry);
}

/* Not a failure, but nothing to be asked for again at once. */
static void hold_back(struct fetch *fetch)
{
	fetch->held_back = true;
	retry_after(&fetch->retry, fetch->config->poll * 1000000ULL);
}

static void worked(struct fetch *fetch)
{
	if (fetch->trouble)
		log_line(LOG_NOTICE, "%slatest: can be had again", fetch->config->url);
	fetch->trouble = false;
	retry_worked(&fetch->retry);
}

/* Something was signed: is it by the issuer, and what does it say? */
static void take_latest(struct fetch *fetch, struct http_reply *reply)
{
	struct idrevoke_latest latest;
	const char *why = "?";
	size_t text_size;
	int error;

	error = idrevoke_note_verify(reply->body ? reply->body : "", reply->size, &fetch->key, 1,
				     1, &text_size, &why);
	if (!error)
		error = idrevoke_latest_parse(&latest, reply->body, text_size, &why);
	if (error) {
		failed(fetch, why);
		return;
	}
	worked(fetch);
	/* Before what it leads to, which may want the next one at once. */
	if (!reply->waited || !reply->etag[0])
		hold_back(fetch);
	strcpy(fetch->etag, reply->etag);
	if (!fetch->latest(fetch->userdata, &latest, reply->body, reply->size)) {
		fetch->etag[0] = '\0';
		hold_back(fetch);
		fetch->wanted = true;
	}
}

static void on_latest(void *userdata, struct http_reply *reply)
{
	struct fetch *fetch = userdata;

	fetch->asking = false;
	if (reply->status == 200) {
		take_latest(fetch, reply);
	} else if (reply->status == 304) {
		if (reply->waited && now_usec() - fetch->asked < WAITED_USEC) {
			/* As from a server that is being stopped. */
			fetch->held_back = true;
			retry_later(&fetch->retry);
		} else {
			worked(fetch);
			if (!reply->waited)
				hold_back(fetch);
		}
		fetch->wanted = true;
	} else {
		failed(fetch, reply->error);
	}
	free(reply->body);
	if (fetch->wanted)
		fetch_poll(fetch);
}

void fetch_poll(struct fetch *fetch)
{
	char url[2048];
	struct http_question question = {
		.url = url,
		.etag = fetch->etag,
		.wait = fetch->config->wait,
		.limit = IDREVOKE_NOTE_MAX,
	};

	fetch->wanted = true;
	if (fetch->asking || fetch->held_back)
		return;
	fetch->wanted = false;
	url_of(fetch, IDREVOKE_FEED_LATEST, url, sizeof(url));
	fetch->asked = now_usec();
	if (http_get(fetch->http, &question, on_latest, fetch)) {
		failed(fetch, "out of memory");
		return;
	}
	fetch->asking = true;
}

static int on_retry(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct fetch *fetch = userdata;

	(void)source;
	(void)usec;
	fetch->held_back = false;
	if (fetch->wanted)
		fetch_poll(fetch);
	return 0;
}

static void download_free(struct download *download)
{
	struct download **link = &download->fetch->downloads;

	while (*link != download)
		link = &(*link)->next;
	*link = download->next;
	free(download);
}

int fetch_new(struct fetch **fetch, sd_event *event, const struct config *config,
	      fetch_latest_t latest, void *userdata)
{
	const struct idrevoke_transport transport = {
		.ca = config->ca,
		.user_agent = "idrevoked",
		.connect_timeout = config->connect_timeout,
	};
	struct fetch *new = calloc(1, sizeof(*new));
	int error = -ENOMEM;

	*fetch = NULL;
	if (!new)
		return error;
	new->config = config;
	new->latest = latest;
	new->userdata = userdata;
	error = idrevoke_vkey_parse(&new->key, config->root_key);
	if (!error)
		error = retry_init(&new->retry, event, on_retry, new);
	if (!error)
		error = http_new(&new->http, event, &transport);
	if (error) {
		fetch_free(new);
		return error;
	}
	*fetch = new;
	return 0;
}

void fetch_free(struct fetch *fetch)
{
	if (!fetch)
		return;
	http_free(fetch->http);
	retry_free(&fetch->retry);
	while (fetch->downloads)
		download_free(fetch->downloads);
	free(fetch);
}

static void on_payload(void *userdata, struct http_reply *reply)
{
	struct download *download = userdata;
	struct fetch *fetch = download->fetch;
	char path[IDREVOKE_FEED_PATH];
	const char *why = reply->error;
	fetch_done_t done;
	void *done_userdata;
	int error = 0;

	if (reply->status != 200)
		error = reply->sink_error ? -reply->sink_error : -EIO;
	else if (fflush(download->sink))
		error = -errno;
	if (!error)
		error = idrevoke_payload_verify(download->sink, &download->named, &why);
	if (error && !fetch->payload_trouble) {
		idrevoke_feed_path(&download->named, path);
		log_line(LOG_WARNING, "%s%s: %s; trying again", fetch->config->url, path, why);
	}
	fetch->payload_trouble = error;
	done = download->done;
	done_userdata = download->userdata;
	download_free(download);
	done(done_userdata, error);
}

int fetch_payload(struct fetch *fetch, const struct idrevoke_feed_payload *named, FILE *sink,
		  fetch_done_t done, void *userdata)
{
	struct download *download = malloc(sizeof(*download));
	char url[2048], path[IDREVOKE_FEED_PATH];
	struct http_question question = { .url = url, .limit = named->stored, .sink = sink };
	int error;

	if (!download)
		return -ENOMEM;
	*download = (struct download){ fetch->downloads, fetch, *named, sink, done, userdata };
	fetch->downloads = download;
	idrevoke_feed_path(named, path);
	url_of(fetch, path, url, sizeof(url));
	error = http_get(fetch->http, &question, on_payload, download);
	if (error)
		download_free(download);
	return error;
}
