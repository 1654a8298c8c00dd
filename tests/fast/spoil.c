// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * An issuer's mistake, signed: a snapshot of the newest version in which one record is
 * another than in the list that it says it is. Deltas stay as they are.
 *
 *	spoil STORE
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mirror.h"
#include "note.h"
#include "payload.h"
#include "write.h"

static void __attribute__((noreturn)) die(const char *what, int error)
{
	fprintf(stderr, "spoil: %s: %s\n", what, strerror(-error));
	exit(1);
}

static void check(const char *what, int error)
{
	if (error < 0)
		die(what, error);
}

static void read_signer(int store, struct idrevoke_signer *signer)
{
	size_t size;
	char *text;

	check("key", idrevoke_file_read(store, "key", 4096, &text, &size));
	check("key", idrevoke_signer_parse(signer, text));
	free(text);
}

/* Writes the list again, its first record with another reason. */
static void write_snapshot(int feed, struct idrevoke_latest *latest)
{
	struct idrevoke_payload_header header = {
		.epoch = latest->epoch,
		.version = latest->version,
		.records = latest->count,
		.count = latest->count,
		.digest = latest->digest,
		.issued = latest->issued,
	};
	struct idrevoke_payload_writer *writer;
	struct idrevoke_merge *merge;
	struct idrevoke_record record;
	bool first = true;
	int more;

	check("feed", idrevoke_mirror_merge(&merge, latest, 0, idrevoke_mirror_open, &feed, NULL));
	check("snapshot", idrevoke_payload_create(&writer, feed, &header));
	while ((more = idrevoke_merge_next(merge, &record, NULL)) > 0) {
		if (first && record.reason)
			record.reason = record.reason % 4 + 1;
		first = false;
		check("snapshot", idrevoke_payload_append(writer, &record));
	}
	check("feed", more);
	idrevoke_merge_close(merge);
	check("snapshot", idrevoke_payload_finish(writer, &latest->snapshot));
	idrevoke_payload_discard(writer);
}

int main(int argc, char **argv)
{
	int store = argc == 2 ? open(argv[1], O_RDONLY | O_DIRECTORY) : -1;
	int feed = store < 0 ? -1 : openat(store, "feed", O_RDONLY | O_DIRECTORY);
	struct idrevoke_signer signer;
	struct idrevoke_latest latest;
	char *text, *note;

	if (feed < 0)
		die("store", -errno);
	read_signer(store, &signer);
	check("latest", idrevoke_mirror_latest(feed, &signer.verifier, &latest, NULL, NULL, NULL));
	write_snapshot(feed, &latest);
	latest.issued++;
	text = idrevoke_latest_format(&latest);
	note = text ? idrevoke_note_sign(text, &signer) : NULL;
	if (!note)
		die("latest", -ENOMEM);
	check("latest", idrevoke_file_replace(feed, IDREVOKE_FEED_LATEST, note, strlen(note), 0644));
	return 0;
}
