/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A list between two rebuilds of its growth: made by growing one until it has just
 * been rebuilt, and then filled up to where the next one would come.
 */
#ifndef TESTS_BENCH_LIB_CYCLE_H
#define TESTS_BENCH_LIB_CYCLE_H

#include <stdint.h>

#define CYCLE_POINTS	5

/* @size: numbers in the middle of the cycle, about */
void cycle_begin(uint64_t size);

/* Fills the list, @point / (CYCLE_POINTS - 1) of the way. */
void cycle_fill(int point);

/* A stretch whose number of generation 0 is listed, of 64 random bits. */
uint64_t cycle_listed(uint64_t random);

const struct idrv_table *cycle_table(void);
void cycle_end(void);

#endif
