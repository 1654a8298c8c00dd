// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The clock. What a wrong one says is signed and kept: so it is compared with the
 * last statement before anything is written.
 */
#include "../lib/date.h"
#include "feed_tool.h"
#include "publish.h"

/* Seconds that clocks may differ. */
#define SKEW 300

/* 1984-01-01, before which there was no list to keep. */
#define TIME_FIRST 441763200

int publish_check_clock(const struct store *store)
{
	char now_text[TIME_TEXT], issued_text[TIME_TEXT];
	struct idrevoke_latest before;
	uint64_t now = time_now();
	int none;

	time_format(now, now_text);
	if (now < TIME_FIRST) {
		complain("the clock is wrong: it says %s", now_text);
		return -1;
	}
	if (store->clock_mended)
		return 0;
	none = publish_read_latest(store, &before);
	if (none || now + SKEW >= before.issued)
		return none < 0 ? -1 : 0;
	time_format(before.issued, issued_text);
	complain("the clock is wrong, or was: it says %s, but %s was issued at %s; if it is right "
		 "now, see publish --clock-mended", now_text, IDREVOKE_FEED_LATEST, issued_text);
	return -1;
}

int publish_mend_clock(struct store *store)
{
	uint64_t now = time_now();
	sqlite3_stmt *row;
	int step, error = 0;

	store->clock_mended = true;
	if (publish_check_clock(store) || store_begin(store))
		return -1;
	/* blacklistings that ended only by the wrong clock */
	if (store_prepare(store, &row, "SELECT DISTINCT number FROM event WHERE until >= ?"))
		return store_end(store, -1);
	sqlite3_bind_int(row, 1, idrevoke_start_of_time(now));
	while (!error && (step = sqlite3_step(row)) == SQLITE_ROW)
		error = store_recompute(store, sqlite3_column_int64(row, 0), now);
	if (!error && step != SQLITE_DONE)
		error = store_complain(store);
	sqlite3_finalize(row);
	return store_end(store, error);
}
