// SPDX-License-Identifier: GPL-2.0-or-later
/* The list that a feed offers, downloaded to files without a name. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../lib/mirror.h"
#include "progress.h"
#include "verify.h"

#define URL_SIZE 2048
#define HTTP_NOT_FOUND 404

struct feed {
	struct holder *holder;
	const char *url;
	const struct idrevoke_transport *transport;
	uint64_t received;
	FILE *sink;
	int sink_error; /* errno */
};

static bool on_body(void *userdata, const char *data, size_t size)
{
	struct feed *feed = userdata;

	feed->received += size;
	progress_show(feed->received, 0, 0);
	if (fwrite(data, 1, size, feed->sink) == size)
		return true;
	feed->sink_error = errno;
	return false;
}

/* Whether it failed for a file that is not there. */
static bool is_missing(CURL *easy, CURLcode code)
{
	long status = 0;

	curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
	return status == HTTP_NOT_FOUND || code == CURLE_FILE_COULDNT_READ_FILE;
}

/* Return: 0 or a negative errno, explained; -ENOENT: there is no such file. */
static int get(struct feed *feed, const char *path, uint64_t limit, FILE *sink)
{
	struct idrevoke_transfer transfer = {
		.limit = limit,
		.body = on_body,
		.userdata = feed,
	};
	const char *slash = feed->url[strlen(feed->url) - 1] == '/' ? "" : "/";
	char url[URL_SIZE];
	int error = -ENOMEM;
	const char *why;
	CURLcode code;
	CURL *easy;

	if (snprintf(url, sizeof(url), "%s%s%s", feed->url, slash, path) >= URL_SIZE) {
		holder_failed(feed->holder, "the URL is too long");
		return -EINVAL;
	}
	easy = curl_easy_init();
	feed->sink = sink;
	if (!easy || idrevoke_transfer_prepare(&transfer, easy, feed->transport, url)) {
		holder_failed(feed->holder, "out of memory");
		goto out;
	}
	code = curl_easy_perform(easy);
	why = idrevoke_transfer_why(&transfer, code);
	error = 0;
	if (why) {
		error = is_missing(easy, code) ? -ENOENT : -EIO;
		holder_failed(feed->holder, "%s: %s", url, why);
	}
	if (!why && fflush(sink))
		feed->sink_error = errno;
	if (feed->sink_error) {
		error = -feed->sink_error;
		holder_failed(feed->holder, "%s cannot be kept: %s", path,
			      strerror(feed->sink_error));
	}
out:
	curl_easy_cleanup(easy);
	return error;
}

/* A file without a name, which is gone with the program. */
static FILE *open_unnamed(struct holder *holder)
{
	const char *directory = getenv("TMPDIR") ?: "/var/tmp";
	int fd = open(directory, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "w+");

	if (!file) {
		holder_failed(holder, "%s (see TMPDIR): %s", directory, strerror(errno));
		if (fd >= 0)
			close(fd);
	}
	return file;
}

static FILE *open_payload(void *userdata, const struct idrevoke_feed_payload *named)
{
	struct feed *feed = userdata;
	FILE *file = open_unnamed(feed->holder);
	char path[IDREVOKE_FEED_PATH];
	int error;

	if (!file)
		return NULL;
	idrevoke_feed_path(named, path);
	error = get(feed, path, named->stored, file);
	if (!error) {
		rewind(file);
		return file;
	}
	fclose(file);
	errno = -error;
	return NULL;
}

static int get_latest(struct feed *feed, const struct idrevoke_vkey *key,
		      struct idrevoke_latest *latest)
{
	size_t size, text_size;
	const char *why = "?";
	char *note = NULL;
	FILE *sink = open_memstream(&note, &size);
	int error;

	if (!sink) {
		holder_failed(feed->holder, "out of memory");
		return -ENOMEM;
	}
	error = get(feed, IDREVOKE_FEED_LATEST, IDREVOKE_NOTE_MAX, sink);
	fclose(sink);
	if (!error) {
		error = idrevoke_note_verify(note, size, key, 1, 1, &text_size, &why);
		if (!error)
			error = idrevoke_latest_parse(latest, note, text_size, &why);
		if (error)
			holder_failed(feed->holder, "%s: latest: %s", feed->url, why);
	}
	free(note);
	return error;
}

/* Return: 0 or a negative errno, explained; -ENOENT: a payload is missing. */
static int recount(struct feed *feed, const struct idrevoke_latest *latest)
{
	struct holder *holder = feed->holder;
	struct idrevoke_merge *merge;
	const char *why = "?";
	int error;

	holder->why[0] = '\0';
	error = idrevoke_mirror_merge(&merge, latest, 0, open_payload, feed, &why);
	if (!error) {
		error = idrevoke_mirror_count(merge, &holder->count, &holder->digest, &why);
		idrevoke_merge_close(merge);
	}
	if (error && !holder->why[0])
		holder_failed(holder, "%s: %s", feed->url, why);
	return error;
}

void verify_feed(struct holder *holder, const char *url, const struct idrevoke_vkey *key,
		 const struct idrevoke_transport *transport, bool progress)
{
	struct feed feed = { .holder = holder, .url = url, .transport = transport };
	struct idrevoke_latest latest;
	uint64_t missed_version = 0;

	progress_start("bytes", progress);
	for (;;) {
		if (get_latest(&feed, key, &latest))
			break;
		holder_states(holder, &latest);
		/*
		 * A feed may drop what a newer latest does not name any more. A file
		 * that is missing twice for the same version is missing.
		 */
		if (recount(&feed, &latest) != -ENOENT || latest.version == missed_version)
			break;
		missed_version = latest.version;
	}
	progress_clear();
}
