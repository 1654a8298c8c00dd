// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Card numbers and days as the module and as the agent read them, against the
 * standard's words. Input: a mode, a date, and a text.
 */
#include "../../agent/lib/date.h"
#include "../../agent/lib/number.h"
#include "../../kmod/number.h"
#include "fuzz.h"
#include "oracle.h"

static enum oracle_number of_why(enum idrevoke_why why)
{
	return why == IDREVOKE_WHY_NONE ? ORACLE_NUMBER :
	       why == IDREVOKE_WHY_UNSUPPORTED ? ORACLE_UNSUPPORTED : ORACLE_MALFORMED;
}

/* A number of 18 bytes, as a question has it. */
static void check_kernel(const uint8_t *text, size_t length)
{
	size_t known = length < 18 ? length : 18;
	uint8_t *exact = calloc(1, 18);
	uint64_t wanted = 0;
	u64 got = 0;

	memcpy(exact, text, known);
	fuzz_check(of_why(idrv_number_parse(exact, &got)) == oracle_number(exact, known, &wanted),
		   "another verdict");
	fuzz_check(got == wanted, "%llu, not %llu", (unsigned long long)got,
		   (unsigned long long)wanted);
	free(exact);
}

static void check_agent(const char *text)
{
	uint64_t got = 0, wanted = 0;
	char again[IDREVOKE_NUMBER_TEXT];
	enum oracle_number what = oracle_number((const uint8_t *)text, strlen(text), &wanted);

	fuzz_check(of_why(idrevoke_number_parse(text, &got)) == what, "another verdict");
	if (what == ORACLE_NUMBER) {
		fuzz_check(got == wanted, "another number");
		idrevoke_number_format(got, again);
		fuzz_check(!strncasecmp(again, text, sizeof(again)), "it is printed as another");
	}
	if (!idrevoke_number_complete(text, again))
		fuzz_check(strlen(text) == 15 && !memcmp(again, text, 6) &&
			   !memcmp(again + 8, text + 6, 9) &&
			   oracle_number((const uint8_t *)again, 18, &wanted) == ORACLE_NUMBER,
			   "another person's");
}

static void check_date(uint32_t date)
{
	int wanted = oracle_start(date);
	uint16_t day = 0;

	if (!date)
		return; /* means: not given */
	fuzz_check(idrv_start_valid(date) == (wanted >= 0), "%u", date);
	fuzz_check(!idrevoke_start_parse(date, &day) == (wanted >= 0), "%u", date);
	if (wanted >= 0)
		fuzz_check(idrv_start_day(date) == wanted && day == wanted &&
			   idrevoke_start_format(day) == date, "%u is day %u and %u, not %d", date, idrv_start_day(date), day, wanted);
}

static void check_date_text(const char *text)
{
	char digits[11] = "";
	size_t length = strlen(text);
	uint16_t day = 0;
	int wanted = -1;

	if (length == 8)
		strcpy(digits, text);
	else if (length == 10 && text[4] == '-' && text[7] == '-')
		sprintf(digits, "%.4s%.2s%.2s", text, text + 5, text + 8);
	if (digits[0] && strspn(digits, "0123456789") == 8)
		wanted = oracle_start(atoi(digits));
	fuzz_check(!idrevoke_start_parse_text(text, &day) == (wanted >= 0), "another verdict");
	fuzz_check(wanted < 0 || day == wanted, "day %u, not %d", day, wanted);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };
	bool correct = fuzz_take(&input, 1) & 1;
	uint32_t date = fuzz_take(&input, 4);
	char *text = fuzz_text(&input);

	/* whoever reads numbers checks this first, and dates only then */
	if (correct && strspn(text, "0123456789") >= 17 && strlen(text) >= 18)
		text[17] = oracle_check_character((uint8_t *)text);
	check_kernel((uint8_t *)text, strlen(text));
	check_agent(text);
	check_date(date);
	check_date(date % 22000000);
	check_date_text(text);
	free(text);
	return 0;
}
