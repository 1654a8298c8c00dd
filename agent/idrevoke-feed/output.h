/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the commands that read print: text for people, lines of JSON for programs. */
#ifndef IDREVOKE_FEED_OUTPUT_H
#define IDREVOKE_FEED_OUTPUT_H

#include <jansson.h>

#include "../lib/record.h"

/* Room for what a record's through is called, terminated. */
#define THROUGH_TEXT 9

/**
 * through_format() - up to which start cards are revoked, in words
 * @through: of a record
 * @text: out: "none", "all", or the day as YYYYMMDD
 */
void through_format(uint16_t through, char text[THROUGH_TEXT]);

/**
 * record_json() - what a record says of its number
 * @record: a record
 *
 * Return: an object with through, reason, open and person; NULL: no memory.
 */
json_t *record_json(const struct idrevoke_record *record);

/* What output_record() prints. */
#define OUTPUT_RECORD_COLUMNS "through,reason,open,person"
#define OUTPUT_RECORD_BEFORE_COLUMNS "through_before,reason_before,open_before,person_before"

/**
 * output_record() - print a record's columns of CSV, each with a comma in front
 * @record: a record; empty columns for one that is a removal
 */
void output_record(const struct idrevoke_record *record);

/**
 * text_json() - a text that was kept
 * @text: the text, or NULL
 *
 * Return: a string, with "?" for what is not UTF-8; null; NULL: no memory.
 */
json_t *text_json(const char *text);

/**
 * output_json() - print a line of JSON
 * @value: the value, given back here; NULL: no memory
 *
 * Return: 0 or EXIT_FAILED, which it explains.
 */
int output_json(json_t *value);

/**
 * output_end() - make sure that all that was printed is written
 *
 * Return: 0 or EXIT_FAILED, which it explains.
 */
int output_end(void);

#endif /* IDREVOKE_FEED_OUTPUT_H */
