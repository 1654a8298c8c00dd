// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Questions in files, as CSV and as lines of JSON, by idrevokectl: the latter
 * against jansson. Input: a format, and the file.
 */
#include <jansson.h>
#include <stdarg.h>

#include "../../agent/idrevokectl/ctl.h"
#include "../../agent/idrevokectl/rows.h"
#include "packed.h"

/* In the place of the tool's own: what it says is for people. */
static void say_nothing(const char *format, va_list arguments)
{
	char words[1024];

	vsnprintf(words, sizeof(words), format, arguments);
}

void say(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say_nothing(format, arguments);
	va_end(arguments);
}

int fail(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say_nothing(format, arguments);
	va_end(arguments);
	return -1;
}

const char *shown(const char *text)
{
	return text;
}

/* What a text is without blanks around it; its length. */
static size_t trim(const char **text)
{
	size_t length;

	*text += strspn(*text, " \t");
	length = strlen(*text);
	while (length && strchr(" \t", (*text)[length - 1]))
		length--;
	return length;
}

/* What jansson finds in a line that was taken is what was taken. */
static void check_json(const char *line, size_t size, const struct idrevoke_check *check)
{
	json_t *object = json_loadb(line, size, JSON_ALLOW_NUL, NULL);
	const char *number = json_string_value(json_object_get(object, "number"));

	/* jansson refuses more, say half a surrogate, or a number beyond its range */
	if (object) {
		size_t length;

		fuzz_check(number, "taken, but there is no number");
		length = trim(&number);
		fuzz_check(length && length <= sizeof(check->number) &&
			   !memcmp(check->number, number, length), "another number");
	}
	json_decref(object);
}

static void check_row(const struct idrevoke_check *check, const struct row *row)
{
	static const uint8_t zeros[sizeof(check->number)];
	size_t length = strnlen((const char *)check->number, sizeof(check->number));

	fuzz_check(strnlen(row->id, sizeof(row->id)) < sizeof(row->id), "an id without end");
	fuzz_check(!memcmp(check->number + length, zeros, sizeof(zeros) - length),
		   "something after the number");
	fuzz_check(row->wrong ? !length : length, "%s", row->wrong ?: "nothing is asked");
	fuzz_check(check->valid_from <= 99999999 &&
		   check->consistency <= IDREVOKE_CONSISTENCY_MISMATCH, "not as it may be asked");
}

static const uint8_t *line_at(const uint8_t *data, size_t size, uint64_t number, size_t *length)
{
	const uint8_t *end = data + size, *newline;

	for (; (newline = memchr(data, '\n', end - data)) && --number; data = newline + 1)
		;
	*length = (newline ?: end) - data;
	return data;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };
	enum rows_format format = fuzz_below(&input, ROWS_JSONL + 1);
	size_t length = input.left, line_size;
	uint8_t *bytes = fuzz_bytes(&input, &length);
	FILE *file = fuzz_file(bytes, length);
	struct idrevoke_check check;
	uint64_t line = 0;
	struct rows *rows;
	struct row row;

	fuzz_check(!rows_open(&rows, file, format), "no reader");
	while (rows_next(rows, &check, &row) > 0) {
		fuzz_check(row.line > line, "line %llu", (unsigned long long)row.line);
		line = row.line;
		check_row(&check, &row);
		if (format == ROWS_JSONL && !row.wrong) {
			const uint8_t *text = line_at(bytes, length, line, &line_size);

			if (line > 1 || line_size < 3 || memcmp(text, "\xef\xbb\xbf", 3))
				check_json((const char *)text, line_size, &check);
		}
	}
	rows_close(rows);
	fclose(file);
	free(bytes);
	return 0;
}
