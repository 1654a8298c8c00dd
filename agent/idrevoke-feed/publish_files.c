// SPDX-License-Identifier: GPL-2.0-or-later
/* The feed's files: snapshots, latest, and those that are not needed any more. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "../lib/mirror.h"
#include "../lib/payload.h"
#include "../lib/write.h"
#include "feed_tool.h"
#include "publish.h"

#define ROOT 1

/* Snapshots that are kept: the one that latest names, and the one before. */
#define SNAPSHOTS_KEPT 2

int publish_lock(const struct store *store, const char *name, bool wait)
{
	int lock = openat(store->directory, name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (lock < 0) {
		complain("%s: %s", name, strerror(errno));
		return -1;
	}
	while (flock(lock, LOCK_EX | (wait ? 0 : LOCK_NB))) {
		if (errno == EINTR)
			continue;
		if (errno != EWOULDBLOCK)
			complain("%s: %s", name, strerror(errno));
		close(lock);
		return -1;
	}
	return lock;
}

int publish_add_payload(struct store *store, const struct idrevoke_feed_payload *payload)
{
	sqlite3_stmt *put;
	int error;

	/* two may have written a snapshot of the same version: either will do */
	if (store_prepare(store, &put, "INSERT OR IGNORE INTO payload VALUES (?, ?, ?, ?, ?)"))
		return -1;
	/* store_end() passes a failure on. NOLINTNEXTLINE(clang-analyzer-core.CallAndMessage) */
	sqlite3_bind_int64(put, 1, payload->base);
	sqlite3_bind_int64(put, 2, payload->version);
	sqlite3_bind_blob(put, 3, payload->sha256, sizeof(payload->sha256), SQLITE_STATIC);
	sqlite3_bind_int64(put, 4, payload->stored);
	sqlite3_bind_int64(put, 5, payload->unpacked);
	error = sqlite3_step(put) != SQLITE_DONE;
	sqlite3_finalize(put);
	return error ? store_complain(store) : 0;
}

static int write_records(struct store *store, struct idrevoke_payload_writer *writer)
{
	sqlite3_stmt *row;
	int step, error = 0;

	if (store_prepare(store, &row, PUBLISHED_RECORDS))
		return -1;
	while (!error && (step = sqlite3_step(row)) == SQLITE_ROW) {
		struct idrevoke_record record;

		store_column_record(row, 0, &record);
		error = idrevoke_payload_append(writer, &record);
	}
	if (error)
		complain("cannot write the snapshot: %s", strerror(-error));
	else if (step != SQLITE_DONE)
		error = store_complain(store);
	sqlite3_finalize(row);
	return error ? -1 : 0;
}

static int write_snapshot(struct store *store, struct idrevoke_feed_payload *payload)
{
	struct idrevoke_payload_header header = { .issued = time_now() };
	struct idrevoke_payload_writer *writer;
	struct settings settings;
	struct list list;
	int error;

	if (store_settings(store, &settings) || store_list(store, &list))
		return -1;
	header.epoch = settings.epoch;
	header.version = list.version;
	header.records = list.published_count;
	header.count = list.published_count;
	header.digest = list.published_digest;
	error = idrevoke_payload_create(&writer, store->feed, &header);
	if (error) {
		complain("cannot write the snapshot: %s", strerror(-error));
		return -1;
	}
	error = write_records(store, writer);
	if (!error) {
		error = idrevoke_payload_finish(writer, payload);
		if (error)
			complain("cannot write the snapshot: %s", strerror(-error));
	}
	idrevoke_payload_discard(writer);
	return error ? -1 : 0;
}

/* Whether there is a snapshot of the version that is published; -1: failed. */
static int has_snapshot(struct store *store)
{
	sqlite3_stmt *row;
	int step;

	if (store_prepare(store, &row,
			  "SELECT 1 FROM payload JOIN list USING (version) WHERE base = 0"))
		return -1;
	step = sqlite3_step(row);
	sqlite3_finalize(row);
	if (step != SQLITE_ROW && step != SQLITE_DONE)
		return store_complain(store);
	return step == SQLITE_ROW;
}

int publish_snapshot(struct store *store)
{
	struct idrevoke_feed_payload payload;
	int error = has_snapshot(store);

	if (error)
		return error > 0 ? 0 : error;

	if (!sqlite3_get_autocommit(store->db)) {
		/* part of the caller's transaction */
		return write_snapshot(store, &payload) ?: publish_add_payload(store, &payload);
	}
	/* others may write while this reads: it sees one version throughout */
	if (store_run(store, "BEGIN"))
		return -1;
	if (store_end(store, write_snapshot(store, &payload)) || store_begin(store))
		return -1;
	error = publish_add_payload(store, &payload);
	return store_end(store, error);
}

void publish_column_payload(sqlite3_stmt *row, struct idrevoke_feed_payload *payload)
{
	memset(payload, 0, sizeof(*payload));
	payload->base = sqlite3_column_int64(row, 0);
	payload->version = sqlite3_column_int64(row, 1);
	if (sqlite3_column_bytes(row, 2) == sizeof(payload->sha256))
		memcpy(payload->sha256, sqlite3_column_blob(row, 2), sizeof(payload->sha256));
	payload->stored = sqlite3_column_int64(row, 3);
	payload->unpacked = sqlite3_column_int64(row, 4);
}

int publish_as_of(struct store *store, uint64_t version, struct idrevoke_latest *latest)
{
	sqlite3_stmt *row;
	int step;

	latest->version = version;
	latest->delta_count = 0;
	if (store_prepare(store, &row,
			  "SELECT * FROM payload WHERE base = 0 AND version <= ?"
			  "	ORDER BY version DESC LIMIT 1"))
		return -1;
	sqlite3_bind_int64(row, 1, version);
	step = sqlite3_step(row);
	if (step == SQLITE_ROW)
		publish_column_payload(row, &latest->snapshot);
	sqlite3_finalize(row);
	if (step != SQLITE_ROW) {
		complain("the feed has no snapshot of version %" PRIu64 " or before", version);
		return -1;
	}
	if (store_prepare(store, &row,
			  "SELECT * FROM payload WHERE base BETWEEN 1 AND ?"
			  "	ORDER BY base DESC LIMIT ?"))
		return -1;
	sqlite3_bind_int64(row, 1, (int64_t)version - 1);
	sqlite3_bind_int(row, 2, IDREVOKE_FEED_DELTAS_MAX);
	while ((step = sqlite3_step(row)) == SQLITE_ROW)
		publish_column_payload(row, &latest->deltas[latest->delta_count++]);
	sqlite3_finalize(row);
	return step == SQLITE_DONE ? 0 : store_complain(store);
}

static int read_latest(struct store *store, struct idrevoke_latest *latest)
{
	struct settings settings;
	struct list list;

	if (store_settings(store, &settings) || store_list(store, &list))
		return -1;
	*latest = (struct idrevoke_latest){
		.epoch = settings.epoch,
		.version = list.version,
		.count = list.published_count,
		.digest = list.published_digest,
		.issued = time_now(),
		.valid_for = settings.valid_for,
		.confirm_every = settings.confirm_every,
		.root = ROOT,
	};
	return publish_as_of(store, list.version, latest);
}

/* Return: as publish_read_latest(). */
static int read_published(const struct store *store, const struct idrevoke_signer *signer,
			  struct idrevoke_latest *latest)
{
	const char *why;
	int error = idrevoke_mirror_latest(store->feed, &signer->verifier, latest, NULL, NULL,
					   &why);

	if (error == -ENOENT)
		return 1;
	if (error)
		complain("%s: %s", IDREVOKE_FEED_LATEST, why);
	return error ? -1 : 0;
}

int publish_read_latest(const struct store *store, struct idrevoke_latest *latest)
{
	struct idrevoke_signer signer;
	int none;

	if (store_signer(store, &signer))
		return -1;
	none = read_published(store, &signer, latest);
	explicit_bzero(&signer, sizeof(signer));
	return none;
}

/*
 * A store that is a copy from before knows less than gateways do, and would make of the
 * same version another list.
 */
static int check_copy(const struct idrevoke_latest *before, const struct idrevoke_latest *latest)
{
	if (before->epoch < latest->epoch ||
	    (before->epoch == latest->epoch && before->version < latest->version))
		return 0;
	if (before->epoch > latest->epoch || before->version > latest->version)
		return complain("%s names a newer version than the store has: is the store an "
				"old copy?", IDREVOKE_FEED_LATEST);
	if (before->count != latest->count ||
	    !idrevoke_digest_equal(&before->digest, &latest->digest))
		return complain("%s names another list as version %" PRIu64 " than the store "
				"has: was the store an old copy?", IDREVOKE_FEED_LATEST,
				latest->version);
	return 0;
}

int publish_check_copy(const struct store *store, const struct settings *settings,
		       const struct list *list)
{
	const struct idrevoke_latest latest = {
		.epoch = settings->epoch,
		.version = list->version,
		.count = list->published_count,
		.digest = list->published_digest,
	};
	struct idrevoke_latest before;
	int none = publish_read_latest(store, &before);

	if (none)
		return none < 0 ? -1 : 0;
	return check_copy(&before, &latest);
}

/* What is said must not go back: neither in version nor in time. */
static int check_before(const struct store *store, const struct idrevoke_signer *signer,
			struct idrevoke_latest *latest)
{
	struct idrevoke_latest before;
	int none = read_published(store, signer, &before);

	if (none)
		return none < 0 ? -1 : 0;
	if (check_copy(&before, latest))
		return -1;
	/* a clock that was set back a little */
	if (latest->issued < before.issued && !store->clock_mended)
		latest->issued = before.issued;
	/* of one version, only a later statement counts: after set within a second */
	if (latest->version == before.version && latest->issued == before.issued &&
	    (latest->valid_for != before.valid_for ||
	     latest->confirm_every != before.confirm_every))
		latest->issued++;
	return 0;
}

static int write_latest(const struct store *store, const struct idrevoke_latest *latest,
			const struct idrevoke_signer *signer)
{
	char *text = idrevoke_latest_format(latest), *note = NULL;
	int error;

	if (text)
		note = idrevoke_note_sign(text, signer);
	free(text);
	if (!note)
		return complain("cannot sign %s", IDREVOKE_FEED_LATEST);
	error = idrevoke_file_replace(store->feed, IDREVOKE_FEED_LATEST, note, strlen(note), 0644);
	free(note);
	if (error)
		return complain("%s: %s", IDREVOKE_FEED_LATEST, strerror(-error));
	return 0;
}

int publish_latest(struct store *store)
{
	struct idrevoke_signer signer;
	struct idrevoke_latest latest = { 0 };
	int error;

	/* one transaction, so that version and payloads fit together */
	if (store_run(store, "BEGIN"))
		return -1;
	if (store_end(store, read_latest(store, &latest)) || store_signer(store, &signer))
		return -1;
	error = check_before(store, &signer, &latest) ?: write_latest(store, &latest, &signer);
	explicit_bzero(&signer, sizeof(signer));
	return error ? -1 : 0;
}

/* In a transaction. */
static int prune(struct store *store)
{
	sqlite3_stmt *row;
	int step;

	if (store_prepare(store, &row,
			  "DELETE FROM payload WHERE"
			  "	(base = 0 AND version NOT IN (SELECT version FROM payload"
			  "		WHERE base = 0 ORDER BY version DESC LIMIT ?)) OR"
			  "	(base > 0 AND base NOT IN (SELECT base FROM payload"
			  "		WHERE base > 0 ORDER BY base DESC LIMIT ?))"
			  "	RETURNING *"))
		return -1;
	sqlite3_bind_int(row, 1, SNAPSHOTS_KEPT);
	sqlite3_bind_int(row, 2, IDREVOKE_FEED_DELTAS_MAX);
	while ((step = sqlite3_step(row)) == SQLITE_ROW) {
		struct idrevoke_feed_payload payload;
		char path[IDREVOKE_FEED_PATH];

		publish_column_payload(row, &payload);
		idrevoke_feed_path(&payload, path);
		if (unlinkat(store->feed, path, 0) && errno != ENOENT)
			complain("%s: %s", path, strerror(errno));
	}
	sqlite3_finalize(row);
	return step == SQLITE_DONE ? 0 : store_complain(store);
}

int publish_prune(struct store *store)
{
	int busy = store_try_begin(store);

	/* somebody writes, and should not be waited for with the lock: next time */
	if (busy)
		return busy < 0 ? -1 : 0;
	return store_end(store, prune(store));
}
