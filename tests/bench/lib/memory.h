/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the kernel occupies: all memory but what is free, programs', or a cache that
 * goes when memory is wanted.
 */
#ifndef TESTS_BENCH_LIB_MEMORY_H
#define TESTS_BENCH_LIB_MEMORY_H

#include <stdint.h>

/* Bytes at present. */
uint64_t memory_of_kernel(void);

/*
 * The same, once it has stopped falling: what is freed is freed later. Waits until it
 * has begun to: it has to come below @limit.
 */
uint64_t memory_settled(uint64_t limit);

#endif
