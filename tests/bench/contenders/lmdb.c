// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * LMDB, tuned as its documentation says: integer keys, appended in order; the map
 * written in place, and not synced, since what is lost can be loaded again; no
 * read-ahead, since access is random; one read transaction for all questions.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <lmdb.h>

#include "contender.h"
#include "numbers.h"

/* Entries of a write transaction: more would have it spill pages. */
#define TRANSACTION	1000000

static MDB_env *environment;
static MDB_txn *transaction;
static MDB_dbi list;

static void must(int error)
{
	if (error)
		contender_fail("lmdb", mdb_strerror(error));
}

static void create(uint64_t count)
{
	char directory[128], path[192];

	contender_directory(directory, sizeof(directory));
	snprintf(path, sizeof(path), "%s/list", directory);
	must(mdb_env_create(&environment));
	must(mdb_env_set_mapsize(environment, (count * 40 + (16 << 20)) & ~4095ULL));
	must(mdb_env_open(environment, path,
			  MDB_NOSUBDIR | MDB_NORDAHEAD | MDB_WRITEMAP | MDB_NOSYNC, 0600));
	unlink(path);
	snprintf(path, sizeof(path), "%s/list-lock", directory);
	unlink(path);
	rmdir(directory);
}

static void append(uint64_t number, uint32_t value)
{
	MDB_val key = { sizeof(number), &number }, data = { sizeof(value), &value };

	must(mdb_put(transaction, list, &key, &data, MDB_APPEND));
}

static void load(uint64_t count)
{
	uint64_t i;

	create(count);
	must(mdb_txn_begin(environment, NULL, 0, &transaction));
	must(mdb_dbi_open(transaction, NULL, MDB_INTEGERKEY, &list));
	for (i = 0; i < count; i++) {
		uint64_t number = numbers_listed(count, i);

		append(number, numbers_value(number));
		if (i % TRANSACTION == TRANSACTION - 1) {
			must(mdb_txn_commit(transaction));
			must(mdb_txn_begin(environment, NULL, 0, &transaction));
		}
	}
	must(mdb_txn_commit(transaction));
	must(mdb_txn_begin(environment, NULL, MDB_RDONLY, &transaction));
}

static uint32_t find(uint64_t number)
{
	MDB_val key = { sizeof(number), &number }, data;
	int error = mdb_get(transaction, list, &key, &data);
	uint32_t value;

	if (error == MDB_NOTFOUND)
		return 0;
	must(error);
	memcpy(&value, data.mv_data, sizeof(value));
	return value;
}

/* Every page of the file that is in use or was: the system keeps all in memory. */
static uint64_t bytes(void)
{
	MDB_envinfo info;
	MDB_stat stat;

	must(mdb_env_info(environment, &info));
	must(mdb_env_stat(environment, &stat));
	return (info.me_last_pgno + 1) * stat.ms_psize;
}

static void drop(void)
{
	mdb_txn_abort(transaction);
	mdb_env_close(environment);
}

const struct contender contender_lmdb = {
	.name = "lmdb",
	.bytes_at_most = 30,
	.load = load,
	.find = find,
	.bytes = bytes,
	.drop = drop,
};
