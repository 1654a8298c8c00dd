// SPDX-License-Identifier: GPL-2.0-or-later
/* What the store holds: the list as a whole, or one number's record. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <idrevoke.h>

#include "../lib/date.h"
#include "feed_tool.h"
#include "publish.h"

/* Walks records and recounts them. */
static int recount(struct store *store, const char *sql, uint64_t *count,
		   struct idrevoke_digest *digest)
{
	sqlite3_stmt *row;
	int step;

	*count = 0;
	*digest = (struct idrevoke_digest){ 0 };
	if (store_prepare(store, &row, sql))
		return -1;
	while ((step = sqlite3_step(row)) == SQLITE_ROW) {
		struct idrevoke_record record;

		store_column_record(row, &record);
		idrevoke_digest_add(digest, &record);
		++*count;
	}
	sqlite3_finalize(row);
	return step == SQLITE_DONE ? 0 : store_complain(store);
}

/*
 * Puts what a walk finds in the place of what the store says, and returns whether
 * that is the same. What is not published has to fit as well.
 */
static int recount_list(struct store *store, struct list *list, bool *equal)
{
	struct list said = *list;

	if (recount(store, "SELECT " RECORD_COLUMNS " FROM record", &list->count, &list->digest))
		return -1;
	/* before the first publication nothing was kept apart */
	if (list->version && recount(store, PUBLISHED_RECORDS, &list->published_count,
				     &list->published_digest))
		return -1;
	*equal = list->count == said.count && list->published_count == said.published_count &&
		 idrevoke_digest_equal(&list->digest, &said.digest) &&
		 idrevoke_digest_equal(&list->published_digest, &said.published_digest);
	return 0;
}

static int count_pending(struct store *store, const struct list *list, uint64_t *pending)
{
	sqlite3_stmt *row;
	int step;

	if (store_prepare(store, &row, "SELECT count(*) FROM pending"))
		return -1;
	step = sqlite3_step(row);
	*pending = list->version ? (uint64_t)sqlite3_column_int64(row, 0) : list->count;
	sqlite3_finalize(row);
	return step == SQLITE_ROW ? 0 : store_complain(store);
}

static int show_list(struct store *store, bool walk)
{
	char digest[IDREVOKE_DIGEST_TEXT], key[IDREVOKE_KEY_TEXT];
	struct idrevoke_signer signer;
	struct settings settings;
	bool equal = true;
	uint64_t pending;
	struct list list;

	if (store_list(store, &list) || count_pending(store, &list, &pending) ||
	    store_settings(store, &settings) || store_signer(store, &signer) ||
	    (walk && recount_list(store, &list, &equal)))
		return EXIT_FAILED;
	idrevoke_vkey_format(&signer.verifier, key);
	explicit_bzero(&signer, sizeof(signer));
	idrevoke_digest_format(&list.published_digest, digest);
	printf("version %" PRIu64 "\ncount %" PRIu64 "\ndigest %s\n", list.version,
	       list.published_count, digest);
	if (walk)
		printf("recount %s\n", equal ? "equal" : "DIFFERENT");
	printf("pending %" PRIu64 "\nepoch %" PRIu64 "\nvalid-for %" PRIu64 "\n", pending,
	       settings.epoch, settings.valid_for);
	printf("confirm-every %" PRIu64 "\nkey %s\n", settings.confirm_every, key);
	return equal ? EXIT_DONE : EXIT_REFUSED;
}

static int show_record(struct store *store)
{
	struct idrevoke_record record;
	uint64_t number;
	bool listed;
	int error = number_read(&number);

	if (error)
		return error;
	error = store_record(store, number, &record, &listed);
	explicit_bzero(&number, sizeof(number));
	if (error)
		return EXIT_FAILED;
	if (!listed) {
		puts("not listed");
		return EXIT_DONE;
	}
	if (!record.through)
		puts("through none");
	else if (record.through == IDREVOKE_THROUGH_ALL)
		puts("through all");
	else
		printf("through %" PRIu32 "\n", idrevoke_start_format(record.through));
	printf("reason %s\nopen %s\nperson %s\neffective-from %" PRIu64 "\n",
	       idrevoke_reason_name(record.reason),
	       record.flags & IDREVOKE_RECORD_OPEN ? "yes" : "no",
	       record.flags & IDREVOKE_RECORD_PERSON ? "yes" : "no", record.effective_from);
	return EXIT_DONE;
}

int command_show(const struct options *options)
{
	struct store store;
	int status;

	if (options->value[OPTION_NUMBER] && options->value[OPTION_RECOUNT]) {
		complain("--number does not go with --recount");
		return EXIT_USAGE;
	}
	/* one transaction, so that all of it is of one moment */
	if (store_open(&store, options->value[OPTION_STORE]) || store_run(&store, "BEGIN"))
		status = EXIT_FAILED;
	else if (options->value[OPTION_NUMBER])
		status = show_record(&store);
	else
		status = show_list(&store, options->value[OPTION_RECOUNT]);
	store_close(&store);
	return status;
}
