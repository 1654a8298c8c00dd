/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From texts to questions, and from answers to words. No words repeat a number. */
#ifndef IDREVOKECTL_QUESTION_H
#define IDREVOKECTL_QUESTION_H

#include <idrevoke.h>
#include <stddef.h>

/**
 * question_number() - put the number of a card into a question
 * @check: the question, so far without
 * @text: the number, blanks around it
 * @length: its bytes
 *
 * Of what is longer than a number nothing is asked: its first 18 characters could
 * be one.
 *
 * Return: NULL, or what is wrong.
 */
const char *question_number(struct idrevoke_check *check, const char *text, size_t length);

/**
 * question_start() - put the start of validity into a question
 * @check: the question
 * @text: YYYYMMDD or YYYY-MM-DD; empty or 0: not known
 *
 * Whether there is such a day in the calendar is for the kernel to say.
 *
 * Return: NULL, or what is wrong.
 */
const char *question_start(struct idrevoke_check *check, const char *text);

/**
 * question_consistency() - put into a question how consistency was established
 * @check: the question
 * @text: none, face, fingerprint, other or mismatch; empty: none
 *
 * Return: NULL, or what is wrong.
 */
const char *question_consistency(struct idrevoke_check *check, const char *text);

/**
 * question_explain() - what the kernel found wrong with a question
 * @check: the question, answered
 *
 * Return: words for an answer that says MALFORMED or UNSUPPORTED, else NULL.
 */
const char *question_explain(const struct idrevoke_check *check);

/* Room for all flags of an answer. */
#define FLAGS_TEXT 32

/**
 * answer_flags() - the flags of an answer
 * @check: the question, answered
 * @text: out
 *
 * Return: @text: names, with + between; empty: none.
 */
const char *answer_flags(const struct idrevoke_check *check, char text[FLAGS_TEXT]);

/* Room for an answer as text. */
#define ANSWER_TEXT 512

/**
 * answer_json() - the members of an answer, without the braces of their object
 * @check: the question, answered
 * @note: words that explain it, without quotes, or NULL
 * @text: out
 */
void answer_json(const struct idrevoke_check *check, const char *note, char text[ANSWER_TEXT]);

/**
 * device_open() - get a handle for asking; says on standard error why it cannot
 * @device: out
 * @path: the device, NULL: IDREVOKE_DEVICE
 *
 * Return: 0 or EXIT_FAILED.
 */
int device_open(struct idrevoke_device **device, const char *path);

#endif /* IDREVOKECTL_QUESTION_H */
