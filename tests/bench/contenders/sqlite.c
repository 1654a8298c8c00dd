// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * SQLite: numbers as rowids, which its documentation calls the fastest key, loaded
 * by one transaction and one statement; the file mapped, locked for good, and not
 * synced, since what is lost can be loaded again; one read transaction for all
 * questions.
 */
#include <stdio.h>
#include <unistd.h>

#include <sqlite3.h>

#include "contender.h"
#include "numbers.h"

static sqlite3 *database;
static sqlite3_stmt *select_value;
static uint64_t memory_before;

static void must(int error)
{
	if (error != SQLITE_OK)
		contender_fail("sqlite", sqlite3_errstr(error));
}

static void run(const char *sql)
{
	must(sqlite3_exec(database, sql, NULL, NULL, NULL));
}

static sqlite3_stmt *statement(const char *sql)
{
	sqlite3_stmt *prepared;

	must(sqlite3_prepare_v3(database, sql, -1, SQLITE_PREPARE_PERSISTENT, &prepared, NULL));
	return prepared;
}

static void create(void)
{
	char directory[128], path[192];

	contender_directory(directory, sizeof(directory));
	snprintf(path, sizeof(path), "%s/list", directory);
	memory_before = sqlite3_memory_used();
	must(sqlite3_open_v2(path, &database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE |
			     SQLITE_OPEN_NOMUTEX, NULL));
	run("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE;"
	    "PRAGMA mmap_size = 0x7fff0000;"
	    "CREATE TABLE list(number INTEGER PRIMARY KEY, value INTEGER NOT NULL)");
	unlink(path);
	rmdir(directory);
}

static void load(uint64_t count)
{
	sqlite3_stmt *insert;
	uint64_t i;

	create();
	insert = statement("INSERT INTO list VALUES(?, ?)");
	run("BEGIN");
	for (i = 0; i < count; i++) {
		uint64_t number = numbers_listed(count, i);

		sqlite3_bind_int64(insert, 1, number);
		sqlite3_bind_int64(insert, 2, numbers_value(number));
		if (sqlite3_step(insert) != SQLITE_DONE)
			contender_fail("sqlite", sqlite3_errmsg(database));
		sqlite3_reset(insert);
	}
	run("COMMIT");
	sqlite3_finalize(insert);
	/* From now on pages are read where they are mapped. */
	sqlite3_db_release_memory(database);
	select_value = statement("SELECT value FROM list WHERE number = ?");
	run("BEGIN");
}

static uint32_t find(uint64_t number)
{
	uint32_t value = 0;
	int result;

	sqlite3_bind_int64(select_value, 1, number);
	result = sqlite3_step(select_value);
	if (result == SQLITE_ROW)
		value = sqlite3_column_int64(select_value, 0);
	else if (result != SQLITE_DONE)
		contender_fail("sqlite", sqlite3_errmsg(database));
	sqlite3_reset(select_value);
	return value;
}

static int64_t pragma(const char *sql)
{
	sqlite3_stmt *question = statement(sql);
	int64_t answer;

	if (sqlite3_step(question) != SQLITE_ROW)
		contender_fail("sqlite", sqlite3_errmsg(database));
	answer = sqlite3_column_int64(question, 0);
	sqlite3_finalize(question);
	return answer;
}

/* The file, which the system keeps in memory, and what the library has of its own. */
static uint64_t bytes(void)
{
	return pragma("PRAGMA page_count") * pragma("PRAGMA page_size") +
	       sqlite3_memory_used() - memory_before;
}

static void drop(void)
{
	sqlite3_finalize(select_value);
	sqlite3_close(database);
}

const struct contender contender_sqlite = {
	.name = "sqlite",
	.bytes_at_most = 30,
	.load = load,
	.find = find,
	.bytes = bytes,
	.drop = drop,
};
