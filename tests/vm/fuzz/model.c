// SPDX-License-Identifier: GPL-2.0-or-later
/* What is in force, and what a card must be told of it. */
#include <ctype.h>
#include <stddef.h>
#include <string.h>
#include <time.h>

#include "fuzz.h"
#include "model.h"

#define SECOND	1000000000ULL
/* Around a deadline either answer is right: clocks are coarse, machines slow. */
#define MARGIN	(2 * SECOND)

struct model model;

/* What the transaction would make of the list. */
static struct guest_record result[2 * FUZZ_MAX_ENTRIES];
static uint32_t result_count;

uint64_t fuzz_boottime(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return now.tv_sec * SECOND + now.tv_nsec;
}

static void merge_delta(void)
{
	uint64_t i = 0, j = 0;

	while (i < model.list.count || j < model.received) {
		const struct guest_record *old = &model.records[i], *new = &model.staged[j];

		if (j == model.received || (i < model.list.count && old->number < new->number)) {
			result[result_count++] = *old;
			i++;
			continue;
		}
		i += i < model.list.count && old->number == new->number;
		if (new->flags != IDREVOKE_RECORD_REMOVE)
			result[result_count++] = *new;
		j++;
	}
}

/**
 * model_result - what the transaction would put in force
 * @count: numbers listed
 * @digest: their digest
 * Return: false if there is none.
 */
bool model_result(uint64_t *count, struct guest_digest *digest)
{
	uint32_t i;

	if (!model.owner)
		return false;
	result_count = 0;
	if (model.kind == IDREVOKE_KIND_DELTA) {
		merge_delta();
	} else {
		memcpy(result, model.staged, model.received * sizeof(*result));
		result_count = model.received;
	}
	*count = result_count;
	*digest = (struct guest_digest){ 0, 0 };
	for (i = 0; i < result_count; i++)
		guest_digest_add(digest, &result[i]);
	return true;
}

static void set_deadlines(uint64_t issued, uint32_t valid_for)
{
	uint64_t now = fuzz_boottime(), wall = time(NULL);
	uint64_t age = issued < wall ? wall - issued : 0;
	uint64_t left = age < valid_for ? valid_for - age : 0;

	if (left > FUZZ_MAX_VALID_FOR)
		left = FUZZ_MAX_VALID_FOR;
	model.issued = issued;
	model.stale_at = now + left * SECOND;
	model.late_at = now;
	if (age < 3 * FUZZ_CONFIRM_INTERVAL)
		model.late_at += (3 * FUZZ_CONFIRM_INTERVAL - age) * SECOND;
}

/**
 * model_commit - what model_result() found last is in force
 * @to: as which version
 * @issued: the issuer's time
 * @valid_for: for how long
 */
void model_commit(const struct statement *to, uint64_t issued, uint32_t valid_for)
{
	memcpy(model.records, result, result_count * sizeof(*result));
	model.loaded = true;
	model.list = *to;
	model.floor = *to;
	model.versions++;
	model.vouched++;
	set_deadlines(issued, valid_for);
}

void model_confirm(uint64_t issued, uint32_t valid_for)
{
	model.vouched++;
	set_deadlines(issued, valid_for);
}

void model_flush(void)
{
	model.versions += model.loaded;
	model.vouched += model.loaded;
	model.loaded = false;
	model.list = (struct statement){ .epoch = 0 };
	model.issued = 0;
}

void model_begin(uint32_t owner, uint32_t kind, uint64_t base, const struct statement *begun)
{
	model.owner = owner;
	model.kind = kind;
	model.base = base;
	model.begun = *begun;
	model.received = 0;
}

void model_end(void)
{
	model.owner = 0;
	model.received = 0;
}

/**
 * model_states - which states are right now
 * Return: a bit for each enum idrevoke_state.
 */
unsigned int model_states(void)
{
	uint64_t now = fuzz_boottime();
	unsigned int states = 0;

	if (!model.loaded || !model.list.count)
		return 1 << IDREVOKE_STATE_NOT_READY;
	if (now + MARGIN >= model.stale_at)
		states |= 1 << IDREVOKE_STATE_STALE;
	if (now >= model.stale_at + MARGIN)
		return states;
	if (now + MARGIN >= model.late_at)
		states |= 1 << IDREVOKE_STATE_LATE;
	if (now < model.late_at + MARGIN)
		states |= 1 << IDREVOKE_STATE_CURRENT;
	return states;
}

static bool is_date(uint32_t yyyymmdd)
{
	static const uint8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	uint32_t year = yyyymmdd / 10000, month = yyyymmdd / 100 % 100, day = yyyymmdd % 100;
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	if (month < 1 || month > 12 || day < 1)
		return false;
	return day <= days[month - 1] + (month == 2 && leap ? 1U : 0U);
}

/* 18 characters to a packed number. */
static enum idrevoke_why parse(const uint8_t *text, uint64_t *number)
{
	uint8_t right[IDREVOKE_NUMBER_LEN];
	unsigned int length = 0, i, digits = 0;
	uint32_t birth = 0, region = 0, year, days;

	while (digits < 17 && text[digits] >= '0' && text[digits] <= '9')
		digits++;
	while (length < 18 && text[length] < 128 && isalnum(text[length]))
		length++;
	if (digits < 17 || !strchr("0123456789Xx", text[17]) || !text[17]) {
		for (i = length; i < 18 && !text[i]; i++)
			;
		return length >= 8 && length < 18 && i == 18 ? IDREVOKE_WHY_UNSUPPORTED :
							       IDREVOKE_WHY_MALFORMED;
	}
	memcpy(right, text, sizeof(right));
	guest_set_check_character(right);
	for (i = 0; i < 6; i++)
		region = region * 10 + text[i] - '0';
	for (i = 6; i < 14; i++)
		birth = birth * 10 + text[i] - '0';
	year = birth / 10000;
	if (right[17] != toupper(text[17]) || year < 1800 || year > 2184 || !is_date(birth))
		return IDREVOKE_WHY_MALFORMED;

	/* guest_day() counts from 1984, which is 67204 days after 1800. */
	if (year >= 1984) {
		days = 0;
		for (i = 1984; i < year; i++)
			days += 365 + is_date(i * 10000 + 229);
		days += 67204;
	} else {
		days = 0;
		for (i = 1800; i < year; i++)
			days += 365 + is_date(i * 10000 + 229);
	}
	for (i = 1; i < birth / 100 % 100; i++)
		days += is_date(year * 10000 + i * 100 + 31) ? 31 :
			is_date(year * 10000 + i * 100 + 30) ? 30 :
			is_date(year * 10000 + i * 100 + 29) ? 29 : 28;
	days += birth % 100 - 1;
	*number = ((uint64_t)region * 140619 + days) * 1000 +
		  (text[14] - '0') * 100 + (text[15] - '0') * 10 + text[16] - '0';
	return IDREVOKE_WHY_NONE;
}

static const struct guest_record *find(uint64_t number)
{
	uint64_t low = 0, high = model.list.count;

	while (low < high) {
		uint64_t middle = (low + high) / 2;

		if (model.records[middle].number == number)
			return &model.records[middle];
		if (model.records[middle].number < number)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

static enum idrevoke_why understand(const struct idrevoke_check *asked, uint64_t *number)
{
	enum idrevoke_why why;

	if (asked->flags || asked->reserved || asked->list ||
	    asked->consistency > IDREVOKE_CONSISTENCY_MISMATCH)
		return IDREVOKE_WHY_UNSUPPORTED;
	why = parse(asked->number, number);
	if (why == IDREVOKE_WHY_NONE && asked->valid_from &&
	    (asked->valid_from < 19840101 || asked->valid_from > 21630605 ||
	     !is_date(asked->valid_from)))
		why = IDREVOKE_WHY_MALFORMED;
	return why;
}

/* What must be answered in one state. */
static struct idrevoke_check predict(const struct idrevoke_check *asked, unsigned int state)
{
	struct idrevoke_check wanted = *asked;
	const struct guest_record *record = NULL;
	struct model_value value = { 0 };
	enum idrevoke_why why;
	uint64_t number;

	memset(&wanted.verdict, 0, sizeof(wanted) - offsetof(struct idrevoke_check, verdict));
	wanted.version = model.list.version;
	wanted.issued = model.issued;
	why = understand(asked, &number);
	if (!why)
		record = find(number);
	if (record)
		value = (struct model_value){ record->through, record->reason, record->flags };
	model_judge(value, why, !why && asked->valid_from ? guest_day(asked->valid_from) : -1,
		    state, &wanted);
	return wanted;
}

/**
 * model_check - judge an answer; ends the test if it is wrong
 * @asked: the question
 * @answer: question and answer
 * @states: which states were right before or after
 */
void model_check(const struct idrevoke_check *asked, const struct idrevoke_check *answer,
		 unsigned int states)
{
	struct idrevoke_check wanted = { .verdict = 0 };
	unsigned int state;

	for (state = IDREVOKE_STATE_NOT_READY; state <= IDREVOKE_STATE_STALE; state++) {
		if (!(states & 1 << state))
			continue;
		wanted = predict(asked, state);
		if (!memcmp(&wanted, answer, sizeof(wanted)))
			return;
	}
	fuzz_fail(answer, sizeof(*answer),
		  "verdict %u why %u reason %u flags %u version %llu issued %llu instead of "
		  "%u %u %u %u %llu %llu", answer->verdict, answer->why, answer->reason,
		  answer->answer_flags, (unsigned long long)answer->version,
		  (unsigned long long)answer->issued, wanted.verdict, wanted.why, wanted.reason,
		  wanted.answer_flags, (unsigned long long)wanted.version,
		  (unsigned long long)wanted.issued);
}
