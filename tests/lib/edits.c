// SPDX-License-Identifier: GPL-2.0-or-later
#include "askers.h"
#include "edits.h"

#define LARGEST	50000	/* numbers listed, or a few more */

static struct model_value random_value(uint64_t *random)
{
	struct model_value value = { 0 };

	switch (random_below(random, 8)) {
	case 0:
		value.flags = IDREVOKE_RECORD_PERSON;
		return value;
	case 1:
		value.through = IDREVOKE_THROUGH_ALL;
		break;
	case 2:
		value.through = random_below(random, 2) ? 1 : IDREVOKE_THROUGH_ALL - 1;
		break;
	default:
		value.through = 1 + random_below(random, 20000);
	}
	value.reason = 1 + random_below(random, IDREVOKE_REASON_STOLEN);
	value.flags = random_below(random, 4) ? 0 : IDREVOKE_RECORD_PERSON;
	if (value.through != IDREVOKE_THROUGH_ALL && random_below(random, 2))
		value.flags |= IDREVOKE_RECORD_OPEN;
	return value;
}

static void change(struct edition *edition, uint32_t index, struct model_value value)
{
	edition_set(edition, index, value);
	askers_watch(index);
}

/**
 * edit_add - list so many numbers that were not, if the list is not large already
 * @edition: to be the next one
 * @count: how many
 * @random: state of the random numbers
 */
void edit_add(struct edition *edition, uint32_t count, uint64_t *random)
{
	while (count && edition->list.count < LARGEST) {
		uint32_t index = random_below(random, HISTORY_NUMBERS);

		if (model_listed(edition->values[index]))
			continue;
		change(edition, index, random_value(random));
		count--;
	}
}

/* Takes so many off. */
static void remove_some(struct edition *edition, uint32_t count, uint64_t *random)
{
	uint32_t index = random_below(random, HISTORY_NUMBERS);

	for (; count && edition->list.count; index = (index + 1) % HISTORY_NUMBERS) {
		if (!model_listed(edition->values[index]) || !random_below(random, 4))
			continue;
		change(edition, index, (struct model_value){ 0 });
		count--;
	}
}

/* Any number, as often one that is listed: of a short list these would rarely be met. */
static uint32_t somebody(const struct edition *edition, uint64_t *random)
{
	uint32_t index = random_below(random, HISTORY_NUMBERS);

	if (edition->list.count && random_below(random, 2))
		while (!model_listed(edition->values[index]))
			index = (index + 1) % HISTORY_NUMBERS;
	return index;
}

/**
 * edit_touch - some numbers come, some change, some go
 * @edition: to be the next one
 * @random: state of the random numbers
 */
void edit_touch(struct edition *edition, uint64_t *random)
{
	uint32_t count = 1 + random_below(random, 64);

	while (count--) {
		uint32_t index = somebody(edition, random);
		struct model_value value = { 0 };

		if (random_below(random, 4))
			value = random_value(random);
		change(edition, index, value);
	}
}

static void grow(struct edition *edition, uint64_t *random)
{
	edit_add(edition, 200 + edition->list.count / (1 + random_below(random, 3)), random);
}

static void shrink(struct edition *edition, uint64_t *random)
{
	uint32_t sixteenths = 1 + random_below(random, 16);

	remove_some(edition, edition->list.count * sixteenths / 16, random);
}

/* Numbers come and go, the list stays as large as it is. */
static void turn_over(struct edition *edition, uint64_t *random)
{
	uint32_t count = edition->list.count / (2 + random_below(random, 8));

	if (edition->list.count + count < LARGEST)
		edit_add(edition, count, random);
	remove_some(edition, count, random);
}

/* Cards are found: back to an earlier loss, or off the list. */
static void withdraw(struct edition *edition, uint64_t *random)
{
	uint32_t index = random_below(random, HISTORY_NUMBERS);
	uint32_t end = index + random_below(random, HISTORY_NUMBERS / 8);

	for (; index < end; index++) {
		struct model_value value = edition->values[index % HISTORY_NUMBERS];

		if (!value.through)
			continue;
		value.flags &= ~IDREVOKE_RECORD_OPEN;
		value.through = random_below(random, 3) ? value.through / 2 : 0;
		if (!value.through)
			value.reason = IDREVOKE_REASON_NONE;
		change(edition, index % HISTORY_NUMBERS, value);
	}
}

/**
 * edit_remove_all - take everybody off the list
 * @edition: to be the next one
 */
void edit_remove_all(struct edition *edition)
{
	uint32_t index;

	for (index = 0; index < HISTORY_NUMBERS; index++)
		if (model_listed(edition->values[index]))
			change(edition, index, (struct model_value){ 0 });
}

/**
 * edit_somehow - one change or many, of one kind; somebody is listed afterwards
 * @edition: to be the next one
 * @random: state of the random numbers
 */
void edit_somehow(struct edition *edition, uint64_t *random)
{
	static void (*const edits[])(struct edition *, uint64_t *) = {
		edit_touch, edit_touch, edit_touch, edit_touch, grow, grow, shrink, turn_over,
		turn_over, withdraw,
	};

	edits[random_below(random, sizeof(edits) / sizeof(*edits))](edition, random);
	if (!edition->list.count)
		edit_add(edition, 100, random);
}
