// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../lib/feed.h"
#include "answer.h"

enum MHD_Result answer(struct MHD_Connection *connection, unsigned int status,
		       struct MHD_Response *response)
{
	enum MHD_Result result;

	if (!response)
		return MHD_NO;
	result = MHD_queue_response(connection, status, response);
	MHD_destroy_response(response);
	return result;
}

enum MHD_Result answer_error(struct MHD_Connection *connection, unsigned int status,
			     const char *text)
{
	return answer(connection, status,
		      MHD_create_response_from_buffer(strlen(text), (void *)text,
						      MHD_RESPMEM_PERSISTENT));
}

static const char *header_of(struct MHD_Connection *connection, const char *name)
{
	return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

bool answer_has(struct MHD_Connection *connection, const char *etag)
{
	const char *have = header_of(connection, MHD_HTTP_HEADER_IF_NONE_MATCH);

	/* one or several, each in its quotes */
	return have && (strstr(have, etag) || !strcmp(have, "*"));
}

/* Whether a path is that of a file that never changes, and no other. */
static bool is_immutable(const char *path)
{
	static const char *const directories[] = { "root/", "snapshot/", "delta/" };

	for (size_t i = 0; i < sizeof(directories) / sizeof(directories[0]); i++) {
		size_t length = strlen(directories[i]);
		const char *name = path + length;

		if (!strncmp(path, directories[i], length))
			return *name && *name != '.' && strlen(path) < IDREVOKE_FEED_PATH &&
			       strspn(name, "0123456789abcdef-.zst") == strlen(name);
	}
	return false;
}

/* What of a file is sent. */
struct part {
	uint64_t size; /* of the file */
	uint64_t first;
	uint64_t length;
	unsigned int status;
};

static bool read_number(const char **text, uint64_t *value)
{
	char *end;

	if (**text < '0' || **text > '9')
		return false;
	errno = 0;
	*value = strtoull(*text, &end, 10);
	*text = end;
	return !errno;
}

/*
 * Reads "bytes=<first>-[<last>]" and "bytes=-<length>". What is not understood,
 * such as several ranges, is answered with the whole, as RFC 9110 has it.
 */
static void read_range(const char *text, struct part *part)
{
	uint64_t first = 0, last = 0;
	bool has_first, has_last;

	if (strncmp(text, "bytes=", 6))
		return;
	text += 6;
	has_first = read_number(&text, &first);
	if (*text++ != '-')
		return;
	has_last = read_number(&text, &last);
	if (*text || (!has_first && !has_last) || (has_first && has_last && last < first))
		return;
	if (!has_first) {
		first = last < part->size ? part->size - last : 0;
		has_last = last; /* the last 0 bytes: none */
		last = has_last ? part->size - 1 : 0;
	} else if (!has_last || last >= part->size) {
		has_last = true;
		last = part->size - 1;
	}
	if (!has_last || first >= part->size) {
		part->status = MHD_HTTP_RANGE_NOT_SATISFIABLE;
		return;
	}
	part->status = MHD_HTTP_PARTIAL_CONTENT;
	part->first = first;
	part->length = last - first + 1;
}

static struct part choose_part(struct MHD_Connection *connection, const char *etag, uint64_t size)
{
	const char *range = header_of(connection, MHD_HTTP_HEADER_RANGE);
	const char *condition = header_of(connection, MHD_HTTP_HEADER_IF_RANGE);
	struct part part = { .size = size, .length = size, .status = MHD_HTTP_OK };

	if (range && (!condition || !strcmp(condition, etag)))
		read_range(range, &part);
	return part;
}

static void add_headers(struct MHD_Response *response, const char *etag, const struct part *part)
{
	char range[80];

	MHD_add_response_header(response, MHD_HTTP_HEADER_ETAG, etag);
	MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL,
				"max-age=31536000, immutable");
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE,
				"application/octet-stream");
	MHD_add_response_header(response, MHD_HTTP_HEADER_ACCEPT_RANGES, "bytes");
	if (part->status == MHD_HTTP_PARTIAL_CONTENT)
		snprintf(range, sizeof(range), "bytes %" PRIu64 "-%" PRIu64 "/%" PRIu64,
			 part->first, part->first + part->length - 1, part->size);
	else
		snprintf(range, sizeof(range), "bytes */%" PRIu64, part->size);
	if (part->status != MHD_HTTP_OK)
		MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_RANGE, range);
}

/* Opens a regular file of the feed; -1 and errno: there is none, or it cannot be. */
static int open_file(int feed, const char *path, uint64_t *size)
{
	struct stat status;
	int file;

	errno = ENOENT;
	if (!is_immutable(path))
		return -1;
	file = openat(feed, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (file >= 0 && (fstat(file, &status) || !S_ISREG(status.st_mode))) {
		close(file);
		file = -1;
		errno = ENOENT;
	}
	*size = file >= 0 ? status.st_size : 0;
	return file;
}

enum MHD_Result answer_file(struct MHD_Connection *connection, int feed, const char *path)
{
	char etag[IDREVOKE_FEED_PATH + 2];
	struct MHD_Response *response;
	struct part part;
	uint64_t size;
	int file = open_file(feed, path, &size);

	if (file < 0 && (errno == ENOENT || errno == ELOOP))
		return answer_error(connection, MHD_HTTP_NOT_FOUND, "no such file\n");
	if (file < 0)
		return answer_error(connection, MHD_HTTP_SERVICE_UNAVAILABLE, "not now\n");
	/* the name has the SHA-256 */
	snprintf(etag, sizeof(etag), "\"%s\"", path);
	part = choose_part(connection, etag, size);
	if (answer_has(connection, etag))
		part.status = MHD_HTTP_NOT_MODIFIED;
	if (part.status == MHD_HTTP_OK || part.status == MHD_HTTP_PARTIAL_CONTENT) {
		response = MHD_create_response_from_fd_at_offset64(part.length, file, part.first);
	} else {
		close(file);
		file = -1;
		response = MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
	}
	if (response)
		add_headers(response, etag, &part);
	else if (file >= 0)
		close(file);
	return answer(connection, part.status, response);
}
