// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Made-up cards: the same from the same seed. Their events are kept and their
 * records computed like those of any card.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <linux/idrevoke.h>

#include "../lib/date.h"
#include "../lib/number.h"
#include "feed_tool.h"

#define COUNT_MAX 100000000

/* Most events of one made-up card. */
#define EVENTS_MAX 3

#define SECONDS_A_DAY 86400

/* splitmix64 */
static uint64_t random_next(uint64_t *state)
{
	uint64_t x = *state += 0x9e3779b97f4a7c15ULL;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ x >> 27) * 0x94d049bb133111ebULL;
	return x ^ x >> 31;
}

/* A number from @least to @most, both included. */
static uint32_t random_between(uint64_t *state, uint32_t least, uint32_t most)
{
	return least + (random_next(state) >> 32) * (most - least + 1) / (1ULL << 32);
}

static uint32_t random_region(uint64_t *state)
{
	/* GB/T 2260: the first two digits, and of these the populous ones more often */
	static const uint8_t provinces[] = {
		11, 12, 13, 13, 14, 15, 21, 22, 23, 31, 32, 32, 33, 34, 34, 35, 36, 37, 37, 37,
		41, 41, 41, 42, 43, 43, 44, 44, 44, 45, 46, 50, 51, 51, 51, 52, 53, 54, 61, 62,
		63, 64, 65,
	};
	/* ISO 3166: nationalities of foreigners */
	static const uint16_t countries[] = { 36, 124, 250, 276, 356, 392, 410, 643, 826, 840 };
	uint32_t kind = random_between(state, 1, 1000);
	uint32_t province = provinces[random_between(state, 0, sizeof(provinces) - 1)];

	if (kind <= 5) /* residents from Hong Kong, Macao, Taiwan */
		return random_between(state, 81, 83) * 10000;
	if (kind <= 10) /* permanent residents from abroad */
		return 900000 + province * 1000 + countries[random_between(state, 0, 9)];
	return province * 10000 + random_between(state, 1, 20) * 100 + random_between(state, 1, 30);
}

static uint64_t random_number(uint64_t *state)
{
	uint32_t first = idrevoke_date_count(1935, 1, 1) - idrevoke_date_count(1800, 1, 1);
	uint32_t last = idrevoke_date_count(2009, 12, 31) - idrevoke_date_count(1800, 1, 1);
	uint32_t region = random_region(state), birth = random_between(state, first, last);

	return idrevoke_number_pack(region, birth, random_between(state, 1, 999));
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* Different numbers in ascending order, for the caller to free(). */
static uint64_t *make_numbers(uint64_t *state, size_t count)
{
	uint64_t *numbers = calloc(count, sizeof(*numbers));
	size_t made = 0, different;

	while (numbers && made < count) {
		while (made < count)
			numbers[made++] = random_number(state);
		qsort(numbers, count, sizeof(*numbers), compare);
		different = 1;
		for (size_t i = 1; i < count; i++)
			if (numbers[i] != numbers[different - 1])
				numbers[different++] = numbers[i];
		made = different;
	}
	return numbers;
}

static struct event make_event(enum event_kind kind, uint64_t at)
{
	return (struct event){
		.kind = kind,
		.start = NO_DAY,
		.until = NO_DAY,
		.at = at,
		.by = "synth",
		.why = "made up",
	};
}

static uint32_t day_of(uint32_t year, uint32_t month, uint32_t day)
{
	return idrevoke_date_count(year, month, day);
}

/* Makes up what happened to the cards of one number; returns how many events. */
static size_t make_events(uint64_t *state, struct event events[EVENTS_MAX])
{
	uint64_t day = random_between(state, day_of(2018, 1, 1), day_of(2025, 6, 30));
	uint64_t at = day * SECONDS_A_DAY + random_between(state, 0, SECONDS_A_DAY - 1);
	uint32_t kind = random_between(state, 1, 100);
	int32_t reported = idrevoke_start_of_time(at), start;
	size_t count = 0;
	bool replaced;

	start = reported - random_between(state, 30, 10 * 365);
	if (kind <= 85) {
		struct event *report = &events[count++];

		*report = make_event(EVENT_REPORT, at);
		report->reason = kind <= 70 ? IDREVOKE_REASON_LOST :
				 kind <= 83 ? IDREVOKE_REASON_STOLEN :
					      IDREVOKE_REASON_VOID;
		/* not everybody remembers it */
		if (random_between(state, 1, 10) > 1)
			report->start = start;
		replaced = random_between(state, 1, 10) <= 3;
	} else {
		replaced = kind <= 97;
	}
	if (replaced) {
		struct event *replace = &events[count++];
		uint32_t days = random_between(state, 1, 60);

		*replace = make_event(EVENT_REPLACE, at + days * SECONDS_A_DAY);
		replace->start = reported + days;
		replace->reason = count == 1 ? IDREVOKE_REASON_VOID : IDREVOKE_REASON_SUPERSEDED;
	}
	if (kind == 98)
		events[count++] = make_event(EVENT_CANCEL, at);
	if (kind > 98 || random_between(state, 1, 200) == 1) {
		struct event *blacklist = &events[count++];

		*blacklist = make_event(EVENT_BLACKLIST, at + 61 * SECONDS_A_DAY);
		blacklist->ground = "made up";
		/* long enough for the list to stay the same for years */
		blacklist->until = reported + random_between(state, 20 * 365, 30 * 365);
	}
	for (size_t i = 0; i < count; i++)
		events[i].sequence = i + 1;
	return count;
}

static int insert(struct store *store, uint64_t *state, const uint64_t *numbers, size_t count,
		  struct list *list)
{
	uint16_t today = idrevoke_start_of_time(time_now());
	sqlite3_stmt *put_event = NULL, *put_record = NULL;
	int error = store_prepare(store, &put_event,
				  "INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");

	if (!error)
		error = store_prepare(store, &put_record,
				      "INSERT INTO record VALUES (?, ?, ?, ?, ?, ?)");
	for (size_t i = 0; i < count && !error; i++) {
		struct event events[EVENTS_MAX];
		size_t happened = make_events(state, events);
		struct outcome outcome = event_outcome(events, happened, today);

		for (size_t j = 0; j < happened && !error; j++) {
			store_bind_event(put_event, numbers[i], &events[j]);
			error = sqlite3_step(put_event) != SQLITE_DONE ? store_complain(store) : 0;
			sqlite3_reset(put_event);
		}
		outcome.record.number = numbers[i];
		outcome.record.effective_from = events[happened - 1].at;
		store_bind_outcome(put_record, &outcome.record, outcome.person_until);
		if (!error && sqlite3_step(put_record) != SQLITE_DONE)
			error = store_complain(store);
		sqlite3_reset(put_record);
		idrevoke_digest_add(&list->digest, &outcome.record);
	}
	list->count += count;
	sqlite3_finalize(put_event);
	sqlite3_finalize(put_record);
	return error;
}

static int fill(struct store *store, uint64_t count, uint64_t seed)
{
	struct list list;
	uint64_t state = seed, *numbers;
	sqlite3_stmt *row;
	int error, step;

	if (store_list(store, &list) || store_prepare(store, &row, "SELECT 1 FROM event LIMIT 1"))
		return EXIT_FAILED;
	step = sqlite3_step(row);
	sqlite3_finalize(row);
	if (step == SQLITE_ROW) {
		complain("made-up cards go only into a store without events");
		return EXIT_REFUSED;
	}
	numbers = make_numbers(&state, count);
	if (!numbers)
		return complain("out of memory");
	error = insert(store, &state, numbers, count, &list);
	free(numbers);
	if (!error)
		error = store_set_list(store, &list);
	if (!error && list.version)
		error = store_run(store, "INSERT INTO pending SELECT number, 0, 0, 128, 0"
					 "	FROM record");
	return error ? EXIT_FAILED : EXIT_DONE;
}

int command_synth(const struct options *options)
{
	uint64_t count = 0, seed = 0;
	struct store store;
	int status = option_number(options, OPTION_COUNT, COUNT_MAX, &count);

	if (!status)
		status = option_number(options, OPTION_SEED, INT64_MAX, &seed);
	if (status)
		return status;
	if (store_open(&store, options->value[OPTION_STORE]) || store_begin(&store)) {
		store_close(&store);
		return EXIT_FAILED;
	}
	status = fill(&store, count, seed);
	if (store_end(&store, status) && !status)
		status = EXIT_FAILED;
	store_close(&store);
	if (!status)
		printf("made %" PRIu64 "\n", count);
	return status;
}
