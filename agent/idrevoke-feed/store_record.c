// SPDX-License-Identifier: GPL-2.0-or-later
/* Events and records of one number. */
#include <stdlib.h>
#include <string.h>

#include "../lib/date.h"
#include "feed_tool.h"
#include "store.h"

void store_column_record(sqlite3_stmt *row, int first, struct idrevoke_record *record)
{
	record->number = sqlite3_column_int64(row, first);
	record->through = sqlite3_column_int(row, first + 1);
	record->reason = sqlite3_column_int(row, first + 2);
	record->flags = sqlite3_column_int(row, first + 3);
	record->effective_from = sqlite3_column_int64(row, first + 4);
}

int store_record(struct store *store, uint64_t number, struct idrevoke_record *record,
		 bool *listed)
{
	sqlite3_stmt *row = store_statement(store, STATEMENT_RECORD,
					    "SELECT " RECORD_COLUMNS " FROM record WHERE number = ?");
	int step;

	if (!row)
		return -1;
	sqlite3_bind_int64(row, 1, number);
	step = sqlite3_step(row);
	*listed = step == SQLITE_ROW;
	if (*listed)
		store_column_record(row, 0, record);
	if (step != SQLITE_ROW && step != SQLITE_DONE)
		store_complain(store);
	sqlite3_reset(row);
	return step == SQLITE_ROW || step == SQLITE_DONE ? 0 : -1;
}

static int32_t column_day(sqlite3_stmt *row, int column)
{
	return sqlite3_column_type(row, column) == SQLITE_NULL ? NO_DAY :
								 sqlite3_column_int(row, column);
}

static struct event column_event(sqlite3_stmt *row)
{
	return (struct event){
		.sequence = sqlite3_column_int(row, 0),
		.kind = sqlite3_column_int(row, 1),
		.start = column_day(row, 2),
		.reason = sqlite3_column_int(row, 3),
		.target = sqlite3_column_int(row, 4),
		.until = column_day(row, 5),
		.at = sqlite3_column_int64(row, 6),
	};
}

/* Makes room for another event, and for one more after it. */
static int make_room(struct event **events, size_t count, size_t *room)
{
	struct event *more;

	if (count + 2 <= *room)
		return 0;
	*room = 2 * *room + 8;
	more = reallocarray(*events, *room, sizeof(**events));
	if (!more) {
		complain("out of memory");
		return -1;
	}
	*events = more;
	return 0;
}

int store_events(struct store *store, uint64_t number, struct event **events, size_t *count)
{
	sqlite3_stmt *row =
		store_statement(store, STATEMENT_EVENTS,
				"SELECT sequence, kind, start, reason, target, until, at FROM event"
				"	WHERE number = ? ORDER BY sequence");
	int step = SQLITE_ROW, error;
	size_t room = 0;

	*events = NULL;
	*count = 0;
	if (!row)
		return -1;
	sqlite3_bind_int64(row, 1, number);
	error = make_room(events, 0, &room);
	while (!error && (step = sqlite3_step(row)) == SQLITE_ROW) {
		(*events)[(*count)++] = column_event(row);
		error = make_room(events, *count, &room);
	}
	if (!error && step != SQLITE_DONE)
		error = store_complain(store);
	sqlite3_reset(row);
	if (error) {
		free(*events);
		*events = NULL;
	}
	return error;
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

bool store_is_same(const struct idrevoke_record *a, const struct idrevoke_record *b)
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
	put = store_statement(store, STATEMENT_ADD_PENDING,
			      "INSERT OR IGNORE INTO pending VALUES (?, ?, ?, ?, ?)");
	if (!put)
		return -1;
	store_bind_record(put, before ?: &none);
	return store_step(store, put);
}

static int delete_record(struct store *store, uint64_t number)
{
	sqlite3_stmt *delete = store_statement(store, STATEMENT_DELETE_RECORD,
					       "DELETE FROM record WHERE number = ?");

	if (!delete)
		return -1;
	sqlite3_bind_int64(delete, 1, number);
	return store_step(store, delete);
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
	if (listed && outcome->listed && store_is_same(&before, &after))
		after.effective_from = before.effective_from;
	else if ((listed || outcome->listed) &&
		 count_change(store, listed ? &before : NULL, outcome->listed ? &after : NULL))
		return -1;
	if (!outcome->listed)
		return listed ? delete_record(store, number) : 0;
	put = store_statement(store, STATEMENT_PUT_RECORD,
			      "INSERT OR REPLACE INTO record VALUES (?, ?, ?, ?, ?, ?)");
	if (!put)
		return -1;
	store_bind_outcome(put, &after, outcome->person_until);
	return store_step(store, put);
}

/* @at may be long ago; what has ended since then does not count. */
static int keep_outcome(struct store *store, uint64_t number, const struct event *settled,
			size_t count, uint64_t at)
{
	int32_t today = idrevoke_start_of_time(time_now());
	struct outcome outcome = event_outcome(settled, count, today);

	return put_outcome(store, number, &outcome, at);
}

int store_recompute(struct store *store, uint64_t number, uint64_t at)
{
	struct event *events, *settled;
	size_t count;
	int error;

	if (store_events(store, number, &events, &count))
		return -1;
	settled = calloc(count + 1, sizeof(*settled));
	if (settled)
		error = keep_outcome(store, number, settled, event_settle(events, count, settled),
				     at);
	else
		error = complain("out of memory");
	free(settled);
	free(events);
	return error ? -1 : 0;
}

static int insert_event(struct store *store, uint64_t number, const struct event *event)
{
	sqlite3_stmt *put =
		store_statement(store, STATEMENT_ADD_EVENT,
				"INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");

	if (!put)
		return -1;
	store_bind_event(put, number, event);
	return store_step(store, put);
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

/*
 * Gives a new event its time. A clock that was set back does not keep anybody
 * from reporting a loss; a time that somebody wrote down has to fit.
 */
static bool set_time(const struct event *last, struct event *event, char refusal[REFUSAL_SIZE])
{
	if (!event->at) {
		event->at = time_now();
		if (last && event->at < last->at)
			event->at = last->at;
	} else if (last && event->at < last->at) {
		return event_refuse(refusal, "not-in-order: it is from before event %u of the number",
				    last->sequence);
	}
	return true;
}

/* Room for @settled is there: one more than @count. */
static int admit(struct store *store, uint64_t number, struct event *events, size_t count,
		 struct event *event, struct event *settled, char refusal[REFUSAL_SIZE])
{
	size_t settled_count;

	event->sequence = count + 1;
	if (!set_time(count ? &events[count - 1] : NULL, event, refusal) ||
	    !event_admit(events, count, event, settled, &settled_count, refusal))
		return -1;
	return insert_event(store, number, event) ?:
	       keep_outcome(store, number, settled, settled_count, event->at);
}

int store_add_event(struct store *store, uint64_t number, struct event *event,
		    char refusal[REFUSAL_SIZE])
{
	struct event *events, *settled;
	size_t count;
	int error;

	refusal[0] = '\0';
	if (store_events(store, number, &events, &count))
		return -1;
	settled = calloc(count + 1, sizeof(*settled));
	if (settled)
		error = admit(store, number, events, count, event, settled, refusal);
	else
		error = complain("out of memory");
	free(settled);
	free(events);
	return error ? -1 : 0;
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
