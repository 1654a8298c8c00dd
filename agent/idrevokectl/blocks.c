// SPDX-License-Identifier: GPL-2.0-or-later
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>

#include "blocks.h"
#include "ctl.h"

/* One is read while the other is asked about. */
#define BLOCKS 2

struct blocks {
	struct rows *rows;
	pthread_t thread;
	sem_t empty, filled;
	size_t taken; /* blocks handed out so far */
	struct block blocks[BLOCKS];
};

static void fill(struct block *block, struct rows *rows)
{
	block->more = 1;
	for (block->count = 0; block->count < BLOCK_ROWS; block->count++) {
		block->more = rows_next(rows, &block->checks[block->count],
					&block->said[block->count]);
		if (block->more <= 0)
			break;
	}
	block->header = rows_have_header(rows);
}

static void *read_all(void *userdata)
{
	struct blocks *blocks = userdata;
	int more = 1;

	for (size_t i = 0; more > 0; i++) {
		struct block *block = &blocks->blocks[i % BLOCKS];

		sem_wait(&blocks->empty);
		fill(block, blocks->rows);
		more = block->more;
		sem_post(&blocks->filled);
	}
	return NULL;
}

int blocks_open(struct blocks **blocks, FILE *file, enum rows_format format)
{
	struct blocks *new = calloc(1, sizeof(*new));
	int error;

	*blocks = NULL;
	if (!new)
		return fail("out of memory");
	error = rows_open(&new->rows, file, format);
	if (error) {
		free(new);
		return error;
	}
	sem_init(&new->empty, 0, BLOCKS);
	sem_init(&new->filled, 0, 0);
	error = pthread_create(&new->thread, NULL, read_all, new);
	if (error) {
		rows_close(new->rows);
		free(new);
		return fail("cannot start a thread: %s", strerror(error));
	}
	*blocks = new;
	return 0;
}

struct block *blocks_next(struct blocks *blocks)
{
	if (blocks->taken)
		sem_post(&blocks->empty);
	sem_wait(&blocks->filled);
	return &blocks->blocks[blocks->taken++ % BLOCKS];
}

void blocks_close(struct blocks *blocks)
{
	pthread_join(blocks->thread, NULL);
	rows_close(blocks->rows);
	explicit_bzero(blocks, sizeof(*blocks));
	free(blocks);
}
