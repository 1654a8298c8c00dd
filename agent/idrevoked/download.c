// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../lib/payload.h"
#include "download.h"
#include "log.h"
#include "metrics.h"

#define AT_ONCE 3

static void start_some(struct downloads *downloads);

struct download {
	struct download *next;
	struct downloads *downloads;
	struct idrevoke_feed_payload named;
	unsigned int mirror; /* which is asked first */
	unsigned int tried;  /* how many were asked before this one */
	int error;	     /* of those: what says most */
	bool running;
	FILE *sink;
	fetch_done_t done;
	void *userdata;
};

static void forget(struct download *download)
{
	struct download **link = &download->downloads->first;

	while (*link != download)
		link = &(*link)->next;
	*link = download->next;
	free(download);
}

static void finish(struct download *download, int error)
{
	fetch_done_t done = download->done;
	void *userdata = download->userdata;

	forget(download);
	done(userdata, error);
}

/* Which mirror is next: the one to begin with, then the others in order. */
static unsigned int mirror_of(const struct download *download)
{
	if (!download->tried)
		return download->mirror;
	return download->tried - (download->tried <= download->mirror);
}

static int check(struct download *download, const struct http_reply *reply, const char **why)
{
	*why = reply->error;
	if (reply->missing)
		return -ENOENT;
	if (reply->status != 200)
		return reply->sink_error ? -reply->sink_error : -EIO;
	*why = strerror(EIO);
	if (fflush(download->sink))
		return -errno;
	return idrevoke_payload_verify(download->sink, &download->named, why);
}

static enum cause cause_of(const struct download *download, const struct http_reply *reply,
			   int error)
{
	if (reply->status != 200)
		return reply->cause;
	if (error != -EBADMSG)
		return CAUSE_DISK;
	return reply->size == download->named.stored ? CAUSE_DIGEST : CAUSE_SIZE;
}

/* The first failure of a row is told. */
static void tell(struct download *download, unsigned int mirror, const struct http_reply *reply,
		 int error, const char *why)
{
	struct downloads *downloads = download->downloads;
	const char *url = downloads->config->urls[mirror];
	enum cause cause = cause_of(download, reply, error);
	char path[IDREVOKE_FEED_PATH];

	metrics_add(download->named.base ? METRICS_DELTA_BYTES : METRICS_SNAPSHOT_BYTES,
		    reply->size);
	if (error)
		metrics_failed(cause);
	if (error && !downloads->trouble[mirror]) {
		idrevoke_feed_path(&download->named, path);
		log_event(LOG_WARNING,
			  error == -EBADMSG ? MESSAGE_FEED_REFUSED : MESSAGE_FEED_FAILED,
			  LOG_FIELDS(.url = url, .path = path, .cause = cause_name(cause)),
			  "%s%s: %s; trying again", url, path, why);
	}
	downloads->trouble[mirror] = error;
}

/* That one mirror cannot be reached says nothing of the file, as others may have. */
static int telling(const struct download *download, int error)
{
	return error == -EIO && download->error ? download->error : error;
}

static void on_reply(void *userdata, struct http_reply *reply)
{
	struct download *download = userdata;
	struct downloads *downloads = download->downloads;
	const char *why;
	int error = check(download, reply, &why);

	downloads->running--;
	download->running = false;
	tell(download, mirror_of(download), reply, error, why);
	download->tried++;
	/* Another mirror is no help against a full disk. */
	if (!(error == -EIO || error == -ENOENT || error == -EBADMSG) || reply->sink_error)
		finish(download, error);
	else if (download->tried == downloads->config->url_count)
		finish(download, telling(download, error));
	else
		download->error = telling(download, error);
	start_some(downloads);
}

static int start(struct download *download)
{
	struct downloads *downloads = download->downloads;
	char url[CONFIG_URL_SIZE + IDREVOKE_FEED_PATH], path[IDREVOKE_FEED_PATH];
	struct http_question question = {
		.url = url,
		.limit = download->named.stored,
		.sink = download->sink,
	};
	int error;

	/* What another mirror sent before is in the way. */
	rewind(download->sink);
	if (ftruncate(fileno(download->sink), 0))
		return -errno;
	idrevoke_feed_path(&download->named, path);
	snprintf(url, sizeof(url), "%s%s", downloads->config->urls[mirror_of(download)], path);
	error = http_get(downloads->http, &question, on_reply, download);
	if (!error) {
		download->running = true;
		downloads->running++;
	}
	return error;
}

static struct download *waiting(const struct downloads *downloads)
{
	struct download *download = downloads->first;

	while (download && download->running)
		download = download->next;
	return download;
}

static void start_some(struct downloads *downloads)
{
	struct download *download;

	while (downloads->running < AT_ONCE && (download = waiting(downloads))) {
		int error = start(download);

		if (error) {
			log_line(LOG_ERR, "cannot fetch a file: %s", strerror(-error));
			finish(download, error);
		}
	}
}

int downloads_get(struct downloads *downloads, const struct idrevoke_feed_payload *named,
		  unsigned int mirror, FILE *sink, fetch_done_t done, void *userdata)
{
	struct download **link = &downloads->first;
	struct download *download = calloc(1, sizeof(*download));
	int error;

	if (!download)
		return -ENOMEM;
	while (*link)
		link = &(*link)->next;
	*link = download;
	download->downloads = downloads;
	download->named = *named;
	download->mirror = mirror;
	download->sink = sink;
	download->done = done;
	download->userdata = userdata;
	if (downloads->running == AT_ONCE)
		return 0; /* it waits */
	error = start(download);
	if (error)
		forget(download);
	return error;
}

void downloads_free(struct downloads *downloads)
{
	while (downloads->first)
		/* forget() takes it off the list. NOLINTNEXTLINE(clang-analyzer-unix.Malloc) */
		forget(downloads->first);
}
