/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the agent says: to the journal, with fields, if standard error leads there;
 * else as plain lines. Never with a card number in it.
 */
#ifndef IDREVOKED_LOG_H
#define IDREVOKED_LOG_H

#include <stdint.h>
#include <syslog.h>

#include "messages.h"

/**
 * struct log_fields - what the journal keeps beside the words; 0, NULL: nothing
 * @epoch: IDREVOKE_EPOCH
 * @version: IDREVOKE_VERSION
 * @count: IDREVOKE_COUNT; goes with @version
 * @url: IDREVOKE_URL
 * @path: IDREVOKE_PATH
 * @cause: IDREVOKE_CAUSE, a word that metrics use too
 * @error: ERRNO, positive
 */
struct log_fields {
	uint64_t epoch;
	uint64_t version;
	uint64_t count;
	const char *url;
	const char *path;
	const char *cause;
	int error;
};

#define LOG_FIELDS(...) (&(const struct log_fields){ __VA_ARGS__ })

/* The first three fields, of a struct that has them. */
#define LOG_VERSION(list) .epoch = (list)->epoch, .version = (list)->version, .count = (list)->count

/**
 * log_line() - say one line
 * @priority: LOG_ERR, LOG_WARNING, LOG_NOTICE, LOG_INFO
 * @...: format and arguments as of printf, without the line's end
 */
#define log_line(priority, ...) log_write(LOG_PLACE, priority, NULL, NULL, __VA_ARGS__)

/**
 * log_event() - say something that an administrator may want to match
 * @priority: as above
 * @id: one of messages.h
 * @fields: LOG_FIELDS(.url = …), or NULL
 * @...: as above
 */
#define log_event(priority, id, fields, ...) \
	log_write(LOG_PLACE, priority, id, fields, __VA_ARGS__)

/**
 * log_one_line() - make a text one line without control characters
 * @text: words of others, such as a server's certificate; changed in place
 */
void log_one_line(char *text);

/* private: */
#define LOG_TEXT(text) #text
#define LOG_TEXT_OF(macro) LOG_TEXT(macro)
#define LOG_PLACE "CODE_FILE=" __FILE__, "CODE_LINE=" LOG_TEXT_OF(__LINE__), __func__

void log_write(const char *file, const char *line, const char *function, int priority,
	       const char *id, const struct log_fields *fields, const char *format, ...)
	__attribute__((format(printf, 7, 8)));

#endif /* IDREVOKED_LOG_H */
