// SPDX-License-Identifier: GPL-2.0-or-later
/* Questions about cards: listed and not, right and wrong. */
#include <string.h>

#include "fuzz.h"

/* What comes instead of a citizen number. */
static void other_document(uint8_t text[IDREVOKE_NUMBER_LEN])
{
	static const char *const documents[] = {
		"110101900307888", "H12345678", "H1234567890", "12345678", "1234567",
		"FRA123456789012", "11010119900307888", "A", "",
	};
	unsigned int i;

	memset(text, 0, IDREVOKE_NUMBER_LEN);
	if (fuzz_chance(60)) {
		const char *one = documents[fuzz_below(sizeof(documents) / sizeof(*documents))];

		memcpy(text, one, strlen(one));
		return;
	}
	for (i = 0; i < IDREVOKE_NUMBER_LEN; i++)
		text[i] = fuzz_chance(70) ? '0' + fuzz_below(10) : fuzz_random();
	if (fuzz_chance(30) && !memchr(text, 0, 17))
		guest_set_check_character(text);
}

/* One byte or a few of a number that was right. */
static void mutate_text(uint8_t text[IDREVOKE_NUMBER_LEN])
{
	unsigned int times = 1 + fuzz_below(2);

	while (times--) {
		uint8_t *byte = &text[fuzz_below(IDREVOKE_NUMBER_LEN)];

		switch (fuzz_below(5)) {
		case 0:
			*byte = '0' + fuzz_below(10);
			break;
		case 1:
			*byte ^= 1 << fuzz_below(8);
			break;
		case 2:
			*byte = 0x80 | fuzz_below(128);
			break;
		case 3:
			memset(byte, 0, text + IDREVOKE_NUMBER_LEN - byte);
			break;
		case 4:
			text[17] = "Xx0:/@"[fuzz_below(6)];
			break;
		}
	}
	if (fuzz_chance(30)) {
		unsigned int i;

		for (i = 0; i < 17 && text[i] >= '0' && text[i] <= '9'; i++)
			;
		if (i == 17)
			guest_set_check_character(text);
	}
}

/*
 * A day on which a card became valid: mostly the last one that the number's record
 * covers, or the day before or after, where verdicts change; else any.
 */
static uint32_t start_of_validity(const struct guest_record *record)
{
	uint32_t day = 1 + fuzz_below(65534);

	if (record && fuzz_chance(60))
		day = record->through + fuzz_below(3);
	return guest_date(1984, day ? day - 1 : 0);
}

/**
 * question_make - the next question
 * @check: gets it; the answer's half is zero, or full of something
 */
void question_make(struct idrevoke_check *check)
{
	bool listed = model.list.count && fuzz_chance(60);
	const struct guest_record *record =
		listed ? &model.records[fuzz_below(model.list.count)] : NULL;
	uint64_t number = record ? record->number : guest_number(fuzz_below(600000));

	if (fuzz_chance(5))
		number = fuzz_below(GUEST_NUMBER_END);
	guest_question(check, number, 0);
	if (fuzz_chance(10))
		other_document(check->number);
	else if (fuzz_chance(15))
		mutate_text(check->number);
	if (fuzz_chance(20) && check->number[17] == 'X')
		check->number[17] = 'x';

	check->consistency = fuzz_below(IDREVOKE_CONSISTENCY_MISMATCH + 1);
	if (fuzz_chance(60))
		check->valid_from = start_of_validity(record);
	if (fuzz_chance(3))
		check->valid_from = fuzz_interesting();
	if (fuzz_chance(3))
		check->consistency = fuzz_interesting();
	if (fuzz_chance(3))
		check->list = fuzz_interesting();
	if (fuzz_chance(3))
		check->flags = fuzz_interesting();
	if (fuzz_chance(3))
		check->reserved = fuzz_interesting();
	if (fuzz_chance(20))
		memset(&check->verdict, 0x5a, sizeof(*check) - 32);
}
