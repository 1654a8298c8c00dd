/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The issuer's store: a directory, mode 0700, with
 *
 *	store.db	events, records, and what was published of them (SQLite)
 *	key		the key that signs the feed
 *	lock		held by the one who publishes or confirms
 *	snapshot.lock	held by the one who writes a snapshot
 *	feed/		what may be served
 *
 * Functions return 0, or -1 after they have said on standard error what is wrong.
 */
#ifndef IDREVOKE_FEED_STORE_H
#define IDREVOKE_FEED_STORE_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../lib/digest.h"
#include "../lib/note.h"
#include "event.h"

/* Statements that are run for every event, and so are prepared once. */
enum store_statement {
	STATEMENT_EVENTS,
	STATEMENT_ADD_EVENT,
	STATEMENT_RECORD,
	STATEMENT_PUT_RECORD,
	STATEMENT_DELETE_RECORD,
	STATEMENT_ADD_PENDING,
	STATEMENT_LIST,
	STATEMENT_SET_LIST,
	STATEMENTS,
};

/**
 * struct store - an open store
 * @path: of its directory, as it was given
 * @db: its database
 * @statements: those that were prepared
 * @directory: descriptor of its directory
 * @feed: descriptor of the feed's directory
 * @clock_mended: somebody says that the clock was wrong, and is right now
 */
struct store {
	const char *path;
	sqlite3 *db;
	sqlite3_stmt *statements[STATEMENTS];
	int directory;
	int feed;
	bool clock_mended;
};

/**
 * struct list - the list as a whole
 * @version: published last; 0: none
 * @published_count: records in that version
 * @published_digest: and their digest
 * @count: records now, what is not published included
 * @digest: and their digest
 */
struct list {
	uint64_t version;
	uint64_t published_count;
	struct idrevoke_digest published_digest;
	uint64_t count;
	struct idrevoke_digest digest;
};

/**
 * struct settings - what init and set say of a feed
 * @epoch: generation of the list
 * @valid_for: seconds for which the issuer vouches
 * @confirm_every: seconds after which it vouches again
 */
struct settings {
	uint64_t epoch;
	uint64_t valid_for;
	uint64_t confirm_every;
};

/**
 * store_create() - make a store and open it
 * @store: out
 * @path: directory, which must not exist or be empty
 * @settings: of the feed
 * @signer: the key
 */
int store_create(struct store *store, const char *path, const struct settings *settings,
		 const struct idrevoke_signer *signer);

/**
 * store_open() - open a store that exists
 * @store: out
 * @path: directory
 *
 * One that an older program made is brought up to date.
 */
int store_open(struct store *store, const char *path);

/**
 * store_close() - close a store
 * @store: an open store, or one that could not be opened
 */
void store_close(struct store *store);

/**
 * store_signer() - read the key
 * @store: the store
 * @signer: out; to be wiped
 */
int store_signer(const struct store *store, struct idrevoke_signer *signer);

/**
 * store_run() - execute SQL that gives no rows
 * @store: the store
 * @sql: the SQL
 */
int store_run(struct store *store, const char *sql);

/**
 * store_prepare() - prepare one statement
 * @store: the store
 * @statement: out; for sqlite3_finalize()
 * @sql: the SQL
 */
int store_prepare(struct store *store, sqlite3_stmt **statement, const char *sql);

/**
 * store_statement() - get a statement that is prepared once
 * @store: the store
 * @which: the statement
 * @sql: its SQL, always the same
 *
 * Return: the statement, to be reset after use and not to be finalized; NULL:
 * failed.
 */
sqlite3_stmt *store_statement(struct store *store, enum store_statement which, const char *sql);

/**
 * store_step() - run a statement of store_statement() that gives no rows
 * @store: the store
 * @statement: the statement with its parameters
 */
int store_step(struct store *store, sqlite3_stmt *statement);

/**
 * store_complain() - say what SQLite says is wrong
 * @store: the store
 *
 * Return: -1
 */
int store_complain(const struct store *store);

/**
 * store_begin() - begin a transaction that writes; waits for other writers
 * @store: the store
 */
int store_begin(struct store *store);

/* How long to wait for another operator's transaction, milliseconds. */
#define STORE_PATIENCE 60000

/**
 * store_try_begin() - begin a transaction that writes, if that can be done at once
 * @store: the store
 *
 * Return: 0; 1: somebody else is writing; or -1.
 */
int store_try_begin(struct store *store);

/**
 * store_end() - commit the transaction, or roll it back
 * @store: the store
 * @error: not 0: roll back
 *
 * Return: @error, or -1 if the commit failed.
 */
int store_end(struct store *store, int error);

/**
 * store_settings() - read the settings
 * @store: the store
 * @settings: out
 */
int store_settings(struct store *store, struct settings *settings);

/**
 * store_set_settings() - write the settings
 * @store: the store
 * @settings: all of them
 */
int store_set_settings(struct store *store, const struct settings *settings);

/**
 * store_list() - read what holds of the whole list
 * @store: the store
 * @list: out
 */
int store_list(struct store *store, struct list *list);

/**
 * store_set_list() - write what holds of the whole list
 * @store: the store
 * @list: all of it
 */
int store_set_list(struct store *store, const struct list *list);

/* The columns of a record, in the order in which store_column_record() reads. */
#define RECORD_COLUMNS "number, through, reason, flags, effective_from"

/**
 * store_column_record() - read a record from a row
 * @row: a row that has RECORD_COLUMNS
 * @first: which column of the row is the first of them
 * @record: out
 */
void store_column_record(sqlite3_stmt *row, int first, struct idrevoke_record *record);

/**
 * store_is_same() - whether two records say the same of their number
 * @a: one
 * @b: the other
 */
bool store_is_same(const struct idrevoke_record *a, const struct idrevoke_record *b);

/**
 * store_bind_record() - set the parameters 1 to 5 from a record
 * @put: a statement that takes RECORD_COLUMNS
 * @record: the record
 */
void store_bind_record(sqlite3_stmt *put, const struct idrevoke_record *record);

/**
 * store_bind_outcome() - set the parameters 1 to 6 for the table record
 * @put: a statement that takes all columns of the table
 * @record: the record
 * @person_until: last day of the blacklisting, or NO_DAY
 */
void store_bind_outcome(sqlite3_stmt *put, const struct idrevoke_record *record,
			int32_t person_until);

/**
 * store_bind_event() - set the parameters 1 to 11 for the table event
 * @put: a statement that takes all columns of the table
 * @number: packed
 * @event: the event, which outlives the parameters
 */
void store_bind_event(sqlite3_stmt *put, uint64_t number, const struct event *event);

/**
 * store_record() - read a number's record
 * @store: the store
 * @number: packed
 * @record: out
 * @listed: out: whether there is one
 */
int store_record(struct store *store, uint64_t number, struct idrevoke_record *record,
		 bool *listed);

/**
 * store_events() - read all events of a number
 * @store: the store
 * @number: packed
 * @events: out: in order, with room for one more; for the caller to free()
 * @count: out: how many
 */
int store_events(struct store *store, uint64_t number, struct event **events, size_t *count);

/**
 * store_recompute() - make a number's record what its events amount to
 * @store: the store, in a transaction
 * @number: packed
 * @at: the time from which on it holds, if it is another than before
 */
int store_recompute(struct store *store, uint64_t number, uint64_t at);

/**
 * store_add_event() - keep an event, if the rules let it happen
 * @store: the store, in a transaction
 * @number: packed
 * @event: the event; completed as by event_admit(), and an @at of 0 by the time
 *	it is now
 * @refusal: out: why not; empty if it was kept
 *
 * Return: 0; -1: failed, or refused if @refusal is not empty.
 */
int store_add_event(struct store *store, uint64_t number, struct event *event,
		    char refusal[REFUSAL_SIZE]);

/**
 * store_expired() - find blacklistings that have ended
 * @store: the store
 * @today: days from 1984-01-01
 * @expired: out: whether there is one that records still show
 */
int store_expired(struct store *store, int32_t today, bool *expired);

/**
 * store_expire() - end the blacklistings that have ended
 * @store: the store, in a transaction
 * @at: now
 */
int store_expire(struct store *store, uint64_t at);

#endif /* IDREVOKE_FEED_STORE_H */
