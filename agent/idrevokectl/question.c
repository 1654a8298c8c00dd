// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "../lib/date.h"
#include "../lib/number.h"
#include "ctl.h"
#include "question.h"

static bool is_blank(char character)
{
	return character == ' ' || character == '\t';
}

const char *question_number(struct idrevoke_check *check, const char *text, size_t length)
{
	memset(check->number, 0, sizeof(check->number));
	while (length && is_blank(*text)) {
		text++;
		length--;
	}
	while (length && is_blank(text[length - 1]))
		length--;
	if (!length)
		return "there is no number";
	if (length > sizeof(check->number) || memchr(text, '\0', length))
		return "the number does not have 18 characters";
	memcpy(check->number, text, length);
	return NULL;
}

const char *question_start(struct idrevoke_check *check, const char *text)
{
	static const char wrong[] = "the start of validity is no date YYYYMMDD";
	size_t length = strlen(text);
	bool dashes = length == 10 && text[4] == '-' && text[7] == '-';
	uint32_t value = 0;
	int digits = 0;

	if (!length || !strcmp(text, "0"))
		return NULL;
	for (; *text; text++) {
		if (dashes && *text == '-')
			continue;
		if (*text < '0' || *text > '9' || ++digits > 8)
			return wrong;
		value = value * 10 + *text - '0';
	}
	if (digits != 8)
		return wrong;
	check->valid_from = value;
	return NULL;
}

const char *question_consistency(struct idrevoke_check *check, const char *text)
{
	static const char *const names[] = {
		[IDREVOKE_CONSISTENCY_NONE] = "none",
		[IDREVOKE_CONSISTENCY_FACE] = "face",
		[IDREVOKE_CONSISTENCY_FINGERPRINT] = "fingerprint",
		[IDREVOKE_CONSISTENCY_OTHER] = "other",
		[IDREVOKE_CONSISTENCY_MISMATCH] = "mismatch",
	};

	if (!*text)
		return NULL;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!strcmp(text, names[i])) {
			check->consistency = i;
			return NULL;
		}
	}
	return "consistency is none, face, fingerprint, other or mismatch";
}

static uint32_t digits(const char *text, int count)
{
	uint32_t value = 0;

	while (count--)
		value = value * 10 + *text++ - '0';
	return value;
}

/* What is wrong with a number of 18 characters that is malformed. */
static const char *explain_number(const char *text)
{
	size_t leading = strspn(text, "0123456789");
	uint32_t year;

	if (leading < 17 || (leading == 17 && !strchr("Xx", text[17])))
		return "the number has other characters than 17 digits and a digit or X";
	year = digits(text + 6, 4);
	if (year < 1800 || year > 2184 ||
	    !idrevoke_date_is_valid(year, digits(text + 10, 2), digits(text + 12, 2)))
		return "the birth date in the number is no day in the calendar";
	return "the check character of the number is wrong";
}

static const char *explain(const char *number)
{
	char complete[IDREVOKE_NUMBER_TEXT];
	uint64_t packed;
	bool old;

	switch (idrevoke_number_parse(number, &packed)) {
	case IDREVOKE_WHY_NONE:
		return "the start of validity is no day in the calendar, 1984-01-01 to 2163-06-05";
	case IDREVOKE_WHY_UNSUPPORTED:
		old = !idrevoke_number_complete(number, complete);
		explicit_bzero(complete, sizeof(complete));
		return old ? "this is a first-generation number, of 15 digits: such cards are "
			     "void since 2013" :
			     "this is another kind of document, such as a travel permit: the list "
			     "is of resident identity cards only";
	default:
		return strlen(number) == IDREVOKE_NUMBER_LEN ?
			       explain_number(number) :
			       "the number does not have 18 characters";
	}
}

const char *question_explain(const struct idrevoke_check *check)
{
	char number[IDREVOKE_NUMBER_TEXT] = "";
	const char *words;

	if (check->why != IDREVOKE_WHY_MALFORMED && check->why != IDREVOKE_WHY_UNSUPPORTED)
		return NULL;
	memcpy(number, check->number, sizeof(check->number));
	words = explain(number);
	explicit_bzero(number, sizeof(number));
	return words;
}

const char *answer_flags(const struct idrevoke_check *check, char text[FLAGS_TEXT])
{
	static const struct {
		uint32_t flag;
		const char *name;
	} names[] = {
		{ IDREVOKE_FLAG_PERSON, "PERSON" },
		{ IDREVOKE_FLAG_LATE, "LATE" },
		{ IDREVOKE_FLAG_STALE, "STALE" },
	};

	text[0] = '\0';
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!(check->answer_flags & names[i].flag))
			continue;
		if (text[0])
			strcat(text, "+");
		strcat(text, names[i].name);
	}
	return text;
}

static const char *truth(const struct idrevoke_check *check, uint32_t flag)
{
	return check->answer_flags & flag ? "true" : "false";
}

void answer_json(const struct idrevoke_check *check, const char *note, char text[ANSWER_TEXT])
{
	const char *quote = note ? "\"" : "";

	/* fixed words and integers: there is nothing to escape */
	snprintf(text, ANSWER_TEXT,
		 "\"verdict\":\"%s\",\"why\":\"%s\",\"reason\":\"%s\",\"person\":%s,"
		 "\"late\":%s,\"stale\":%s,\"version\":%" PRIu64 ",\"issued\":%" PRIu64
		 ",\"note\":%s%s%s",
		 idrevoke_verdict_name(check->verdict), idrevoke_why_name(check->why),
		 idrevoke_reason_name(check->reason), truth(check, IDREVOKE_FLAG_PERSON),
		 truth(check, IDREVOKE_FLAG_LATE), truth(check, IDREVOKE_FLAG_STALE),
		 (uint64_t)check->version, (uint64_t)check->issued, quote, note ?: "null", quote);
}

int device_open(struct idrevoke_device **device, const char *path)
{
	int error = idrevoke_device_open(device, path);

	path = path ?: IDREVOKE_DEVICE;
	if (error == -ENOENT || error == -ENODEV || error == -ENXIO)
		return fail("%s: %s; is the kernel module idrevoke loaded?", shown(path),
			    strerror(-error));
	if (error == -EACCES)
		return fail("%s: %s; only root and the device's group may ask", shown(path),
			    strerror(-error));
	return error ? fail("%s: %s", shown(path), strerror(-error)) : 0;
}
