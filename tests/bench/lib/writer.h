/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Changes kmod's list in the calls that its netlink family makes, and says how
 * long those took. What is listed: number (i, g) for each stretch i of the range of
 * numbers, of which generation g was written last.
 */
#ifndef TESTS_BENCH_LIB_WRITER_H
#define TESTS_BENCH_LIB_WRITER_H

#include <stdbool.h>
#include <stdint.h>

/**
 * struct writer_step - which stretches one transaction names
 * @first: the first of them
 * @run: how many in a row
 * @step: from the first of each row to the first of the next
 * @count: rows
 * @old: generation whose number goes; WRITER_NONE: none does
 * @new: generation whose number comes, the one after @old; WRITER_NONE: none does
 */
struct writer_step {
	uint64_t first;
	uint64_t run;
	uint64_t step;
	uint64_t count;
	uint32_t old;
	uint32_t new;
};

#define WRITER_NONE	UINT32_MAX

/* What the calls of a transaction took, in ns. */
struct writer_times {
	double records;		/* begin and all blocks of records */
	double commit;
};

/* Starts over; the range of numbers has so many stretches from now on. */
void writer_begin(uint64_t stretches);
void writer_end(void);

/* Number of a stretch, in a generation. */
uint64_t writer_number(uint64_t stretch, uint32_t generation);

/* Of 64 random bits, a number that is not its stretch's of @generation. */
uint64_t writer_unlisted(uint64_t random, uint32_t generation);

/* Each ends this program if the list refuses. */
struct writer_times writer_snapshot(const struct writer_step *step);
struct writer_times writer_delta(const struct writer_step *step);

/* A snapshot of records that come from elsewhere, as the kernel takes them. */
void writer_feed_begin(uint64_t count);
void writer_feed_records(const void *records, uint64_t count);
void writer_feed_commit(uint64_t low, uint64_t high);

/* What the list occupies per number listed: everything, page tables as well. */
double writer_bytes_per_entry(void);

/* Has the background work done, and what waits for readers. */
void writer_settle(void);

#endif
