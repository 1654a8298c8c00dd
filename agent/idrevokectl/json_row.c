// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <yajl/yajl_parse.h>

#include "json_row.h"
#include "question.h"

/* Longest text of start and consistency, terminated. */
#define TEXT_SIZE 32

enum member {
	MEMBER_OTHER, /* of no interest */
	MEMBER_NUMBER,
	MEMBER_START,
	MEMBER_CONSISTENCY,
	MEMBER_ID,
	MEMBERS,
};

struct json_reader {
	yajl_handle parser;

	/* of the present line: */
	struct idrevoke_check *check;
	struct row *row;
	unsigned int values; /* outermost ones */
	unsigned int depth;  /* objects and arrays that the next value is in */
	enum member member;  /* whose value comes next, at depth 1 */
	bool seen[MEMBERS];
	bool object, has_number;
};

/* Whether the value that begins is one of the object's own. */
static bool is_member(struct json_reader *reader)
{
	reader->values += !reader->depth;
	return reader->depth == 1;
}

/* Keeps the first thing that is wrong. Return: 1, for yajl to go on. */
static int note(struct json_reader *reader, const char *wrong)
{
	if (!reader->row->wrong)
		reader->row->wrong = wrong;
	return 1;
}

static int take(struct json_reader *reader, const char *(*put)(struct idrevoke_check *, const char *),
		const char *text, size_t length)
{
	char copy[TEXT_SIZE] = "?"; /* what is too long is wrong, and so is this */

	if (length < sizeof(copy) && !memchr(text, '\0', length)) {
		memcpy(copy, text, length);
		copy[length] = '\0';
	}
	note(reader, put(reader->check, copy));
	explicit_bzero(copy, sizeof(copy));
	return 1;
}

static int on_string(void *userdata, const unsigned char *string, size_t length)
{
	struct json_reader *reader = userdata;
	const char *text = (const char *)string;

	if (!is_member(reader))
		return 1;
	switch (reader->member) {
	case MEMBER_NUMBER:
		reader->has_number = true;
		return note(reader, question_number(reader->check, text, length));
	case MEMBER_START:
		return take(reader, question_start, text, length);
	case MEMBER_CONSISTENCY:
		return take(reader, question_consistency, text, length);
	case MEMBER_ID:
		return note(reader, row_id(reader->row, text, length));
	default:
		return 1;
	}
}

/* A member of another kind than it should be. */
static int wrong_kind(struct json_reader *reader)
{
	static const char *const wrong[MEMBERS] = {
		[MEMBER_NUMBER] = "number must be a string",
		[MEMBER_START] = "start must be a string or an integer: YYYYMMDD",
		[MEMBER_CONSISTENCY] = "consistency must be a string",
		[MEMBER_ID] = "id must be a string or a number",
	};

	return note(reader, wrong[reader->member]);
}

static int on_number(void *userdata, const char *text, size_t length)
{
	struct json_reader *reader = userdata;
	const char *wrong;

	if (!is_member(reader))
		return 1;
	switch (reader->member) {
	case MEMBER_START:
		return take(reader, question_start, text, length);
	case MEMBER_ID:
		wrong = row_id(reader->row, text, length);
		reader->row->id_is_number = !wrong;
		return note(reader, wrong);
	default:
		return wrong_kind(reader);
	}
}

static int on_boolean(void *userdata, int value)
{
	(void)value;
	return is_member(userdata) ? wrong_kind(userdata) : 1;
}

/* The same as a member that is not there. */
static int on_null(void *userdata)
{
	is_member(userdata);
	return 1;
}

static int on_begin_array(void *userdata)
{
	struct json_reader *reader = userdata;

	if (is_member(reader))
		wrong_kind(reader);
	reader->depth++;
	return 1;
}

static int on_begin_object(void *userdata)
{
	struct json_reader *reader = userdata;

	reader->object |= !reader->depth;
	return on_begin_array(reader);
}

static int on_end(void *userdata)
{
	((struct json_reader *)userdata)->depth--;
	return 1;
}

static int on_key(void *userdata, const unsigned char *name, size_t length)
{
	static const struct {
		const char *name;
		size_t length;
		enum member member;
	} members[] = {
		{ "number", 6, MEMBER_NUMBER },
		{ "start", 5, MEMBER_START },
		{ "valid_from", 10, MEMBER_START },
		{ "consistency", 11, MEMBER_CONSISTENCY },
		{ "id", 2, MEMBER_ID },
	};
	struct json_reader *reader = userdata;

	if (reader->depth != 1)
		return 1;
	reader->member = MEMBER_OTHER;
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		if (members[i].length == length && !memcmp(members[i].name, name, length))
			reader->member = members[i].member;
	if (reader->member != MEMBER_OTHER && reader->seen[reader->member])
		note(reader, "a member is there twice");
	reader->seen[reader->member] = true;
	return 1;
}

static void *take_memory(void *userdata, size_t size)
{
	(void)userdata;
	return malloc(size);
}

static void wipe_and_free(void *userdata, void *memory)
{
	(void)userdata;
	if (memory)
		explicit_bzero(memory, malloc_usable_size(memory));
	free(memory);
}

static void *resize(void *userdata, void *memory, size_t size)
{
	size_t old = memory ? malloc_usable_size(memory) : 0;
	void *new;

	if (size <= old)
		return memory;
	new = malloc(size);
	if (!new)
		return NULL;
	if (memory)
		memcpy(new, memory, old);
	wipe_and_free(userdata, memory);
	return new;
}

static int parser_open(struct json_reader *reader)
{
	static const yajl_callbacks callbacks = {
		.yajl_null = on_null,
		.yajl_boolean = on_boolean,
		.yajl_number = on_number,
		.yajl_string = on_string,
		.yajl_start_map = on_begin_object,
		.yajl_map_key = on_key,
		.yajl_end_map = on_end,
		.yajl_start_array = on_begin_array,
		.yajl_end_array = on_end,
	};
	static yajl_alloc_funcs memory = { take_memory, resize, wipe_and_free, NULL };

	reader->parser = yajl_alloc(&callbacks, &memory, reader);
	if (!reader->parser)
		return -ENOMEM;
	yajl_config(reader->parser, yajl_allow_multiple_values, 1);
	return 0;
}

int json_reader_open(struct json_reader **reader)
{
	*reader = calloc(1, sizeof(**reader));
	if (*reader && !parser_open(*reader))
		return 0;
	free(*reader);
	*reader = NULL;
	return -ENOMEM;
}

void json_reader_close(struct json_reader *reader)
{
	if (!reader)
		return;
	if (reader->parser)
		yajl_free(reader->parser);
	free(reader);
}

int json_reader_read(struct json_reader *reader, struct idrevoke_check *check, struct row *row,
		     const char *line, size_t size)
{
	yajl_handle parser = reader->parser;

	*reader = (struct json_reader){ .parser = parser, .check = check, .row = row };
	/* its own words for what is wrong would repeat the text */
	if (yajl_parse(parser, (const unsigned char *)line, size) == yajl_status_ok &&
	    reader->object && reader->values == 1 && !reader->depth) {
		if (!reader->has_number)
			note(reader, "there is no number");
		return 0;
	}
	row->wrong = "this is no object of JSON";
	/* the next line is to find no rest of this one */
	yajl_free(parser);
	return parser_open(reader);
}
