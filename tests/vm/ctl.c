// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What tests/vm/ctl.t needs beside idrevokectl: a list in the kernel, many
 * questions, and the answers that are due.
 *
 *	ctl list VERSION SECONDS	puts the small list of cards.h in force, as
 *					VERSION, vouched for, SECONDS from now
 *	ctl confirm VERSION SECONDS	vouches for it again
 *	ctl flush			drops it
 *	ctl card NAME			prints the number of a card of the list
 *	ctl questions csv|jsonl COUNT	prints questions, a line each
 *	ctl answers csv|json COUNT	compares standard input, line by line, with the
 *					answers to them; says where they differ
 */
#include <inttypes.h>
#include <time.h>

#include "cards.h"

/* Every so many lines comes a listed card, and a line that is no question. */
#define LISTED_EVERY 1000
#define BAD_EVERY 10007

/* Seconds that have passed since the issuer vouched. */
#define AGO 10

static const struct asked {
	enum card card;
	uint32_t start;
	const char *verdict, *reason, *flags;
} listed[] = {
	{ CARD_REPLACED, 20190411, "REVOKED", "lost", "" },
	{ CARD_REPLACED, 20190412, "CLEAR", "none", "" },
	{ CARD_REPLACED, 0, "AMBIGUOUS", "lost", "" },
	{ CARD_OPEN, 0, "REVOKED", "stolen", "" },
	{ CARD_OPEN, 20190413, "AMBIGUOUS", "stolen", "" },
	{ CARD_CANCELLED, 20240229, "REVOKED", "void", "" },
	{ CARD_PERSON, 20190412, "CLEAR", "none", "PERSON" },
	{ CARD_CANCELLED_PERSON, 0, "REVOKED", "void", "PERSON" },
	{ CARD_FIRST_DAY, 19840102, "REVOKED", "superseded", "" },
	{ CARD_FIRST_DAY, 19840103, "CLEAR", "none", "" },
};

#define LISTED (sizeof(listed) / sizeof(*listed))

static const struct bad {
	const char *csv, *json, *why;
} bad[] = {
	{ "non-sense", "non-sense", "MALFORMED" },
	{ "", "", "MALFORMED" },
	{ "110101199003078882", "{\"number\":\"110101199003078882\"}", "MALFORMED" },
	{ "110101199002308880", "{\"number\":\"110101199002308880\"}", "MALFORMED" },
	{ "110101199003078881,20190229",
	  "{\"number\":\"110101199003078881\",\"start\":20190229}", "MALFORMED" },
	{ "110101199003078881,2019", "{\"number\":\"110101199003078881\",\"start\":2019}",
	  "MALFORMED" },
	{ "110101900307888", "{\"number\":\"110101900307888\"}", "UNSUPPORTED" },
	{ "H1234567890", "{\"number\":\"H1234567890\"}", "UNSUPPORTED" },
	{ "\"110101199003078881", "{\"number\":\"110101199003078881\"", "MALFORMED" },
};

#define BAD (sizeof(bad) / sizeof(*bad))

/* A number that is not listed: of a region that no province has. */
static void unlisted(uint32_t index, char number[IDREVOKE_NUMBER_LEN + 1])
{
	char digits[32];

	snprintf(digits, sizeof(digits), "990000%04u%02u%02u%03u", 1930 + index / 336000 % 80,
		 1 + index / 28000 % 12, 1 + index / 1000 % 28, index % 1000);
	memcpy(number, digits, 17);
	guest_set_check_character((uint8_t *)number);
	number[IDREVOKE_NUMBER_LEN] = '\0';
}

static void question(uint32_t index, bool json)
{
	char number[IDREVOKE_NUMBER_LEN + 1] = "";
	uint32_t start = index % 3 ? 20190412 : 0;

	if (index % BAD_EVERY == 5) {
		puts(json ? bad[index / BAD_EVERY % BAD].json : bad[index / BAD_EVERY % BAD].csv);
		return;
	}
	if (index % LISTED_EVERY == 17) {
		const struct asked *asked = &listed[index / LISTED_EVERY % LISTED];

		guest_number_print(card(asked->card), (uint8_t *)number);
		start = asked->start;
	} else {
		unlisted(index, number);
	}
	if (json)
		printf("{\"number\":\"%s\",\"start\":\"%u\",\"consistency\":\"face\"}\n", number,
		       start);
	else if (start)
		printf("%s,%u\n", number, start);
	else
		printf("%s\n", number);
}

/* What a line of output begins with; its end is words and times. */
static void answer(uint32_t index, bool json, char *text, size_t size)
{
	const struct asked clear = { .verdict = "CLEAR", .reason = "none", .flags = "" };
	const struct asked unknown = { .verdict = "UNKNOWN", .reason = "none", .flags = "" };
	const struct asked *asked = &clear;
	const char *why = "NONE";

	if (index % BAD_EVERY == 5) {
		asked = &unknown;
		why = bad[index / BAD_EVERY % BAD].why;
	} else if (index % LISTED_EVERY == 17) {
		asked = &listed[index / LISTED_EVERY % LISTED];
	}
	if (json)
		snprintf(text, size,
			 "{\"line\":%u,\"id\":null,\"verdict\":\"%s\",\"why\":\"%s\","
			 "\"reason\":\"%s\",\"person\":%s,\"late\":false,\"stale\":false,"
			 "\"version\":1,", index + 1, asked->verdict, why, asked->reason,
			 asked->flags[0] ? "true" : "false");
	else
		snprintf(text, size, "%u,,%s,%s,%s,%s,1,", index + 1, asked->verdict, why,
			 asked->reason, asked->flags);
}

static int compare(uint32_t count, bool json)
{
	char line[1024], wanted[1024];

	for (uint32_t i = 0; i < count; i++) {
		answer(i, json, wanted, sizeof(wanted));
		if (!fgets(line, sizeof(line), stdin)) {
			printf("there are %u lines\n", i);
			return 1;
		}
		if (strncmp(line, wanted, strlen(wanted))) {
			printf("got %swanted %s\n", line, wanted);
			return 1;
		}
	}
	/* JSON ends with a summary */
	if (json && !fgets(line, sizeof(line), stdin))
		puts("there is no summary");
	else if (fgets(line, sizeof(line), stdin))
		puts("there is more");
	else
		return 0;
	return 1;
}

static int talk(const char *what, uint64_t version, uint32_t seconds)
{
	uint8_t bytes[CARDS * IDREVOKE_RECORD_SIZE];
	struct wire_list list = cards_list(bytes);
	struct wire_message message;
	struct wire_reply reply;
	struct wire wire;
	int error;

	wire_open(&wire);
	list.version = version;
	/* so that there can be a later confirmation at once */
	list.issued = time(NULL) - (strcmp(what, "list") ? 0 : AGO);
	list.valid_for = seconds + (strcmp(what, "list") ? 0 : AGO);
	if (!strcmp(what, "list")) {
		error = wire_snapshot(&wire, &list, bytes, CARDS, &reply);
	} else if (!strcmp(what, "confirm")) {
		message = wire_confirm(&list);
		error = wire_call(&wire, &message, &reply);
	} else {
		error = wire_ask(&wire, IDREVOKE_CMD_FLUSH, &reply);
	}
	if (error)
		fprintf(stderr, "%s: %s (%s)\n", what, strerror(error), reply.text);
	return error != 0;
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "", *how = argc > 2 ? argv[2] : "";
	uint32_t number = argc > 3 ? strtoul(argv[3], NULL, 10) : 0;
	bool json = *how == 'j';

	if (!strcmp(what, "questions")) {
		for (uint32_t i = 0; i < number; i++)
			question(i, json);
		return 0;
	}
	if (!strcmp(what, "answers"))
		return compare(number, json);
	if (!strcmp(what, "card")) {
		char text[IDREVOKE_NUMBER_LEN + 1] = "";

		guest_number_print(card(strtoul(how, NULL, 10)), (uint8_t *)text);
		puts(text);
		return 0;
	}
	return talk(what, strtoull(how, NULL, 10), number);
}
