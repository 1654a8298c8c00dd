// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "cause.h"
#include "log.h"
#include "save.h"

/* Records counted in one step: about a millisecond. */
#define COUNT_STEP 4096

static void stop_counting(struct save *save)
{
	reading_free(save->reading);
	idrevoke_merge_close(save->merge);
	save->reading = NULL;
	save->merge = NULL;
}

static bool needs_same_snapshot(const struct idrevoke_latest *a, const struct idrevoke_latest *b)
{
	return same_payload(&a->snapshot, &b->snapshot);
}

static void take(struct save *save, const struct edition *newest)
{
	const struct idrevoke_latest *old = &save->whole.latest, *new = &newest->latest;

	if (!newest->note || edition_is(&save->whole, newest->note, newest->size))
		return;
	/* A confirmation does not make bad files good. */
	if (save->bad && same_list(new, old) && needs_same_snapshot(new, old))
		return;
	/* Without memory the one before stays, until the next is offered. */
	if (!edition_set(&save->whole, new, newest->note, newest->size))
		return;
	stop_counting(save);
	save->done = save->bad = false;
}

void save_loaded(struct save *save, const struct edition *edition)
{
	take(save, edition);
	save->saved = edition->latest;
	save->done = save->whole.note;
	save->leftovers = true;
}

void save_repeated(struct save *save)
{
	/* Saving it again removes them. */
	if (save->leftovers)
		save->done = false;
}

void save_offer(struct save *save, const struct edition *newest)
{
	bool busy = save->whole.note && !save->done && !save->bad;

	if (!busy || (!save->reading && !save->merge &&
		      needs_same_snapshot(&save->whole.latest, &newest->latest)))
		take(save, newest);
}

void save_renew(struct save *save, const struct edition *newest)
{
	take(save, newest);
}

void save_unusable(struct save *save, const struct idrevoke_latest *latest, int error)
{
	bool whole = same_list(latest, &save->whole.latest);

	if (error != -ENODATA && error != -EUCLEAN)
		return;
	if (same_list(latest, &save->saved)) {
		save->saved.version = 0;
		save->done = false;
	}
	if (error == -ENODATA)
		return;
	/* Then whatever was known of it is not true. */
	save->proof->counted.version = 0;
	if (!whole)
		return;
	save->bad = true;
	log_event(LOG_ERR, MESSAGE_FEED_REFUSED,
		  LOG_FIELDS(LOG_VERSION(latest), .cause = cause_name(CAUSE_DIGEST)),
		  "version %" PRIu64 " of the feed: its files do not make up its list; waiting "
		  "for another", latest->version);
}

/* Return: 1: there is more to be counted; 0: that was all; or a negative errno. */
static int count_some(struct save *save)
{
	struct idrevoke_record record;
	const char *why = "?";
	int more = 1;

	for (int i = 0; i < COUNT_STEP && more > 0; i++)
		more = idrevoke_merge_next(save->merge, &record, &why);
	explicit_bzero(&record, sizeof(record));
	return more < 0 ? reading_failed(&save->whole.latest, more, why) : more;
}

/* Goes on with counting. Return: as of save_step(). */
static int count(struct save *save)
{
	const struct idrevoke_latest *latest = &save->whole.latest;
	int more;

	if (save->merge) {
		more = count_some(save);
		/* The files' own count is right, and reading_step() compared that. */
		if (!more)
			proof_counted(save->proof, latest, save->lineage);
	} else if (save->reading) {
		more = reading_step(save->reading, &save->merge);
		save->lineage = proof_lineage(save->proof, latest);
		if (!more)
			return 1;
	} else {
		more = reading_new(&save->reading, save->parcels, latest, 0);
		if (!more)
			return 1;
	}
	if (more > 0)
		return 1;
	stop_counting(save);
	save_unusable(save, latest, more);
	/* What was dropped is missing now; what is bad is not tried again. */
	return more == -ENODATA || more == -EUCLEAN || !more ? 1 : more;
}

int save_step(struct save *save)
{
	const struct idrevoke_latest *latest = &save->whole.latest;
	int more;

	if (!save->whole.note || save->done || save->bad)
		return 0;
	if (save->reading || save->merge)
		return count(save);
	more = parcels_obtain(save->parcels, latest, 0);
	if (more <= 0)
		return more;
	if (!proof_of(save->proof, latest))
		return count(save);
	more = parcels_store(save->parcels, latest);
	if (!more)
		more = state_save(save->state, &save->whole);
	if (more)
		return more;
	save->saved = *latest;
	save->done = true;
	save->leftovers = false;
	return 0;
}

void save_free(struct save *save)
{
	stop_counting(save);
	edition_free(&save->whole);
}
