/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The compact table: one 64-bit word a number, one cache line a question.
 *
 * In short: a number, permuted, says in which line its entry is at home, and what of
 * it the line does not say is the tag in its word, beside the value. Where the line is
 * full, an entry lies one or two hops further, where its tag says, and marks at home
 * say for which tags a question must go on. An entry only ever moves to a later hop:
 * its marks are set first, then it is written there, then cleared where it was; a
 * reader reads a line, then the mark, then the next line. So whoever finds it gone from
 * a line sees the mark that leads on, and finds it there.
 *
 *	home line   [ a | b | c | d | e | f | g | h ]   full; a mark is set: go on
 *	                      |
 *	                      | f1(tag of c)            c made place for another
 *	                      v
 *	hop 1 line  [ . | . | . | c | . | . | . | . ]   tag, value, and that it is hop 1
 *
 * Place
 * -----
 * The number is permuted (permutation.h) to p, of 47 bits. A line is one cache
 * line of eight words, and there are L of them:
 *
 *	home line	floor(p * L / 2^47)
 *	tag		the low 47 - floor(log2 L) bits of p
 *
 * All p of one home are consecutive, and at most 2^(47 - floor(log2 L)) of them:
 * the low bits tell them apart, so (home, tag) determines the number. An entry
 * whose home is full goes to home + f1(tag), then to home + f2(tag), and notes
 * how many hops it took; since f1 and f2 depend on the tag alone, (line, hop,
 * tag) determines the home, and with it the number. Nothing is hashed away.
 *
 * Word
 * ----
 *	 63    62 61    60 ............ 39  38 ........... 0
 *	+----+--------+--------------------+----------------+
 *	|mark| hop+1  |  value (record.h)  |      tag       |
 *	+----+--------+--------------------+----------------+
 *
 * One word is written with one store: a reader sees a record whole. A tag of at
 * most 39 bits makes 256 lines the fewest. A word whose hop field is 0 is no
 * entry: free, or reserved by a transaction that is about to fill it.
 *
 * Marks
 * -----
 * Bit 63 of a line's eight words belongs to the line, not to the words: eight
 * marks, by which a line tells how far entries that it is home to have gone. A
 * tag has two classes of the eight, c1 and c2:
 *
 *	an entry at hop 1 keeps mark c1 of its home set,
 *	an entry at hop 2 keeps marks c1 and c2 of its home set.
 *
 * A question that is not answered in its home line goes on to hop 1 only if mark
 * c1 is set, and from there to hop 2 only if c2 is. Marks are only ever set.
 * Each that has lost its cause sends an eighth of its line's questions further
 * than need be, and an entry that found its home full stays away when there is
 * place again: both are counted, and the table is rebuilt when they abound.
 * (A count of how far entries reach, the other way to spend bits at home, would
 * send all of a line's questions as far as its farthest entry.)
 *
 * Why a reader never misses an entry that is there
 * ------------------------------------------------
 * Writers are serialised; readers hold RCU and no lock. To make place, a writer
 * moves an entry, but only forward, to a later hop, and in this order:
 *
 *	writer				reader
 *	set the home's marks		read the line of hop n: not there
 *	  release			  smp_rmb
 *	store it at its later hop	read the mark that hop n + 1 needs
 *	  release			if set, read the line of hop n + 1
 *	clear its earlier place
 *
 * (The reader is in search.h, and for hops in table.c, a line at a time, so that many
 * may go on together.)
 *
 * Suppose that the entry is in the table all along, and that the reader did not
 * see it at hop n, its place so far: then it read a word from which the entry
 * had been cleared. Both the later place and the marks were written before, and
 * the reader reads both after: it goes on, and finds it there or further on.
 */
#ifndef _IDRV_TABLE_H
#define _IDRV_TABLE_H

#include <linux/cache.h>
#include <linux/types.h>
#include <linux/workqueue.h>

#include "permutation.h"
#include "record.h"

#define IDRV_LINE_WORDS		8
#define IDRV_LINE_BYTES		(IDRV_LINE_WORDS * sizeof(u64))
#define IDRV_HOPS		3

#define IDRV_TAG_BITS		39
/* Tests shrink this along with IDRV_KEY_BITS. */
#ifndef IDRV_TABLE_LINES_MIN
#define IDRV_TABLE_LINES_MIN	BIT_ULL(IDRV_KEY_BITS - IDRV_TAG_BITS)
#endif
/* 64 GiB: six thousand million numbers */
#define IDRV_TABLE_LINES_MAX	BIT_ULL(30)

/* By how much less a number than was aimed at a table may get: idrv_table_lines(). */
#define IDRV_CENTIBYTES_ROUNDED	14

struct idrv_walk;

/**
 * struct idrv_table - the table
 * @words: the lines
 * @lines: how many
 * @tag_mask: the bits of a permuted number that make its tag
 * @permutation: this table's key
 * @bytes: what @words occupies
 * @line_numbers: 2^IDRV_KEY_BITS / @lines, and
 * @line_remainder: what that division leaves; both to find a line's numbers
 * @count: entries
 * @marks: marks that are set
 * @hops: of all entries together
 * @marks_new: marks, and
 * @hops_new: hops when it came in force
 * @walks: walks under way
 * @retired: frees the table when nobody reads it any more
 *
 * A question reads only the first cache lines, and nothing there changes.
 */
struct idrv_table {
	u64 *words;
	u64 lines;
	u64 tag_mask;
	struct idrv_permutation permutation;
	size_t bytes;
	u64 line_numbers;
	u64 line_remainder;

	u64 count ____cacheline_aligned;
	u64 marks;
	u64 hops;
	u64 marks_new;
	u64 hops_new;
	struct idrv_walk *walks;
	struct rcu_work retired;
};

/**
 * struct idrv_search - a number that is being looked for, a line at a time
 * @tag: its tag
 * @home: its home line
 * @hop: the hop whose line comes next, if that is not the home line
 */
struct idrv_search {
	u64 tag;
	u32 home;
	u32 hop;
};

static_assert(IDRV_TABLE_LINES_MAX <= U32_MAX);

/* How far a search is. */
enum idrv_found {
	IDRV_FOUND_NOTHING,
	IDRV_FOUND_VALUE,
	IDRV_FOUND_MARK,	/* in the next line, perhaps */
};

/**
 * struct idrv_walk - a pass over all entries while they keep changing
 * @table: the table; NULL once it was taken out of service under the walk
 * @line: the first line that has not been passed
 * @changed: called with each change in the lines passed: an entry for @number
 *	appeared with value @after, changed from @before, or went. Values of
 *	IDRV_VALUE_REMOVE stand for no entry. It must not change the table.
 * @next: the next walk of this table
 *
 * What lies ahead, the walk will see; of what lies behind, it is told. So a walk
 * can be interrupted at any line, and what it gathers is exact at its end.
 */
struct idrv_walk {
	struct idrv_table *table;
	u64 line;
	void (*changed)(struct idrv_walk *walk, u64 number, u32 before, u32 after);
	struct idrv_walk *next;
};

u64 idrv_table_lines(u64 count, u32 centibytes);
struct idrv_table *idrv_table_create(u64 lines, const struct idrv_permutation *permutation);
void idrv_table_destroy(struct idrv_table *table);
void idrv_table_retire(struct idrv_table *table, struct workqueue_struct *workqueue);
int idrv_table_wait_retired(void);
size_t idrv_table_memory(const struct idrv_table *table);

void idrv_table_prefetch(const struct idrv_table *table, u64 number);
bool idrv_table_find(const struct idrv_table *table, u64 number, u32 *value);

int idrv_table_insert(struct idrv_table *table, u64 number, u32 value);
bool idrv_table_insert_first(struct idrv_table *table, struct idrv_search *search, u32 value);
bool idrv_table_update(struct idrv_table *table, u64 number, u32 value);
bool idrv_table_remove(struct idrv_table *table, u64 number);

int idrv_table_reserve(struct idrv_table *table, u64 number, u64 *slot);
void idrv_table_fill(struct idrv_table *table, u64 slot, u64 number, u32 value);
void idrv_table_unreserve(struct idrv_table *table, u64 slot);

void idrv_walk_begin(struct idrv_walk *walk, struct idrv_table *table);
bool idrv_walk_lines(struct idrv_walk *walk, u64 lines,
		     int (*visit)(struct idrv_walk *walk, u64 number, u32 value), int *error);
void idrv_walk_end(struct idrv_walk *walk);

#endif
