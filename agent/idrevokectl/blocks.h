/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Questions in blocks, read by a thread ahead of the one that asks: half of the
 * time of a batch goes into reading, and the other half into asking and printing.
 */
#ifndef IDREVOKECTL_BLOCKS_H
#define IDREVOKECTL_BLOCKS_H

#include "rows.h"

#define BLOCK_ROWS 4096

/**
 * struct block - questions that are asked at a time
 * @more: 1: there may be more; 0: this is the last; -1: it cannot go on behind
 *	these, which was explained
 * @header: the first line names columns
 * @count: how many
 * @checks: the questions
 * @said: what else their lines say
 */
struct block {
	int more;
	bool header;
	size_t count;
	struct idrevoke_check checks[BLOCK_ROWS];
	struct row said[BLOCK_ROWS];
};

struct blocks;

/**
 * blocks_open() - start to read
 * @blocks: out: the reader; NULL on failure
 * @file: the file, nothing read yet
 * @format: of the file
 *
 * Return: 0 or EXIT_FAILED, which it explains.
 */
int blocks_open(struct blocks **blocks, FILE *file, enum rows_format format);

/**
 * blocks_next() - take the next block, and give the one before back
 * @blocks: the reader; not after the last block
 *
 * Return: the block, of which the answers may be written.
 */
struct block *blocks_next(struct blocks *blocks);

/**
 * blocks_close() - end reading, and wipe what was read
 * @blocks: the reader, after the last block. Who stops before that ends the
 *	program instead: the thread may wait for input.
 */
void blocks_close(struct blocks *blocks);

#endif /* IDREVOKECTL_BLOCKS_H */
