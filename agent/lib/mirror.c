// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "mirror.h"
#include "note.h"
#include "write.h"

static void explain(const char **why, const char *words)
{
	if (why)
		*why = words;
}

int idrevoke_mirror_latest(int directory, const struct idrevoke_vkey *key,
			   struct idrevoke_latest *latest, char **note, size_t *size,
			   const char **why)
{
	size_t bytes, text_size;
	char *text;
	int error;

	if (note)
		*note = NULL;
	error = idrevoke_file_read(directory, IDREVOKE_FEED_LATEST, IDREVOKE_NOTE_MAX, &text,
				   &bytes);
	if (error) {
		explain(why, error == -ENOENT ? "there is no latest" : strerror(-error));
		return error;
	}
	error = idrevoke_note_verify(text, bytes, key, 1, 1, &text_size, why);
	if (!error)
		error = idrevoke_latest_parse(latest, text, text_size, why);
	if (error || !note) {
		free(text);
		return error;
	}
	*note = text;
	*size = bytes;
	return 0;
}

FILE *idrevoke_mirror_open(void *directory, const struct idrevoke_feed_payload *named)
{
	char path[IDREVOKE_FEED_PATH];
	FILE *file;
	int fd;

	idrevoke_feed_path(named, path);
	fd = openat(*(int *)directory, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	file = fdopen(fd, "r");
	if (!file)
		close(fd);
	return file;
}

static int open_payload(struct idrevoke_payload **payload,
			const struct idrevoke_feed_payload *named, bool verified,
			idrevoke_mirror_open_t open, void *userdata, const char **why)
{
	FILE *file = open(userdata, named);
	int error;

	if (!file) {
		error = -errno;
		explain(why, error == -ENOENT ? "a file that latest names is missing" :
						strerror(-error));
		return error;
	}
	error = verified ? 0 : idrevoke_payload_verify(file, named, why);
	if (!error)
		error = idrevoke_payload_open(payload, file, named, why);
	if (error)
		fclose(file);
	return error;
}

static int merge_payloads(struct idrevoke_merge **merge, const struct idrevoke_latest *latest,
			  uint64_t from, bool verified, idrevoke_mirror_open_t open,
			  void *userdata, const char **why)
{
	struct idrevoke_payload *payloads[IDREVOKE_FEED_DELTAS_MAX + 1];
	int deltas = idrevoke_latest_deltas(latest, from ? from : latest->snapshot.version);
	size_t count = 0;
	int error = 0;

	*merge = NULL;
	if (deltas < 0 || (from && !deltas)) {
		explain(why, "the deltas do not reach back to that version");
		return -ENOENT;
	}
	if (!from) {
		error = open_payload(&payloads[0], &latest->snapshot, verified, open, userdata,
				     why);
		count = !error;
	}
	for (int i = deltas - 1; !error && i >= 0; i--) {
		error = open_payload(&payloads[count], &latest->deltas[i], verified, open,
				     userdata, why);
		count += !error;
	}
	if (!error)
		return idrevoke_merge_open(merge, payloads, count, why);
	while (count)
		/* errno is not 0 after a failure. */
		/* NOLINTNEXTLINE(clang-analyzer-core.CallAndMessage) */
		idrevoke_payload_close(payloads[--count]);
	return error;
}

int idrevoke_mirror_merge(struct idrevoke_merge **merge, const struct idrevoke_latest *latest,
			  uint64_t from, idrevoke_mirror_open_t open, void *userdata,
			  const char **why)
{
	return merge_payloads(merge, latest, from, false, open, userdata, why);
}

int idrevoke_mirror_merge_verified(struct idrevoke_merge **merge,
				   const struct idrevoke_latest *latest, uint64_t from,
				   idrevoke_mirror_open_t open, void *userdata, const char **why)
{
	return merge_payloads(merge, latest, from, true, open, userdata, why);
}

int idrevoke_mirror_count(struct idrevoke_merge *merge, uint64_t *count,
			  struct idrevoke_digest *digest, const char **why)
{
	struct idrevoke_record record;
	int more;

	*count = 0;
	memset(digest, 0, sizeof(*digest));
	while ((more = idrevoke_merge_next(merge, &record, why)) > 0) {
		idrevoke_digest_add(digest, &record);
		++*count;
	}
	explicit_bzero(&record, sizeof(record));
	return more;
}

int idrevoke_mirror_recount(int directory, const struct idrevoke_vkey *key,
			    struct idrevoke_latest *latest, uint64_t *count,
			    struct idrevoke_digest *digest, const char **why)
{
	uint64_t missed_version = 0;
	struct idrevoke_merge *merge;
	int error;

	for (;;) {
		error = idrevoke_mirror_latest(directory, key, latest, NULL, NULL, why);
		if (error)
			return error;
		error = idrevoke_mirror_merge(&merge, latest, 0, idrevoke_mirror_open, &directory,
					      why);
		/*
		 * Its owner removes what a newer latest does not name any more.
		 * A file that is missing twice for the same version is missing.
		 */
		if (error != -ENOENT || missed_version == latest->version)
			break;
		missed_version = latest->version;
	}
	if (error)
		return error;
	error = idrevoke_mirror_count(merge, count, digest, why);
	idrevoke_merge_close(merge);
	return error;
}
