// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/mirror.h"
#include "edition.h"
#include "log.h"
#include "metrics.h"
#include "reading.h"

/* Bytes hashed in one step: some milliseconds. */
#define VERIFY_STEP (2 << 20)

struct file {
	const struct idrevoke_feed_payload *named;
	FILE *file; /* NULL: handed on */
	bool verified;
};

struct reading {
	struct parcels *parcels;
	const struct idrevoke_latest *latest;
	uint64_t from;
	struct idrevoke_payload_verifier *verifier; /* of the first that is not verified */
	size_t count, verified;
	struct file files[IDREVOKE_FEED_DELTAS_MAX + 1];
};

static int open_file(struct reading *reading, const struct idrevoke_feed_payload *named)
{
	struct file *file = &reading->files[reading->count];
	char path[IDREVOKE_FEED_PATH];
	int error;

	file->named = named;
	file->file = parcels_open(reading->parcels, named, &file->verified);
	if (file->file) {
		reading->count++;
		return 0;
	}
	error = -errno;
	idrevoke_feed_path(named, path);
	log_line(LOG_ERR, "%s: %s", path, strerror(-error));
	return error == -ENOENT ? -ENODATA : error;
}

int reading_new(struct reading **reading, struct parcels *parcels,
		const struct idrevoke_latest *latest, uint64_t from)
{
	int deltas = idrevoke_latest_deltas(latest, from ? from : latest->snapshot.version);
	struct reading *new = calloc(1, sizeof(*new));
	int error = 0;

	*reading = NULL;
	if (!new) {
		log_line(LOG_ERR, "no memory to read a list");
		return -ENOMEM;
	}
	new->parcels = parcels;
	new->latest = latest;
	new->from = from;
	if (!from)
		error = open_file(new, &latest->snapshot);
	for (int i = deltas - 1; !error && i >= 0; i--)
		error = open_file(new, &latest->deltas[i]);
	if (error) {
		reading_free(new);
		return error;
	}
	*reading = new;
	return 0;
}

void reading_free(struct reading *reading)
{
	if (!reading)
		return;
	idrevoke_payload_verifier_free(reading->verifier);
	for (size_t i = 0; i < reading->count; i++)
		if (reading->files[i].file)
			fclose(reading->files[i].file);
	free(reading);
}

/* Return: 1: there is more to verify; 0: that was all; or a negative errno. */
static int verify(struct reading *reading)
{
	struct file *file = &reading->files[reading->verified];
	const char *why = "out of memory";
	int error = 0;

	if (reading->verified == reading->count)
		return 0;
	if (!file->verified && !reading->verifier)
		error = idrevoke_payload_verifier_new(&reading->verifier, file->file, file->named);
	if (!error && !file->verified)
		error = idrevoke_payload_verifier_step(reading->verifier, VERIFY_STEP, &why);
	if (error > 0)
		return 1;
	idrevoke_payload_verifier_free(reading->verifier);
	reading->verifier = NULL;
	if (!error) {
		reading->verified++;
		return 1;
	}
	if (error == -ENOMEM)
		return error;
	parcels_drop(reading->parcels, file->named, error == -EBADMSG, why);
	return -ENODATA;
}

/* An idrevoke_mirror_open_t. */
static FILE *hand_on(void *userdata, const struct idrevoke_feed_payload *named)
{
	struct reading *reading = userdata;

	for (size_t i = 0; i < reading->count; i++) {
		FILE *file = reading->files[i].file;

		if (!file || !same_payload(reading->files[i].named, named))
			continue;
		reading->files[i].file = NULL;
		return file;
	}
	errno = ENOENT;
	return NULL;
}

int reading_failed(const struct idrevoke_latest *latest, int error, const char *why)
{
	bool wrong = error == -EBADMSG;

	log_event(LOG_ERR, MESSAGE_FEED_REFUSED,
		  LOG_FIELDS(LOG_VERSION(latest), .error = wrong ? 0 : -error,
			     .cause = wrong ? cause_name(CAUSE_DIGEST) : NULL),
		  "the files of version %" PRIu64 " cannot be used: %s", latest->version, why);
	if (wrong)
		metrics_failed(CAUSE_DIGEST);
	return wrong ? -EUCLEAN : error;
}

int reading_step(struct reading *reading, struct idrevoke_merge **merge)
{
	const struct idrevoke_latest *latest = reading->latest;
	const struct idrevoke_payload_header *header;
	const char *why = "?";
	int error = verify(reading);

	*merge = NULL;
	if (error)
		return error;
	error = idrevoke_mirror_merge_verified(merge, latest, reading->from, hand_on, reading,
					       &why);
	if (error)
		return reading_failed(latest, error, why);
	header = idrevoke_merge_header(*merge);
	if (header->epoch == latest->epoch && header->version == latest->version &&
	    header->count == latest->count &&
	    idrevoke_digest_equal(&header->digest, &latest->digest))
		return 0;
	idrevoke_merge_close(*merge);
	*merge = NULL;
	return reading_failed(latest, -EBADMSG, "they are of another list than latest names");
}
