// SPDX-License-Identifier: GPL-2.0-or-later
/* The subcommand export: the list that was published last, in the clear. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "../lib/number.h"
#include "feed_tool.h"
#include "output.h"
#include "publish.h"

static int print_record_json(const char *number, const struct idrevoke_record *record)
{
	json_t *object = record_json(record);

	if (object && json_object_set_new(object, "number", json_string(number))) {
		json_decref(object);
		object = NULL;
	}
	return output_json(object);
}

static int print_record(const struct idrevoke_record *record, bool json)
{
	char number[IDREVOKE_NUMBER_TEXT];
	int error = 0;

	idrevoke_number_format(record->number, number);
	if (json) {
		error = print_record_json(number, record);
	} else {
		fputs(number, stdout);
		output_record(record);
		putchar('\n');
	}
	explicit_bzero(number, sizeof(number));
	return error ?: ferror(stdout);
}

/* Prints the records, and counts them as it goes. */
static int print_records(struct store *store, bool json, uint64_t *count,
			 struct idrevoke_digest *digest)
{
	sqlite3_stmt *row;
	int step, error = 0;

	if (store_prepare(store, &row, PUBLISHED_RECORDS))
		return -1;
	while (!error && (step = sqlite3_step(row)) == SQLITE_ROW) {
		struct idrevoke_record record;

		store_column_record(row, 0, &record);
		idrevoke_digest_add(digest, &record);
		++*count;
		error = print_record(&record, json);
	}
	sqlite3_finalize(row);
	if (!error && step != SQLITE_DONE)
		error = store_complain(store);
	return error;
}

static int export(struct store *store, bool json)
{
	struct idrevoke_digest digest = { 0 };
	char text[IDREVOKE_DIGEST_TEXT];
	uint64_t count = 0;
	struct list list;

	if (store_run(store, "BEGIN") || store_list(store, &list))
		return EXIT_FAILED;
	if (!list.version) {
		complain("nothing is published yet");
		return EXIT_REFUSED;
	}
	if (!json)
		puts("number," OUTPUT_RECORD_COLUMNS);
	if (print_records(store, json, &count, &digest))
		return EXIT_FAILED;
	idrevoke_digest_format(&digest, text);
	if (count != list.published_count ||
	    !idrevoke_digest_equal(&digest, &list.published_digest)) {
		complain("version %" PRIu64 " is not what was written: that has %" PRIu64
			 " records of digest %s", list.version, count, text);
		return EXIT_REFUSED;
	}
	complain("version %" PRIu64 ": %" PRIu64 " records, digest %s", list.version, count, text);
	return EXIT_DONE;
}

int command_export(const struct options *options)
{
	struct store store;
	int status = store_open(&store, options->value[OPTION_STORE]) ?
			     EXIT_FAILED :
			     export(&store, options->value[OPTION_JSON]);

	store_close(&store);
	return status;
}
