/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Text read line by line, in bounded memory that is wiped: lines hold card
 * numbers. They may end in LF or CRLF; a byte order mark before the first is
 * passed over.
 */
#ifndef IDREVOKE_LIB_LINES_H
#define IDREVOKE_LIB_LINES_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Longest line without its end, terminated. */
#define IDREVOKE_LINE_SIZE 4096

/**
 * struct idrevoke_lines - a reader of lines
 * @file: what it reads
 * @number: of the line that was read last, from 1 on
 * @length: of @text
 * @text: the line without its end, terminated; a reader may change it
 * @buffer: of @file
 */
struct idrevoke_lines {
	FILE *file;
	uint64_t number;
	size_t length;
	char text[IDREVOKE_LINE_SIZE];
	char buffer[65536];
};

/**
 * idrevoke_lines_open() - start to read
 * @lines: out: the reader; NULL on failure
 * @file: open for reading, nothing read yet; the caller's, to be closed after
 *	idrevoke_lines_close() or not at all (standard input)
 *
 * Return: 0 or -ENOMEM.
 */
int idrevoke_lines_open(struct idrevoke_lines **lines, FILE *file);

/**
 * idrevoke_lines_next() - read a line
 * @lines: the reader
 * @why: out: on failure, what is wrong, without any part of the line
 *
 * Return: 1: a line; 0: there are no more; -EBADMSG: it is too long or has a
 * zero byte, @lines->number says which, and reading may go on; or the negative
 * errno of reading.
 */
int idrevoke_lines_next(struct idrevoke_lines *lines, const char **why);

/**
 * idrevoke_lines_close() - end reading, and wipe what was read
 * @lines: the reader or NULL
 */
void idrevoke_lines_close(struct idrevoke_lines *lines);

#endif /* IDREVOKE_LIB_LINES_H */
