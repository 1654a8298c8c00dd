// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What HTTP carries: headers of a server's answer, as the agent reads them, and
 * paths and ranges of requests, as the issuer's server does. Input: the size of a
 * file, then lines.
 */
#include "fuzz.h"

/* Two programs' files in one: both have a function of that name. */
#include "../../agent/idrevoked/http.c"
#define add_headers add_answer_headers
#include "../../agent/idrevoke-feed/answer.c"

static void check_range(const char *text, uint64_t size)
{
	struct part part = { .size = size, .length = size, .status = MHD_HTTP_OK };
	unsigned long long first, last;
	char end;

	read_range(text, &part);
	switch (part.status) {
	case MHD_HTTP_OK:
		fuzz_check(!part.first && part.length == size, "not the whole");
		break;
	case MHD_HTTP_PARTIAL_CONTENT:
		fuzz_check(part.length && part.first < size && part.length <= size - part.first,
			   "%llu bytes from %llu on", (unsigned long long)part.length,
			   (unsigned long long)part.first);
		break;
	default:
		fuzz_check(part.status == MHD_HTTP_RANGE_NOT_SATISFIABLE, "status %u", part.status);
	}
	/* the plain case, told by another reader */
	if (strlen(text) < 24 && strspn(text + 6, "0123456789-") == strlen(text) - 6 &&
	    sscanf(text, "bytes=%llu-%llu%c", &first, &last, &end) == 2 &&
	    strchr(text, '-') == strrchr(text, '-') && first <= last && last < size)
		fuzz_check(part.first == first && part.length == last - first + 1,
			   "another part");
}

/* No path leads out of the feed, nor to what does not belong to it. */
static void check_path(const char *path)
{
	const char *slash = strchr(path, '/');

	if (!is_immutable(path))
		return;
	fuzz_check(slash && slash == strrchr(path, '/') && slash[1] != '.' && slash[1], "%s", path);
	fuzz_check(strlen(path) < IDREVOKE_FEED_PATH, "a long path");
	fuzz_check(!strncmp(path, "root/", 5) || !strncmp(path, "delta/", 6) ||
		   !strncmp(path, "snapshot/", 9), "%s", path);
}

static void check_header(struct http_transfer *transfer, const uint8_t *line, size_t size)
{
	const struct http_validators *validators = &transfer->reply.validators;

	on_header(transfer, (const char *)line, size);
	fuzz_check(memchr(validators->etag, '\0', sizeof(validators->etag)) &&
		   memchr(validators->modified, '\0', sizeof(validators->modified)),
		   "a header without an end");
	drop_weak(transfer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };
	uint64_t file_size = fuzz_take(&input, 2);
	struct http_transfer transfer = { .http = NULL };

	while (input.left) {
		const uint8_t *newline = memchr(input.at, '\n', input.left);
		size_t length = newline ? (size_t)(newline + 1 - input.at) : input.left;
		uint8_t *line = fuzz_bytes(&input, &length);
		struct fuzz_input again = { line, length - !!newline };
		char *text = fuzz_text(&again);

		check_header(&transfer, line, length);
		if (strlen(text) >= 6)
			check_range(text, file_size);
		check_path(text);
		free(text);
		free(line);
	}
	return 0;
}
