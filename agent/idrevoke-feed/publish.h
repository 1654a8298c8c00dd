/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Publishing. A version is a delta, whose cost is that of the change, and a new
 * latest. When the deltas since the last snapshot have become many, a snapshot
 * of that version follows, which nobody waits for.
 *
 * The database says first what is published; latest is written from it, and can
 * be at any time: after a crash in between, the next confirmation brings it.
 */
#ifndef IDREVOKE_FEED_PUBLISH_H
#define IDREVOKE_FEED_PUBLISH_H

#include "../lib/feed.h"
#include "store.h"

/**
 * publish() - publish what changed; vouch again for the list if nothing did
 * @store: the store
 *
 * Says on standard output which version, and when it was there.
 *
 * Return: 0 or -1.
 */
int publish(struct store *store);

/**
 * publish_confirm() - vouch again for the version that is published
 * @store: the store
 * @wait: for another process that publishes; else leaves it be, for that vouches
 *	too
 *
 * Only reads the database: no writer holds it up.
 *
 * Return: 0 or -1.
 */
int publish_confirm(struct store *store, bool wait);

/**
 * publish_is_due() - find out whether something is to be published by itself
 * @store: the store
 * @due: out: whether a blacklisting has ended
 *
 * Return: 0 or -1.
 */
int publish_is_due(struct store *store, bool *due);

/* The list as it was published last: what did not change, and what did. Both
 * parts come in the order of their keys, so that SQLite need only merge them.
 */
#define PUBLISHED_RECORDS                                                                       \
	"SELECT " RECORD_COLUMNS " FROM record WHERE number NOT IN (SELECT number FROM pending)" \
	" UNION ALL SELECT " RECORD_COLUMNS " FROM pending WHERE flags <> 128 ORDER BY 1"

/**
 * publish_snapshot() - write a snapshot of the version that is published
 * @store: the store
 *
 * Return: 0 or -1.
 */
int publish_snapshot(struct store *store);

/* Held while latest is written, and while a snapshot is written besides. */
#define PUBLISH_LOCK "lock"
#define PUBLISH_SNAPSHOT_LOCK "snapshot.lock"

/**
 * publish_lock() - become the one who writes latest, or a snapshot
 * @store: the store
 * @name: which lock
 * @wait: for whoever is at present
 *
 * Return: a descriptor to close(2); -1: failed, or busy and not to wait.
 */
int publish_lock(const struct store *store, const char *name, bool wait);

/**
 * publish_read_latest() - read latest as it was published
 * @store: the store
 * @latest: out
 *
 * Return: 0; 1: there is none; or -1.
 */
int publish_read_latest(const struct store *store, struct idrevoke_latest *latest);

/**
 * publish_check_copy() - compare the store with latest as it was published
 * @store: the store; the caller has the lock, and is in a transaction
 * @settings: its settings
 * @list: its list, before a version is made
 *
 * A store that was put back from a copy must not make the next version: it would be
 * another list than gateways have by that number, without what was reported since.
 *
 * Return: 0; -1: the store is behind, or has another list.
 */
int publish_check_copy(const struct store *store, const struct settings *settings,
		       const struct list *list);

/**
 * publish_check_clock() - compare the clock with the last statement
 * @store: the store
 *
 * Comes before anything is written that a wrong clock would spoil.
 *
 * Return: 0; -1: the clock is wrong, or was.
 */
int publish_check_clock(const struct store *store);

/**
 * publish_mend_clock() - go back to the right time after a wrong one was published
 * @store: the store; from now on its next statement may be earlier
 *
 * Blacklistings that ended by the wrong time are in force again.
 *
 * Return: 0 or -1.
 */
int publish_mend_clock(struct store *store);

/**
 * publish_latest() - write latest from what the database says
 * @store: the store; the caller has the lock
 *
 * Return: 0 or -1.
 */
int publish_latest(struct store *store);

/**
 * publish_as_of() - which files of the feed make up a version
 * @store: the store, in a transaction
 * @version: the version
 * @latest: out: its version, snapshot and deltas, as in the latest of that version
 *
 * Return: 0 or -1.
 */
int publish_as_of(struct store *store, uint64_t version, struct idrevoke_latest *latest);

/**
 * publish_add_payload() - note a file of the feed in the database
 * @store: the store, in a transaction
 * @payload: the file
 *
 * Return: 0 or -1.
 */
int publish_add_payload(struct store *store, const struct idrevoke_feed_payload *payload);

/**
 * publish_column_payload() - read a file of the feed from a row
 * @row: a row of the table payload
 * @payload: out
 */
void publish_column_payload(sqlite3_stmt *row, struct idrevoke_feed_payload *payload);

/**
 * publish_sweep() - remove the files that the database does not name
 * @store: the store
 * @directory: delta: the caller has the lock; snapshot: that for snapshots as well
 *
 * Return: 0 or -1.
 */
int publish_sweep(struct store *store, const char *directory);

/**
 * publish_prune() - remove the files that latest does not name any more
 * @store: the store; latest was written; the caller has the lock
 *
 * The snapshot before the last stays for those who are fetching it.
 *
 * Return: 0 or -1.
 */
int publish_prune(struct store *store);

#endif /* IDREVOKE_FEED_PUBLISH_H */
