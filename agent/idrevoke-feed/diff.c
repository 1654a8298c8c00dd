// SPDX-License-Identifier: GPL-2.0-or-later
/* The subcommand diff: what changed between two versions. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <idrevoke.h>

#include "../lib/mirror.h"
#include "../lib/number.h"
#include "feed_tool.h"
#include "output.h"
#include "publish.h"

/* A number whose record is another; REMOVE: there is none. */
struct change {
	struct idrevoke_record before;
	struct idrevoke_record after;
};

struct diff {
	uint64_t from;
	uint64_t to; /* 0: what is not published yet */
	bool records;
	bool json;
	uint64_t added;
	uint64_t changed;
	uint64_t removed;
	/* of what was added or changed */
	uint64_t reasons[IDREVOKE_REASON_STOLEN + 1];
	uint64_t open;
	uint64_t person;
};

static bool is_listed(const struct idrevoke_record *record)
{
	return !(record->flags & IDREVOKE_RECORD_REMOVE);
}

static const char *change_name(const struct change *change)
{
	if (!is_listed(&change->before))
		return "added";
	return is_listed(&change->after) ? "changed" : "removed";
}

static json_t *listed_json(const struct idrevoke_record *record)
{
	return is_listed(record) ? record_json(record) : json_null();
}

static int print_change(const struct diff *diff, const struct change *change)
{
	char number[IDREVOKE_NUMBER_TEXT];
	int error = 0;

	idrevoke_number_format(change->after.number, number);
	if (diff->json) {
		error = output_json(json_pack("{ss ss so so}", "number", number, "change",
					      change_name(change), "before",
					      listed_json(&change->before), "after",
					      listed_json(&change->after)));
	} else {
		printf("%s,%s", number, change_name(change));
		output_record(&change->before);
		output_record(&change->after);
		putchar('\n');
	}
	explicit_bzero(number, sizeof(number));
	return error ?: ferror(stdout);
}

static int take(struct diff *diff, const struct change *change)
{
	const struct idrevoke_record *after = &change->after;

	if (!is_listed(after) && !is_listed(&change->before))
		return 0;
	if (store_is_same(&change->before, after))
		return 0;
	if (!is_listed(after)) {
		diff->removed++;
	} else {
		if (is_listed(&change->before))
			diff->changed++;
		else
			diff->added++;
		diff->reasons[after->reason]++;
		diff->open += !!(after->flags & IDREVOKE_RECORD_OPEN);
		diff->person += !!(after->flags & IDREVOKE_RECORD_PERSON);
	}
	return diff->records ? print_change(diff, change) : 0;
}

/* What the next version will change. */
static int walk_pending(struct store *store, struct diff *diff)
{
	const char *sql = "SELECT p.number, p.through, p.reason, p.flags, 0, p.number,"
			  "	ifnull(r.through, 0), ifnull(r.reason, 0), ifnull(r.flags, 128), 0"
			  "	FROM pending p LEFT JOIN record r ON r.number = p.number"
			  "	ORDER BY p.number";
	sqlite3_stmt *row;
	int step, error = 0;

	/* before the first version nothing is kept apart: all is new */
	if (!diff->from)
		sql = "SELECT number, 0, 0, 128, 0, " RECORD_COLUMNS " FROM record ORDER BY number";
	if (store_prepare(store, &row, sql))
		return -1;
	while (!error && (step = sqlite3_step(row)) == SQLITE_ROW) {
		struct change change;

		store_column_record(row, 0, &change.before);
		store_column_record(row, 5, &change.after);
		error = take(diff, &change);
	}
	sqlite3_finalize(row);
	if (!error && step != SQLITE_DONE)
		error = store_complain(store);
	return error;
}

/* Reads on in the older version, up to a number; what it has of that is @before. */
static int look_up(struct idrevoke_merge *old, struct idrevoke_record *at, uint64_t number,
		   struct idrevoke_record *before, const char **why)
{
	int more = 1;

	while (more > 0 && is_listed(at) && at->number < number) {
		more = idrevoke_merge_next(old, at, why);
		if (!more)
			at->flags = IDREVOKE_RECORD_REMOVE;
	}
	if (more < 0)
		return more;
	*before = *at;
	if (!is_listed(at) || at->number != number)
		*before = (struct idrevoke_record){ .flags = IDREVOKE_RECORD_REMOVE };
	before->number = number;
	return 0;
}

static int walk_merged(struct diff *diff, struct idrevoke_merge *old,
		       struct idrevoke_merge *delta, const char **why)
{
	struct idrevoke_record at;
	struct change change;
	int error, more = idrevoke_merge_next(old, &at, why);

	if (!more)
		at = (struct idrevoke_record){ .flags = IDREVOKE_RECORD_REMOVE };
	while (more >= 0 && (more = idrevoke_merge_next(delta, &change.after, why)) > 0) {
		error = look_up(old, &at, change.after.number, &change.before, why);
		if (!error)
			error = take(diff, &change);
		if (error)
			return error;
	}
	return more;
}

/* Between two versions that were published, from the feed's own files. */
static int walk_versions(struct store *store, struct diff *diff)
{
	struct idrevoke_merge *old = NULL, *delta = NULL;
	struct idrevoke_latest from, to;
	const char *why = "out of memory";
	int error = publish_as_of(store, diff->from, &from);

	if (error)
		return error;
	error = publish_as_of(store, diff->to, &to);
	if (error)
		return error;
	error = idrevoke_mirror_merge(&old, &from, 0, idrevoke_mirror_open, &store->feed, &why);
	if (!error)
		error = idrevoke_mirror_merge(&delta, &to, diff->from, idrevoke_mirror_open,
					      &store->feed, &why);
	if (!error)
		error = walk_merged(diff, old, delta, &why);
	idrevoke_merge_close(old);
	idrevoke_merge_close(delta);
	if (error < 0)
		complain("from version %" PRIu64 " to %" PRIu64 ": %s", diff->from, diff->to, why);
	return error;
}

static int print_counts_json(const struct diff *diff)
{
	json_t *reasons = json_object();

	for (int reason = 0; reason <= IDREVOKE_REASON_STOLEN; reason++)
		json_object_set_new(reasons, idrevoke_reason_name(reason),
				    json_integer(diff->reasons[reason]));
	return output_json(json_pack("{sI so sI sI sI so sI sI}", "from", (json_int_t)diff->from,
				     "to", diff->to ? json_integer(diff->to) : json_null(), "added",
				     (json_int_t)diff->added, "changed", (json_int_t)diff->changed,
				     "removed", (json_int_t)diff->removed, "reasons", reasons,
				     "open", (json_int_t)diff->open, "person",
				     (json_int_t)diff->person));
}

static void print_counts(const struct diff *diff)
{
	printf("from %" PRIu64 "\n", diff->from);
	if (diff->to)
		printf("to %" PRIu64 "\n", diff->to);
	else
		puts("to pending");
	printf("added %" PRIu64 "\nchanged %" PRIu64 "\nremoved %" PRIu64 "\n", diff->added,
	       diff->changed, diff->removed);
	for (int reason = 0; reason <= IDREVOKE_REASON_STOLEN; reason++)
		printf("reason-%s %" PRIu64 "\n", idrevoke_reason_name(reason),
		       diff->reasons[reason]);
	printf("open %" PRIu64 "\nperson %" PRIu64 "\n", diff->open, diff->person);
}

/* Which versions are to be compared. */
static int read_versions(struct store *store, const struct options *options, struct diff *diff)
{
	struct list list;

	if (store_list(store, &list))
		return EXIT_FAILED;
	diff->from = list.version;
	if (!options->value[OPTION_FROM])
		return 0;
	diff->to = list.version;
	if (option_number(options, OPTION_FROM, INT64_MAX, &diff->from) ||
	    option_number(options, OPTION_TO, INT64_MAX, &diff->to))
		return EXIT_USAGE;
	if (diff->from < diff->to && diff->to <= list.version)
		return 0;
	complain("--from must be before --to, and the last version is %" PRIu64, list.version);
	return EXIT_USAGE;
}

static int compare(struct store *store, const struct options *options, struct diff *diff)
{
	int error = store_run(store, "BEGIN") ? EXIT_FAILED : read_versions(store, options, diff);

	if (error)
		return error;
	if (diff->records && !diff->json)
		puts("number,change," OUTPUT_RECORD_BEFORE_COLUMNS "," OUTPUT_RECORD_COLUMNS);
	if (diff->to ? walk_versions(store, diff) : walk_pending(store, diff))
		return EXIT_FAILED;
	if (diff->records)
		return EXIT_DONE;
	if (diff->json)
		return print_counts_json(diff);
	print_counts(diff);
	return EXIT_DONE;
}

int command_diff(const struct options *options)
{
	struct diff diff = {
		.records = options->value[OPTION_RECORDS],
		.json = options->value[OPTION_JSON],
	};
	struct store store;
	int status;

	if (options->value[OPTION_TO] && !options->value[OPTION_FROM]) {
		complain("--to needs --from");
		return EXIT_USAGE;
	}
	status = store_open(&store, options->value[OPTION_STORE]) ?
			 EXIT_FAILED :
			 compare(&store, options, &diff);
	store_close(&store);
	return status;
}
