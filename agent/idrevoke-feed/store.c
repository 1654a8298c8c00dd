// SPDX-License-Identifier: GPL-2.0-or-later
/* Opening the store, and what holds of it as a whole; store_record.c has the rest. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../lib/write.h"
#include "feed_tool.h"
#include "store.h"

#define DATABASE "store.db"
#define KEY "key"

/* "IDRV": whose database it is; and of which make. */
#define APPLICATION_ID 0x49445256
#define VERSION 2

#define IS_IT_A_STORE "; is it a store of idrevoke-feed?"

#define TEXT(macro) TEXT_OF(macro)
#define TEXT_OF(text) #text

static const char schema[] =
	"PRAGMA journal_mode = WAL;"
	"BEGIN;"
	"CREATE TABLE setting (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;"
	/* What happened: see event.h. Together, by number, for that is how it is read. */
	"CREATE TABLE event ("
	"	number INTEGER NOT NULL, sequence INTEGER NOT NULL, kind INTEGER NOT NULL,"
	"	start INTEGER, reason INTEGER, target INTEGER, until INTEGER, ground TEXT,"
	"	at INTEGER NOT NULL, by TEXT NOT NULL, why TEXT NOT NULL,"
	"	PRIMARY KEY (number, sequence)) WITHOUT ROWID;"
	"CREATE TRIGGER event_changed BEFORE UPDATE ON event"
	"	BEGIN SELECT RAISE(ABORT, 'events are kept as they are'); END;"
	"CREATE TRIGGER event_deleted BEFORE DELETE ON event"
	"	BEGIN SELECT RAISE(ABORT, 'events are kept'); END;"
	/* What the events of each number amount to. */
	"CREATE TABLE record ("
	"	number INTEGER PRIMARY KEY, through INTEGER NOT NULL, reason INTEGER NOT NULL,"
	"	flags INTEGER NOT NULL, effective_from INTEGER NOT NULL, person_until INTEGER);"
	"CREATE INDEX record_person ON record (person_until) WHERE person_until IS NOT NULL;"
	/* Of records that changed since the last publication: what was published;
	 * flags REMOVE if nothing was. Empty before the first publication.
	 */
	"CREATE TABLE pending ("
	"	number INTEGER PRIMARY KEY, through INTEGER NOT NULL, reason INTEGER NOT NULL,"
	"	flags INTEGER NOT NULL, effective_from INTEGER NOT NULL);"
	/* One row. Digests: 16 bytes, least significant first. */
	"CREATE TABLE list ("
	"	version INTEGER NOT NULL, published_count INTEGER NOT NULL,"
	"	published_digest BLOB NOT NULL, count INTEGER NOT NULL, digest BLOB NOT NULL);"
	"INSERT INTO list VALUES (0, 0, zeroblob(16), 0, zeroblob(16));"
	/* Files of the feed; base 0: snapshots. */
	"CREATE TABLE payload ("
	"	base INTEGER NOT NULL, version INTEGER NOT NULL, sha256 BLOB NOT NULL,"
	"	stored INTEGER NOT NULL, unpacked INTEGER NOT NULL,"
	"	PRIMARY KEY (base, version)) WITHOUT ROWID;"
	"PRAGMA application_id = " TEXT(APPLICATION_ID) ";"
	"PRAGMA user_version = " TEXT(VERSION) ";"
	"COMMIT;";

int store_complain(const struct store *store)
{
	complain("%s/%s: %s%s", store->path, DATABASE, sqlite3_errmsg(store->db),
		 sqlite3_errcode(store->db) == SQLITE_NOTADB ? IS_IT_A_STORE : "");
	return -1;
}

int store_run(struct store *store, const char *sql)
{
	return sqlite3_exec(store->db, sql, NULL, NULL, NULL) ? store_complain(store) : 0;
}

int store_prepare(struct store *store, sqlite3_stmt **statement, const char *sql)
{
	return sqlite3_prepare_v2(store->db, sql, -1, statement, NULL) ? store_complain(store) : 0;
}

sqlite3_stmt *store_statement(struct store *store, enum store_statement which, const char *sql)
{
	if (!store->statements[which] && store_prepare(store, &store->statements[which], sql))
		return NULL;
	return store->statements[which];
}

int store_step(struct store *store, sqlite3_stmt *statement)
{
	int error = sqlite3_step(statement) == SQLITE_DONE ? 0 : store_complain(store);

	sqlite3_reset(statement);
	/* parameters may point to what does not outlive this */
	sqlite3_clear_bindings(statement);
	return error;
}

int store_begin(struct store *store)
{
	return store_run(store, "BEGIN IMMEDIATE");
}

int store_try_begin(struct store *store)
{
	int error;

	sqlite3_busy_timeout(store->db, 0);
	error = sqlite3_exec(store->db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
	sqlite3_busy_timeout(store->db, STORE_PATIENCE);
	if (error == SQLITE_BUSY)
		return 1;
	return error ? store_complain(store) : 0;
}

int store_end(struct store *store, int error)
{
	if (!error)
		error = store_run(store, "COMMIT");
	if (error && !sqlite3_get_autocommit(store->db))
		sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
	return error;
}

static int open_database(struct store *store, int flags)
{
	char *name = sqlite3_mprintf("%s/%s", store->path, DATABASE);
	int error;

	if (!name) {
		complain("out of memory");
		return -1;
	}
	error = sqlite3_open_v2(name, &store->db,
				SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | flags, NULL);
	sqlite3_free(name);
	if (error) {
		complain("%s/%s: %s", store->path, DATABASE,
			 store->db ? sqlite3_errmsg(store->db) : "out of memory");
		return -1;
	}
	sqlite3_busy_timeout(store->db, STORE_PATIENCE);
	return store_run(store, "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
				"PRAGMA temp_store = MEMORY; PRAGMA cache_size = -65536");
}

static int open_directories(struct store *store)
{
	store->directory = open(store->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (store->directory < 0) {
		complain("%s: %s", store->path, strerror(errno));
		return -1;
	}
	store->feed = openat(store->directory, "feed", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (store->feed < 0) {
		complain("%s/feed: %s%s", store->path, strerror(errno),
			 errno == ENOENT ? IS_IT_A_STORE : "");
		return -1;
	}
	return 0;
}

static int write_key(const struct store *store, const struct idrevoke_signer *signer)
{
	char text[IDREVOKE_KEY_TEXT + 1];
	int error;

	idrevoke_signer_format(signer, text);
	strcat(text, "\n");
	error = idrevoke_file_replace(store->directory, KEY, text, strlen(text), 0600);
	explicit_bzero(text, sizeof(text));
	if (error)
		complain("%s/%s: %s", store->path, KEY, strerror(-error));
	return error ? -1 : 0;
}

int store_create(struct store *store, const char *path, const struct settings *settings,
		 const struct idrevoke_signer *signer)
{
	char *feed;
	int error;

	*store = (struct store){ .path = path, .directory = -1, .feed = -1 };
	if (mkdir(path, 0700) && (errno != EEXIST || rmdir(path) || mkdir(path, 0700))) {
		complain("%s: %s", path, strerror(errno));
		return -1;
	}
	feed = sqlite3_mprintf("%s/feed", path);
	error = feed ? mkdir(feed, 0755) || chmod(feed, 0755) : -1;
	if (error)
		complain("%s/feed: %s", path, feed ? strerror(errno) : "out of memory");
	sqlite3_free(feed);
	if (error || open_directories(store) || open_database(store, SQLITE_OPEN_CREATE) ||
	    store_run(store, schema) || store_set_settings(store, settings))
		return -1;
	return write_key(store, signer);
}

/* Reads a number that the database has of itself. */
static int read_pragma(struct store *store, const char *sql, int *value)
{
	sqlite3_stmt *row;
	int error = 0;

	if (store_prepare(store, &row, sql))
		return -1;
	if (sqlite3_step(row) == SQLITE_ROW)
		*value = sqlite3_column_int(row, 0);
	else
		error = store_complain(store);
	sqlite3_finalize(row);
	return error;
}

/*
 * From version 1 to 2: the tables are the same, but events may be corrections,
 * which a program that knows version 1 would pass over. It refuses version 2.
 */
static int migrate(struct store *store)
{
	return store_run(store, "BEGIN IMMEDIATE; PRAGMA user_version = 2; COMMIT");
}

static int check_version(struct store *store)
{
	int application, version;

	if (read_pragma(store, "PRAGMA application_id", &application) ||
	    read_pragma(store, "PRAGMA user_version", &version))
		return -1;
	if (application != APPLICATION_ID) {
		complain("%s/%s: not a store of idrevoke-feed", store->path, DATABASE);
		return -1;
	}
	if (version < 1 || version > VERSION) {
		complain("%s/%s: a store of version %d; this program knows versions 1 to %d",
			 store->path, DATABASE, version, VERSION);
		return -1;
	}
	return version < VERSION ? migrate(store) : 0;
}

int store_open(struct store *store, const char *path)
{
	*store = (struct store){ .path = path, .directory = -1, .feed = -1 };
	if (open_directories(store) || open_database(store, 0))
		return -1;
	return check_version(store);
}

void store_close(struct store *store)
{
	for (int i = 0; i < STATEMENTS; i++)
		sqlite3_finalize(store->statements[i]);
	sqlite3_close(store->db);
	if (store->feed >= 0)
		close(store->feed);
	if (store->directory >= 0)
		close(store->directory);
	*store = (struct store){ .directory = -1, .feed = -1 };
}

int store_signer(const struct store *store, struct idrevoke_signer *signer)
{
	size_t size;
	char *text;
	int error = idrevoke_file_read(store->directory, KEY, IDREVOKE_KEY_TEXT, &text, &size);

	if (error) {
		complain("%s/%s: %s%s", store->path, KEY, strerror(-error),
			 error == -ENOENT ? IS_IT_A_STORE : "");
		return -1;
	}
	error = idrevoke_signer_parse(signer, text);
	explicit_bzero(text, size);
	free(text);
	if (error)
		complain("%s/%s: not a key that signs" IS_IT_A_STORE, store->path, KEY);
	return error ? -1 : 0;
}

/* Reads one number that the SQL gives. */
static int read_integer(struct store *store, const char *sql, uint64_t *value)
{
	sqlite3_stmt *row;

	if (store_prepare(store, &row, sql))
		return -1;
	if (sqlite3_step(row) != SQLITE_ROW) {
		sqlite3_finalize(row);
		return store_complain(store);
	}
	*value = sqlite3_column_int64(row, 0);
	sqlite3_finalize(row);
	return 0;
}

int store_settings(struct store *store, struct settings *settings)
{
	if (read_integer(store, "SELECT value FROM setting WHERE name = 'epoch'",
			 &settings->epoch) ||
	    read_integer(store, "SELECT value FROM setting WHERE name = 'valid-for'",
			 &settings->valid_for) ||
	    read_integer(store, "SELECT value FROM setting WHERE name = 'confirm-every'",
			 &settings->confirm_every))
		return -1;
	return 0;
}

int store_set_settings(struct store *store, const struct settings *settings)
{
	sqlite3_stmt *put;
	int error;

	if (store_prepare(store, &put,
			  "INSERT OR REPLACE INTO setting VALUES ('epoch', ?), ('valid-for', ?),"
			  "	('confirm-every', ?)"))
		return -1;
	sqlite3_bind_int64(put, 1, settings->epoch);
	sqlite3_bind_int64(put, 2, settings->valid_for);
	sqlite3_bind_int64(put, 3, settings->confirm_every);
	error = sqlite3_step(put) != SQLITE_DONE;
	sqlite3_finalize(put);
	return error ? store_complain(store) : 0;
}

/* Reads a digest; one of another length than 16 bytes is none. */
static int column_digest(sqlite3_stmt *row, int column, struct idrevoke_digest *digest)
{
	if (sqlite3_column_bytes(row, column) != IDREVOKE_DIGEST_SIZE)
		return -1;
	*digest = idrevoke_digest_decode(sqlite3_column_blob(row, column));
	return 0;
}

int store_list(struct store *store, struct list *list)
{
	sqlite3_stmt *row = store_statement(store, STATEMENT_LIST,
					    "SELECT version, published_count, count,"
					    "	published_digest, digest FROM list");
	int error = 0;

	if (!row)
		return -1;
	if (sqlite3_step(row) != SQLITE_ROW) {
		error = store_complain(store);
		sqlite3_reset(row);
		return error;
	}
	list->version = sqlite3_column_int64(row, 0);
	list->published_count = sqlite3_column_int64(row, 1);
	list->count = sqlite3_column_int64(row, 2);
	if (column_digest(row, 3, &list->published_digest) ||
	    column_digest(row, 4, &list->digest)) {
		complain("%s/%s: a digest is damaged", store->path, DATABASE);
		error = -1;
	}
	sqlite3_reset(row);
	return error;
}

int store_set_list(struct store *store, const struct list *list)
{
	uint8_t published[IDREVOKE_DIGEST_SIZE], digest[IDREVOKE_DIGEST_SIZE];
	sqlite3_stmt *put =
		store_statement(store, STATEMENT_SET_LIST,
				"UPDATE list SET version = ?, published_count = ?,"
				"	published_digest = ?, count = ?, digest = ?");

	if (!put)
		return -1;
	idrevoke_digest_encode(&list->published_digest, published);
	idrevoke_digest_encode(&list->digest, digest);
	sqlite3_bind_int64(put, 1, list->version);
	sqlite3_bind_int64(put, 2, list->published_count);
	sqlite3_bind_blob(put, 3, published, sizeof(published), SQLITE_STATIC);
	sqlite3_bind_int64(put, 4, list->count);
	sqlite3_bind_blob(put, 5, digest, sizeof(digest), SQLITE_STATIC);
	return store_step(store, put);
}
