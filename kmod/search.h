/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The table as a question reads it: where an entry may be, what it looks like, and
 * the search itself, inline since that is most of what the module ever does.
 * table.h draws the picture.
 */
#ifndef _IDRV_SEARCH_H
#define _IDRV_SEARCH_H

#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/prefetch.h>

#include "table.h"

#define WORD_VALUE_SHIFT	IDRV_TAG_BITS
#define WORD_VALUE		(GENMASK_ULL(IDRV_VALUE_BITS - 1, 0) << WORD_VALUE_SHIFT)
#define WORD_HOP_SHIFT		(WORD_VALUE_SHIFT + IDRV_VALUE_BITS)
#define WORD_HOP		GENMASK_ULL(WORD_HOP_SHIFT + 1, WORD_HOP_SHIFT)
#define WORD_TAG		GENMASK_ULL(IDRV_TAG_BITS - 1, 0)
#define WORD_MARK		BIT_ULL(63)

/* No entry, since its hop field is 0, but not free either. */
#define WORD_RESERVED		BIT_ULL(0)

static_assert(WORD_HOP_SHIFT + 2 == 63);

/*
 * Everything but the home follows from the tag: how far hops 1 and 2 lead, 1 to
 * lines - 1 lines on, and which marks stand for them.
 */
static inline u64 tag_hash(u64 tag)
{
	return tag * 0x9e3779b97f4a7c15ULL;
}

static inline u64 hop_offset(const struct idrv_table *table, u64 tag, int hop)
{
	u64 hash = tag_hash(tag);

	if (hop == 0)
		return 0;
	if (hop == 2)
		hash = (hash ^ hash >> 32) * 0xc2b2ae3d27d4eb4fULL;
	return 1 + mul_u64_u64_shr(hash, table->lines - 1, 64);
}

static inline u64 hop_line(const struct idrv_table *table, u64 home, u64 tag, int hop)
{
	u64 line = home + hop_offset(table, tag, hop);

	return line >= table->lines ? line - table->lines : line;
}

static inline u64 home_line(const struct idrv_table *table, u64 tag, u64 line, int hop)
{
	u64 offset = hop_offset(table, tag, hop);

	return line >= offset ? line - offset : line + table->lines - offset;
}

/* c1 is any of the eight, c2 any of the seven others. */
static inline unsigned int hop_class(u64 tag, int hop)
{
	if (hop == 1)
		return tag & 7;
	return ((tag & 7) + 1 + (tag >> 3 & 0xff) * 7 / 256) & 7;
}

static inline u64 home_of(const struct idrv_table *table, u64 permuted)
{
	return mul_u64_u64_shr(permuted, table->lines, IDRV_KEY_BITS);
}

static inline u64 *line_words(const struct idrv_table *table, u64 line)
{
	return table->words + line * IDRV_LINE_WORDS;
}

/* The hop of the entry in @word; -1 if that is no entry. */
static inline int word_hop(u64 word)
{
	return (int)((word & WORD_HOP) >> WORD_HOP_SHIFT) - 1;
}

static inline u32 word_value(u64 word)
{
	return (word & WORD_VALUE) >> WORD_VALUE_SHIFT;
}

static inline u64 word_make(u64 tag, int hop, u32 value)
{
	return tag | (u64)value << WORD_VALUE_SHIFT | (u64)(hop + 1) << WORD_HOP_SHIFT;
}

/* Whether a line has the entry with this tag and hop, and its value. */
static __always_inline bool line_find(const u64 *line, u64 tag, int hop, u32 *value)
{
	const u64 want = word_make(tag, hop, 0);
	int i;

#pragma GCC unroll 8
	for (i = 0; i < IDRV_LINE_WORDS; i++) {
		/* If that is the entry, its value and a mark are all that is left. */
		u64 rest = READ_ONCE(line[i]) ^ want;

		if (!(rest & (WORD_TAG | WORD_HOP))) {
			*value = word_value(rest);
			return true;
		}
	}
	return false;
}

static inline void search_fetch(const struct idrv_table *table, struct idrv_search *search,
				unsigned int hop)
{
	search->hop = hop;
	prefetch(line_words(table, hop_line(table, search->home, search->tag, hop)));
}

enum idrv_found idrv_search_hop(const struct idrv_table *table, struct idrv_search *search,
				u32 *value);

/**
 * idrv_search_place - find out where to look for a number
 * @table: the table
 * @search: to be filled
 * @number: packed number
 *
 * Context: as idrv_table_find().
 */
static __always_inline void idrv_search_place(const struct idrv_table *table,
					      struct idrv_search *search, u64 number)
{
	u64 permuted = idrv_permute(&table->permutation, number);

	search->tag = permuted & table->tag_mask;
	search->home = home_of(table, permuted);
}

/**
 * idrv_search_fetch - have the first line of a search fetched
 * @table: the table
 * @search: what idrv_search_place() filled
 *
 * Context: as idrv_table_find().
 */
static __always_inline void idrv_search_fetch(const struct idrv_table *table,
					      const struct idrv_search *search)
{
	prefetch(line_words(table, search->home));
}

/**
 * idrv_search_begin - look for a number: its first line is being fetched
 * @table: the table
 * @search: to be filled
 * @number: packed number
 *
 * Context: as idrv_table_find().
 */
static __always_inline void idrv_search_begin(const struct idrv_table *table,
					      struct idrv_search *search, u64 number)
{
	idrv_search_place(table, search, number);
	idrv_search_fetch(table, search);
}

/**
 * idrv_search_home - look for a number in its home line
 * @table: the table
 * @search: what idrv_search_place() filled
 * @value: its value, if it was found
 *
 * If the number may be in a further line, that is being fetched, for
 * idrv_search_hop(): other searches can go on meanwhile.
 *
 * Context: as idrv_table_find().
 * Return: how far the search is.
 */
static __always_inline enum idrv_found idrv_search_home(const struct idrv_table *table,
							struct idrv_search *search,
							u32 *value)
{
	const u64 *home = line_words(table, search->home);

	if (line_find(home, search->tag, 0, value))
		return IDRV_FOUND_VALUE;
	/* Pairs with the releases in entry_move(). */
	smp_rmb();
	if (!(READ_ONCE(home[hop_class(search->tag, 1)]) & WORD_MARK))
		return IDRV_FOUND_NOTHING;
	search_fetch(table, search, 1);
	return IDRV_FOUND_MARK;
}

#endif
