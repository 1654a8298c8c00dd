/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Questions in a file, a line each: as CSV or as JSON lines. What is read is
 * wiped; a line that is no question is named, and reading goes on.
 */
#ifndef IDREVOKECTL_ROWS_H
#define IDREVOKECTL_ROWS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <idrevoke.h>

/* Room for an id, terminated. */
#define ROW_ID_SIZE 64

enum rows_format {
	ROWS_ANY, /* as the first line looks that is not blank */
	ROWS_CSV,
	ROWS_JSONL,
};

/**
 * struct row - what a line says beside its question
 * @line: its number, from 1 on
 * @wrong: what is wrong with the line, without any part of it; NULL: nothing
 * @id: what the user calls it; empty: nothing
 * @id_is_number: @id is a number of JSON
 */
struct row {
	uint64_t line;
	const char *wrong;
	char id[ROW_ID_SIZE];
	bool id_is_number;
};

/**
 * row_id() - take what the user calls a line
 * @row: gets it
 * @text: the id
 * @length: its bytes
 *
 * Return: NULL, or what is wrong.
 */
const char *row_id(struct row *row, const char *text, size_t length);

struct rows;

/**
 * rows_open() - start to read
 * @rows: out: the reader; NULL on failure
 * @file: the file, nothing read yet; to be closed after the reader
 * @format: of the file
 *
 * Return: 0 or EXIT_FAILED, which it explains.
 */
int rows_open(struct rows **rows, FILE *file, enum rows_format format);

/**
 * rows_next() - read a line
 * @rows: the reader
 * @check: out: the question; all zero if there is something wrong with the line
 * @row: out: what else there is
 *
 * Return: 1: a line; 0: there are no more; -1: it cannot go on, which it explains.
 */
int rows_next(struct rows *rows, struct idrevoke_check *check, struct row *row);

/**
 * rows_have_header() - whether the first line that is not blank names columns
 * @rows: the reader, after that line was read
 */
bool rows_have_header(const struct rows *rows);

/**
 * rows_close() - end reading, and wipe what was read
 * @rows: the reader or NULL
 */
void rows_close(struct rows *rows);

#endif /* IDREVOKECTL_ROWS_H */
