// SPDX-License-Identifier: GPL-2.0-or-later
/* Events and records of one number. */
#include <stdlib.h>
#include <string.h>

#include "../lib/date.h"
#include "feed_tool.h"
#include "store.h"

void store_column_record(sqlite3_stmt *row, struct idrevoke_record *record)
{
	record->number = sqlite3_column_int64(row, 0);
	record->through = sqlite3_column_int(row, 1);
	record->reason = sqlite3_column_int(row, 2);
	record->flags = sqlite3_column_int(row, 3);
	record->effective_from = sqlite3_column_int64(row, 4);
}

int store_record(struct store *store, uint64_t number, struct idrevoke_record *record,
		 bool *listed)
{
	sqlite3_stmt *row;
	int step;

	if (store_prepare(store, &row, "SELECT " RECORD_COLUMNS " FROM record WHERE number = ?"))
		return -1;
	sqlite3_bind_int64(row, 1, number);
	step = sqlite3_step(row);
	*listed = step == SQLITE_ROW;
	if (*listed)
		store_column_record(row, record);
	sqlite3_finalize(row);
	return step == SQLITE_ROW || step == SQLITE_DONE ? 0 : store_complain(store);
}

static int32_t column_day(sqlite3_stmt *row, int column)
{
	return sqlite3_column_type(row, column) == SQLITE_NULL ? NO_DAY :
								 sqlite3_column_int(row, column);
}

/* Reads all events of a number; @events is for the caller to free(). */
static int read_events(struct store *store, uint64_t number, struct event **events,
		       size_t *count, size_t extra)
{
	sqlite3_stmt *row;
	size_t room = 0;
	int step;

	*events = NULL;
	*count = 0;
	if (store_prepare(store, &row,
			  "SELECT sequence, kind, start, reason, target, until, at FROM event"
			  "	WHERE number = ? ORDER BY sequence"))
		return -1;
	sqlite3_bind_int64(row, 1, number);
	do {
		if (*count + extra >= room) {
			struct event *more;

			room = 2 * room + extra + 8;
			more = reallocarray(*events, room, sizeof(**events));
			if (!more) {
				complain("out of memory");
				goto failed;
			}
			*events = more;
		}
		step = sqlite3_step(row);
		if (step == SQLITE_ROW)
			(*events)[(*count)++] = (struct event){
				.sequence = sqlite3_column_int(row, 0),
				.kind = sqlite3_column_int(row, 1),
				.start = column_day(row, 2),
				.reason = sqlite3_column_int(row, 3),
				.target = sqlite3_column_int(row, 4),
				.until = column_day(row, 5),
				.at = sqlite3_column_int64(row, 6),
			};
	} while (step == SQLITE_ROW);
	if (step != SQLITE_DONE) {
		store_complain(store);
		goto failed;
	}
	sqlite3_finalize(row);
	return 0;
failed:
	sqlite3_finalize(row);
	free(*events);
	*events = NULL;
	return -1;
}

void store_bind_record(sqlite3_stmt *put, const struct idrevoke_record *record)
{
	sqlite3_bind_int64(put, 1, record->number);
	sqlite3_bind_int(put, 2, record->through);
	sqlite3_bind_int(put, 3, record->reason);
	sqlite3_bind_int(put, 4, record->flags);
	sqlite3_bind_int64(put, 5, record->effective_from);
}

void store_bind_outcome(sqlite3_stmt *put, const struct idrevoke_record *record,
			int32_t person_until)
{
	store_bind_record(put, record);
	if (person_until != NO_DAY)
		sqlite3_bind_int(put, 6, person_until);
	else
		sqlite3_bind_null(put, 6);
}

static int run_once(struct store *store, sqlite3_stmt *statement)
{
	bool done = sqlite3_step(statement) == SQLITE_DONE;

	sqlite3_finalize(statement);
	return done ? 0 : store_complain(store);
}

/* Whether two records say the same of their number. */
static bool is_same(const struct idrevoke_record *a, const struct idrevoke_record *b)
{
	return a->through == b->through && a->reason == b->reason && a->flags == b->flags;
}

/* Counts the change from one record to another; NULL: none. */
static int count_change(struct store *store, const struct idrevoke_record *before,
			const struct idrevoke_record *after)
{
	struct idrevoke_record none = { .flags = IDREVOKE_RECORD_REMOVE };
	sqlite3_stmt *put;
	struct list list;

	if (store_list(store, &list))
		return -1;
	if (before) {
		idrevoke_digest_subtract(&list.digest, before);
		list.count--;
	}
	if (after) {
		idrevoke_digest_add(&list.digest, after);
		list.count++;
	}
	if (store_set_list(store, &list))
		return -1;
	if (!list.version)
		return 0;
	if (!before)
		none.number = after->number;
	/* only the first change since the last publication finds what was published */
	if (store_prepare(store, &put, "INSERT OR IGNORE INTO pending VALUES (?, ?, ?, ?, ?)"))
		return -1;
	store_bind_record(put, before ?: &none);
	return run_once(store, put);
}

static int delete_record(struct store *store, uint64_t number)
{
	sqlite3_stmt *delete;

	if (store_prepare(store, &delete, "DELETE FROM record WHERE number = ?"))
		return -1;
	sqlite3_bind_int64(delete, 1, number);
	return run_once(store, delete);
}

static int put_outcome(struct store *store, uint64_t number, const struct outcome *outcome,
		       uint64_t at)
{
	struct idrevoke_record before, after = outcome->record;
	sqlite3_stmt *put;
	bool listed;

	if (store_record(store, number, &before, &listed))
		return -1;
	after.number = number;
	after.effective_from = at;
	if (listed && outcome->listed && is_same(&before, &after))
		after.effective_from = before.effective_from;
	else if ((listed || outcome->listed) &&
		 count_change(store, listed ? &before : NULL, outcome->listed ? &after : NULL))
		return -1;
	if (!outcome->listed)
		return listed ? delete_record(store, number) : 0;
	if (store_prepare(store, &put, "INSERT OR REPLACE INTO record VALUES (?, ?, ?, ?, ?, ?)"))
		return -1;
	store_bind_outcome(put, &after, outcome->person_until);
	return run_once(store, put);
}

static int recompute(struct store *store, uint64_t number, const struct event *events,
		     size_t count, uint64_t at)
{
	struct outcome outcome = event_outcome(events, count, idrevoke_start_of_time(at));

	return put_outcome(store, number, &outcome, at);
}

int store_recompute(struct store *store, uint64_t number, uint64_t at)
{
	struct event *events;
	size_t count;
	int error;

	if (read_events(store, number, &events, &count, 0))
		return -1;
	error = recompute(store, number, events, count, at);
	free(events);
	return error;
}

static int insert_event(struct store *store, uint64_t number, const struct event *event)
{
	sqlite3_stmt *put;

	if (store_prepare(store, &put,
			  "INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"))
		return -1;
	store_bind_event(put, number, event);
	return run_once(store, put);
}

void store_bind_event(sqlite3_stmt *put, uint64_t number, const struct event *event)
{
	sqlite3_clear_bindings(put);
	sqlite3_bind_int64(put, 1, number);
	sqlite3_bind_int(put, 2, event->sequence);
	sqlite3_bind_int(put, 3, event->kind);
	if (event->start != NO_DAY)
		sqlite3_bind_int(put, 4, event->start);
	if (event->reason)
		sqlite3_bind_int(put, 5, event->reason);
	if (event->target)
		sqlite3_bind_int(put, 6, event->target);
	if (event->until != NO_DAY)
		sqlite3_bind_int(put, 7, event->until);
	sqlite3_bind_text(put, 8, event->ground, -1, SQLITE_STATIC);
	sqlite3_bind_int64(put, 9, event->at);
	sqlite3_bind_text(put, 10, event->by, -1, SQLITE_STATIC);
	sqlite3_bind_text(put, 11, event->why, -1, SQLITE_STATIC);
}

int store_add_event(struct store *store, uint64_t number, struct event *event,
		    char refusal[REFUSAL_SIZE])
{
	struct event *events;
	size_t count;
	int error;

	refusal[0] = '\0';
	if (read_events(store, number, &events, &count, 1))
		return -1;
	event->sequence = count ? events[count - 1].sequence + 1 : 1;
	error = event_check(events, count, event, refusal) ? 0 : -1;
	if (!error)
		error = insert_event(store, number, event);
	if (!error) {
		events[count++] = *event;
		error = recompute(store, number, events, count, event->at);
	}
	free(events);
	return error;
}

int store_expired(struct store *store, int32_t today, bool *expired)
{
	sqlite3_stmt *row;
	int step;

	if (store_prepare(store, &row, "SELECT 1 FROM record WHERE person_until < ? LIMIT 1"))
		return -1;
	sqlite3_bind_int(row, 1, today);
	step = sqlite3_step(row);
	*expired = step == SQLITE_ROW;
	sqlite3_finalize(row);
	return step == SQLITE_ROW || step == SQLITE_DONE ? 0 : store_complain(store);
}

int store_expire(struct store *store, uint64_t at)
{
	sqlite3_stmt *row;
	int step, error = 0;

	/* recomputing takes the row out of those that are sought */
	if (store_prepare(store, &row, "SELECT number FROM record WHERE person_until < ? LIMIT 1"))
		return -1;
	sqlite3_bind_int(row, 1, idrevoke_start_of_time(at));
	while (!error && (step = sqlite3_step(row)) == SQLITE_ROW) {
		uint64_t number = sqlite3_column_int64(row, 0);

		sqlite3_reset(row);
		error = store_recompute(store, number, at);
	}
	if (!error && step != SQLITE_DONE)
		error = store_complain(store);
	sqlite3_finalize(row);
	return error;
}
