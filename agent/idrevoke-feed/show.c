// SPDX-License-Identifier: GPL-2.0-or-later
/* What the store holds: the list as a whole, or one number's record. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <idrevoke.h>

#include "feed_tool.h"
#include "output.h"
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

		store_column_record(row, 0, &record);
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

/* What is shown of the list. */
struct summary {
	struct list list;
	struct settings settings;
	uint64_t pending;
	char digest[IDREVOKE_DIGEST_TEXT];
	char key[IDREVOKE_KEY_TEXT];
	bool walked;
	bool equal;
};

static int read_summary(struct store *store, struct summary *summary)
{
	struct idrevoke_signer signer;

	if (store_list(store, &summary->list) ||
	    count_pending(store, &summary->list, &summary->pending) ||
	    store_settings(store, &summary->settings) || store_signer(store, &signer))
		return -1;
	idrevoke_vkey_format(&signer.verifier, summary->key);
	explicit_bzero(&signer, sizeof(signer));
	summary->equal = true;
	if (summary->walked && recount_list(store, &summary->list, &summary->equal))
		return -1;
	idrevoke_digest_format(&summary->list.published_digest, summary->digest);
	return 0;
}

static void print_summary(const struct summary *summary)
{
	printf("version %" PRIu64 "\ncount %" PRIu64 "\ndigest %s\n", summary->list.version,
	       summary->list.published_count, summary->digest);
	if (summary->walked)
		printf("recount %s\n", summary->equal ? "equal" : "DIFFERENT");
	printf("pending %" PRIu64 "\nepoch %" PRIu64 "\nvalid-for %" PRIu64 "\n",
	       summary->pending, summary->settings.epoch, summary->settings.valid_for);
	printf("confirm-every %" PRIu64 "\nkey %s\n", summary->settings.confirm_every,
	       summary->key);
}

static int print_summary_json(const struct summary *summary)
{
	return output_json(json_pack(
		"{sI sI ss so sI sI sI sI ss}", "version", (json_int_t)summary->list.version,
		"count", (json_int_t)summary->list.published_count, "digest", summary->digest,
		"recount_equal", summary->walked ? json_boolean(summary->equal) : json_null(),
		"pending", (json_int_t)summary->pending, "epoch",
		(json_int_t)summary->settings.epoch, "valid_for",
		(json_int_t)summary->settings.valid_for, "confirm_every",
		(json_int_t)summary->settings.confirm_every, "key", summary->key));
}

static int show_list(struct store *store, bool walk, bool json)
{
	struct summary summary = { .walked = walk };
	int error = 0;

	if (read_summary(store, &summary))
		return EXIT_FAILED;
	if (json)
		error = print_summary_json(&summary);
	else
		print_summary(&summary);
	if (error)
		return error;
	return summary.equal ? EXIT_DONE : EXIT_REFUSED;
}

static void print_record(const struct idrevoke_record *record)
{
	char through[THROUGH_TEXT];

	through_format(record->through, through);
	printf("through %s\nreason %s\nopen %s\nperson %s\neffective-from %" PRIu64 "\n", through,
	       idrevoke_reason_name(record->reason),
	       record->flags & IDREVOKE_RECORD_OPEN ? "yes" : "no",
	       record->flags & IDREVOKE_RECORD_PERSON ? "yes" : "no", record->effective_from);
}

static int print_record_json(const struct idrevoke_record *record)
{
	json_t *object = record_json(record);

	if (object && (json_object_set_new(object, "listed", json_true()) ||
		       json_object_set_new(object, "effective_from",
					   json_integer(record->effective_from)))) {
		json_decref(object);
		object = NULL;
	}
	return output_json(object);
}

static int show_record(struct store *store, bool json)
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
		error = EXIT_FAILED;
	else if (json)
		error = listed ? print_record_json(&record) :
				 output_json(json_pack("{sb}", "listed", false));
	else if (listed)
		print_record(&record);
	else
		puts("not listed");
	explicit_bzero(&record, sizeof(record));
	return error;
}

int command_show(const struct options *options)
{
	bool json = options->value[OPTION_JSON];
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
		status = show_record(&store, json);
	else
		status = show_list(&store, options->value[OPTION_RECOUNT], json);
	store_close(&store);
	return status;
}
