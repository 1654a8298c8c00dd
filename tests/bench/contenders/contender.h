/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What answers the gateway's question: is this number listed, and as what? Ours,
 * and what an engineer would pick instead, each used as its documentation
 * recommends, by one thread. There is one list of each at a time.
 */
#ifndef TESTS_BENCH_CONTENDERS_CONTENDER_H
#define TESTS_BENCH_CONTENDERS_CONTENDER_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Questions of a batch: what rte_hash takes at most, and a gateway's batch. */
#define CONTENDER_BATCH	64

/**
 * struct contender - one of them
 * @name: in the names of rows
 * @bytes_at_most: an entry; to tell whether memory suffices
 * @prepare: before each load, and not counted: starts a server; or NULL
 * @load: lists all numbers of numbers.h, in ascending order
 * @find: the value of a number; 0 if it is not listed
 * @find_batch: the same of CONTENDER_BATCH numbers; NULL if it has no such call
 * @bytes: what the list occupies, everything that is there for it alone
 * @drop: ends the list, and gives the memory back
 */
struct contender {
	const char *name;
	unsigned int bytes_at_most;
	void (*prepare)(uint64_t count);
	void (*load)(uint64_t count);
	uint32_t (*find)(uint64_t number);
	void (*find_batch)(const uint64_t *numbers, uint32_t *values);
	uint64_t (*bytes)(void);
	void (*drop)(void);
};

extern const struct contender contender_idrevoke, contender_lfht, contender_abseil,
	contender_rte_hash, contender_lmdb, contender_sqlite, contender_redis,
	contender_redis_hashes;

/* Ends the program. */
void contender_fail(const char *name, const char *why) __attribute__((noreturn));

/*
 * A new directory for temporary files. They are removed as soon as they are open,
 * and the directory as well, so that nothing is left, however the program ends.
 */
void contender_directory(char *path, uint64_t size);

/* What malloc() has given out to this process, with its own headers: bytes. */
uint64_t contender_heap(void);

#ifdef __cplusplus
}
#endif

#endif
