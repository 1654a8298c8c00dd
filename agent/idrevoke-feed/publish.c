// SPDX-License-Identifier: GPL-2.0-or-later
/* From changed records to a new version. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../lib/date.h"
#include "../lib/payload.h"
#include "feed_tool.h"
#include "publish.h"

/*
 * A snapshot is due after so many deltas, for latest names no more than
 * IDREVOKE_FEED_DELTAS_MAX, or when together they have this part of its records;
 * but not for so few that nobody minds them.
 */
#define SNAPSHOT_AFTER_DELTAS 56
#define SNAPSHOT_AFTER_PART 8
#define SNAPSHOT_AFTER_RECORDS 1024

/* Milliseconds between two attempts to begin while another operator writes. */
#define BEGIN_EVERY 20

/* Deltas that lead from the newest snapshot to the version. */
struct since_snapshot {
	uint64_t deltas;
	uint64_t records;
};

static int count_since_snapshot(struct store *store, struct since_snapshot *since)
{
	sqlite3_stmt *row;
	int step;

	if (store_prepare(store, &row,
			  "SELECT count(*), ifnull(sum((unpacked - 96) / 20), 0) FROM payload"
			  "	WHERE base >= (SELECT max(version) FROM payload WHERE base = 0)"))
		return -1;
	step = sqlite3_step(row);
	since->deltas = sqlite3_column_int64(row, 0);
	since->records = sqlite3_column_int64(row, 1);
	sqlite3_finalize(row);
	return step == SQLITE_ROW ? 0 : store_complain(store);
}

/* The records that changed, as a delta has them; for the caller to free(). */
struct changes {
	struct idrevoke_record *records;
	size_t count;
};

static int add_change(struct changes *changes, const struct idrevoke_record *record)
{
	/* doubles whenever the count is a power of two */
	if (!(changes->count & (changes->count - 1))) {
		struct idrevoke_record *more =
			reallocarray(changes->records, changes->count ? 2 * changes->count : 1,
				     sizeof(*more));

		if (!more)
			return complain("out of memory");
		changes->records = more;
	}
	changes->records[changes->count++] = *record;
	return 0;
}

static int read_changes(struct store *store, struct changes *changes)
{
	sqlite3_stmt *row;
	int step, error = 0;

	*changes = (struct changes){ 0 };
	/* what is now, unless that is what was; without a record now, a removal */
	if (store_prepare(store, &row,
			  "SELECT p.number, ifnull(r.through, 0), ifnull(r.reason, 0),"
			  "	ifnull(r.flags, 128), ifnull(r.effective_from, ?)"
			  "	FROM pending p LEFT JOIN record r ON r.number = p.number"
			  "	WHERE (p.through, p.reason, p.flags, p.effective_from) IS NOT"
			  "		(r.through, r.reason, r.flags, r.effective_from)"
			  "	AND NOT (p.flags = 128 AND r.number IS NULL)"
			  "	ORDER BY p.number"))
		return -1;
	sqlite3_bind_int64(row, 1, time_now());
	while (!error && (step = sqlite3_step(row)) == SQLITE_ROW) {
		struct idrevoke_record record;

		store_column_record(row, 0, &record);
		error = add_change(changes, &record);
	}
	sqlite3_finalize(row);
	if (!error && step != SQLITE_DONE)
		error = store_complain(store);
	return error ? -1 : 0;
}

static int write_delta(struct store *store, const struct list *list,
		       const struct settings *settings, const struct changes *changes,
		       struct idrevoke_feed_payload *payload)
{
	struct idrevoke_payload_header header = {
		.delta = true,
		.epoch = settings->epoch,
		.base = list->version,
		.version = list->version + 1,
		.records = changes->count,
		.count = list->count,
		.digest = list->digest,
		.issued = time_now(),
	};
	struct idrevoke_payload_writer *writer;
	int error = idrevoke_payload_create(&writer, store->feed, &header);

	for (size_t i = 0; i < changes->count && !error; i++)
		error = idrevoke_payload_append(writer, &changes->records[i]);
	if (!error)
		error = idrevoke_payload_finish(writer, payload);
	idrevoke_payload_discard(writer);
	if (error)
		complain("cannot write the delta: %s", strerror(-error));
	return error ? -1 : 0;
}

/* In a transaction: makes of what changed the next version, if anything did. */
static int next_version(struct store *store, const struct settings *settings, struct list *list)
{
	struct idrevoke_feed_payload payload;
	struct changes changes;
	int error;

	if (store_expire(store, time_now()) || store_list(store, list) ||
	    read_changes(store, &changes))
		return -1;
	error = 0;
	if (changes.count) {
		error = write_delta(store, list, settings, &changes, &payload);
		if (!error)
			error = publish_add_payload(store, &payload);
		if (!error) {
			list->version++;
			list->published_count = list->count;
			list->published_digest = list->digest;
			error = store_set_list(store, list);
		}
	}
	if (changes.records)
		explicit_bzero(changes.records, changes.count * sizeof(*changes.records));
	free(changes.records);
	return error ?: store_run(store, "DELETE FROM pending");
}

/* In a transaction: makes of all records there are version 1. */
static int first_version(struct store *store, struct list *list)
{
	if (store_expire(store, time_now()) || store_list(store, list))
		return -1;
	list->version = 1;
	list->published_count = list->count;
	list->published_digest = list->digest;
	/* the snapshot is written from here, and so is part of the transaction */
	return store_set_list(store, list) ?: publish_snapshot(store);
}

/*
 * Becomes the one who writes database and latest. The lock is not held while
 * another operator writes for long: who confirms needs it, but not the database.
 */
static int begin(struct store *store)
{
	int lock, busy = 1;

	for (int waited = 0; busy > 0 && waited < STORE_PATIENCE; waited += BEGIN_EVERY) {
		lock = publish_lock(store, PUBLISH_LOCK, true);
		if (lock < 0)
			return -1;
		busy = store_try_begin(store);
		if (!busy)
			return lock;
		close(lock);
		if (busy > 0)
			sqlite3_sleep(BEGIN_EVERY);
	}
	if (busy > 0)
		complain("another operator has been writing for too long");
	return -1;
}

/* In a transaction. */
static int make_version(struct store *store, struct list *list)
{
	struct since_snapshot since;
	struct settings settings;

	if (store_settings(store, &settings) || store_list(store, list) ||
	    publish_check_copy(store, &settings, list) || count_since_snapshot(store, &since))
		return -1;
	/* only if those before this one failed: latest could not name the way here */
	if (list->version && since.deltas >= IDREVOKE_FEED_DELTAS_MAX && publish_snapshot(store))
		return -1;
	return list->version ? next_version(store, &settings, list) : first_version(store, list);
}

/* With the lock, and in a transaction, which this ends. */
static int publish_locked(struct store *store, bool *snapshot_due)
{
	struct since_snapshot since;
	struct list list;

	if (store_end(store, make_version(store, &list)) || publish_latest(store))
		return -1;
	/* store_end() passes a failure on. NOLINTNEXTLINE(clang-analyzer-core.CallAndMessage) */
	printf("published %" PRIu64 " ", list.version);
	time_print();
	if (count_since_snapshot(store, &since))
		return -1;
	*snapshot_due = since.deltas > SNAPSHOT_AFTER_DELTAS ||
			(since.records > SNAPSHOT_AFTER_RECORDS &&
			 since.records > list.count / SNAPSHOT_AFTER_PART);
	return publish_prune(store) ?: publish_sweep(store, "delta");
}

/* Without the lock while it is written, so that nobody waits for it. */
static int add_snapshot(struct store *store)
{
	int writing = publish_lock(store, PUBLISH_SNAPSHOT_LOCK, false), lock, error;

	/* somebody else does it already */
	if (writing < 0)
		return 0;
	lock = publish_snapshot(store) ? -1 : publish_lock(store, PUBLISH_LOCK, true);
	error = lock < 0 ? -1 :
			   publish_latest(store) ?: publish_prune(store) ?:
			   publish_sweep(store, "snapshot");
	if (lock >= 0)
		close(lock);
	close(writing);
	return error;
}

int publish(struct store *store)
{
	bool snapshot_due = false;
	int lock = publish_check_clock(store) ? -1 : begin(store), error;

	if (lock < 0)
		return -1;
	error = publish_locked(store, &snapshot_due);
	close(lock);
	/* the version is out: what is missing comes with one of the next */
	if (!error && snapshot_due && add_snapshot(store))
		complain("warning: the version is published, but no snapshot could be made");
	return error;
}

int publish_confirm(struct store *store, bool wait)
{
	struct list list;
	int lock, error;

	if (store_list(store, &list))
		return -1;
	if (!list.version)
		return 0;
	if (publish_check_clock(store))
		return -1;
	lock = publish_lock(store, PUBLISH_LOCK, wait);
	if (lock < 0)
		return wait ? -1 : 0;
	error = publish_latest(store);
	close(lock);
	return error;
}

int publish_is_due(struct store *store, bool *due)
{
	struct list list;

	*due = false;
	if (store_list(store, &list))
		return -1;
	return list.version ? store_expired(store, idrevoke_start_of_time(time_now()), due) : 0;
}

int command_publish(const struct options *options)
{
	struct store store;
	int error = store_open(&store, options->value[OPTION_STORE]);

	if (!error && options->value[OPTION_CLOCK_MENDED])
		error = publish_mend_clock(&store);
	if (!error)
		error = publish(&store);
	store_close(&store);
	return error ? EXIT_FAILED : EXIT_DONE;
}
