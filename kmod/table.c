// SPDX-License-Identifier: GPL-2.0
/*
 * The compact table. Its layout, and why readers cannot miss an entry, stand in
 * the header.
 *
 * Whatever changes a table is serialised by the caller. Finding needs an RCU
 * read-side section that began while the table was in service, or the same lock.
 */
#include <linux/atomic.h>
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include <linux/wait.h>

#include "search.h"

/* Above this size, pages of 2 MiB spare a question most of its TLB misses. Below
 * it, rounding up to them would cost too much.
 */
#define HUGE_PAGES_FROM		SZ_16M

/* Tables out of service that are not freed yet. */
static atomic_t retired_tables;
static DECLARE_WAIT_QUEUE_HEAD(retired_gone);

/* Where the entry of a number may be. */
struct place {
	u64 tag;
	u64 line[IDRV_HOPS];
	u8 class[IDRV_HOPS];	/* the mark that hop needs; none for hop 0 */
};

static struct place place_at(const struct idrv_table *table, u64 home, u64 tag)
{
	return (struct place){
		.tag = tag,
		.line = { home, hop_line(table, home, tag, 1), hop_line(table, home, tag, 2) },
		.class = { 0, hop_class(tag, 1), hop_class(tag, 2) },
	};
}

static struct place place_of(const struct idrv_table *table, u64 number)
{
	u64 permuted = idrv_permute(&table->permutation, number);

	return place_at(table, home_of(table, permuted), permuted & table->tag_mask);
}

/* The number of an entry: (line, hop, tag) gives its home, home and tag give it. */
static u64 word_number(const struct idrv_table *table, u64 line, u64 word)
{
	u64 tag = word & WORD_TAG;
	u64 home = home_line(table, tag, line, word_hop(word));
	/* the first permuted number of that home: ceil(home * 2^47 / lines) */
	u64 first = home * table->line_numbers +
		    DIV64_U64_ROUND_UP(home * table->line_remainder, table->lines);

	return idrv_unpermute(&table->permutation, first + ((tag - first) & table->tag_mask));
}

/**
 * idrv_table_lines - how many lines a list should have
 * @count: numbers listed
 * @centibytes: bytes a number to aim at, times 100
 *
 * Return: a number of lines, so that pages of 2 MiB can be used where they are
 * no more than a seventh of a byte a number off the aim: what a snapshot gets must
 * not be so little that it is to grow at once.
 */
u64 idrv_table_lines(u64 count, u32 centibytes)
{
	u64 bytes, whole;

	/* There is no room for more than 8 a line anyway. */
	count = min(count, IDRV_TABLE_LINES_MAX * IDRV_LINE_WORDS);
	bytes = div_u64(count * centibytes, 100);
	whole = round_down(bytes, PMD_SIZE);
	if (whole >= HUGE_PAGES_FROM &&
	    whole >= div_u64(count * (centibytes - IDRV_CENTIBYTES_ROUNDED), 100))
		bytes = whole;
	else if (bytes >= PAGE_SIZE)
		bytes = round_up(bytes, PAGE_SIZE);
	return clamp(DIV64_U64_ROUND_UP(bytes, IDRV_LINE_BYTES),
		     IDRV_TABLE_LINES_MIN, IDRV_TABLE_LINES_MAX);
}

/**
 * idrv_table_create - make an empty table
 * @lines: IDRV_TABLE_LINES_MIN to IDRV_TABLE_LINES_MAX
 * @permutation: the key of another table, whose order of entries is then kept;
 *	NULL draws a new one
 *
 * What is to take over from another comes after idrv_table_wait_retired().
 *
 * Context: may sleep.
 * Return: the table, or NULL if there is no memory.
 */
struct idrv_table *idrv_table_create(u64 lines, const struct idrv_permutation *permutation)
{
	const gfp_t flags = GFP_KERNEL | __GFP_ZERO | __GFP_RETRY_MAYFAIL | __GFP_NOWARN;
	struct idrv_table *table = kzalloc(sizeof(*table), GFP_KERNEL);
	size_t bytes = lines * IDRV_LINE_BYTES;

	if (!table)
		return NULL;
	if (bytes >= HUGE_PAGES_FROM && IS_ALIGNED(bytes, PMD_SIZE))
		table->words = vmalloc_huge(bytes, flags);
	else
		table->words = __vmalloc(bytes, flags);
	if (!table->words) {
		kfree(table);
		return NULL;
	}

	table->lines = lines;
	table->tag_mask = BIT_ULL(IDRV_KEY_BITS - ilog2(lines)) - 1;
	table->bytes = PAGE_ALIGN(bytes);
	table->line_numbers = div64_u64_rem(BIT_ULL(IDRV_KEY_BITS), lines, &table->line_remainder);
	if (permutation)
		table->permutation = *permutation;
	else
		idrv_permutation_init(&table->permutation);
	return table;
}

/**
 * idrv_table_destroy - free a table that nobody reads any more
 * @table: the table; NULL is ignored
 *
 * Context: may sleep.
 */
void idrv_table_destroy(struct idrv_table *table)
{
	if (!table)
		return;
	vfree(table->words);
	kfree_sensitive(table);
}

static void destroy_retired(struct work_struct *work)
{
	idrv_table_destroy(container_of(to_rcu_work(work), struct idrv_table, retired));
	if (atomic_dec_and_test(&retired_tables))
		wake_up(&retired_gone);
}

/**
 * idrv_table_retire - take a table out of service
 * @table: the table, which new readers do not find any more
 * @workqueue: where to free it, after those who read it now
 *
 * Walks of the table end here.
 */
void idrv_table_retire(struct idrv_table *table, struct workqueue_struct *workqueue)
{
	while (table->walks)
		idrv_walk_end(table->walks);
	atomic_inc(&retired_tables);
	INIT_RCU_WORK(&table->retired, destroy_retired);
	queue_rcu_work(workqueue, &table->retired);
}

/**
 * idrv_table_wait_retired - wait until all tables out of service are freed
 *
 * Whoever replaces one table after another needs memory for two then, and not for
 * all that somebody might still read.
 *
 * Context: may sleep; no lock is held that readers or rcu_work could wait for.
 * Return: 0, or -EINTR: a fatal signal came first.
 */
int idrv_table_wait_retired(void)
{
	return wait_event_killable(retired_gone, !atomic_read(&retired_tables)) ? -EINTR : 0;
}

/**
 * idrv_table_memory - what a table occupies
 * @table: the table
 *
 * Return: bytes.
 */
size_t idrv_table_memory(const struct idrv_table *table)
{
	return table->bytes + sizeof(*table);
}

/**
 * idrv_table_prefetch - announce that a number will be looked for
 * @table: the table
 * @number: packed number
 */
void idrv_table_prefetch(const struct idrv_table *table, u64 number)
{
	struct idrv_search search;

	idrv_search_begin(table, &search, number);
}

/**
 * idrv_search_hop - look for a number in the next of its lines, which few searches need
 * @table: the table
 * @search: a search of which idrv_search_home() or this said IDRV_FOUND_MARK
 * @value: its value, if it was found
 *
 * Context: as idrv_table_find().
 * Return: how far the search is; after the last hop not IDRV_FOUND_MARK.
 */
enum idrv_found idrv_search_hop(const struct idrv_table *table, struct idrv_search *search,
				u32 *value)
{
	const u64 *home = line_words(table, search->home);
	u64 line = hop_line(table, search->home, search->tag, search->hop);

	if (line_find(line_words(table, line), search->tag, search->hop, value))
		return IDRV_FOUND_VALUE;
	if (search->hop == IDRV_HOPS - 1)
		return IDRV_FOUND_NOTHING;
	/* Pairs with the releases in entry_move(). */
	smp_rmb();
	if (!(READ_ONCE(home[hop_class(search->tag, 2)]) & WORD_MARK))
		return IDRV_FOUND_NOTHING;
	search_fetch(table, search, 2);
	return IDRV_FOUND_MARK;
}

/**
 * idrv_table_find - look for a number
 * @table: the table
 * @number: packed number
 * @value: its value, if it is listed
 *
 * Context: an RCU read-side section, or the writer's lock. Takes no lock,
 * writes nothing, reads three lines at most.
 * Return: whether the number is listed.
 */
bool idrv_table_find(const struct idrv_table *table, u64 number, u32 *value)
{
	struct idrv_search search;
	enum idrv_found found;

	idrv_search_begin(table, &search, number);
	found = idrv_search_home(table, &search, value);
	while (found == IDRV_FOUND_MARK)
		found = idrv_search_hop(table, &search, value);
	return found == IDRV_FOUND_VALUE;
}

/* Puts an entry, a reservation or nothing in a slot, and leaves its mark alone. */
static void slot_store(struct idrv_table *table, u64 slot, u64 word)
{
	u64 *at = &table->words[slot];

	/* Pairs with smp_rmb() in idrv_search_home() and idrv_search_hop(). */
	smp_store_release(at, (*at & WORD_MARK) | word);
}

static void tell_walks(struct idrv_table *table, u64 slot, u64 number, u32 before, u32 after)
{
	struct idrv_walk *walk;

	for (walk = table->walks; walk; walk = walk->next)
		if (slot / IDRV_LINE_WORDS < walk->line)
			walk->changed(walk, number, before, after);
}

/* The slot of a number, -1 if it is not listed. For writers. */
static s64 slot_find(const struct idrv_table *table, const struct place *place)
{
	int hop, i;

	for (hop = 0; hop < IDRV_HOPS; hop++) {
		const u64 *line = line_words(table, place->line[hop]);
		const u64 want = word_make(place->tag, hop, 0);

		for (i = 0; i < IDRV_LINE_WORDS; i++)
			if (((line[i] ^ want) & (WORD_TAG | WORD_HOP)) == 0)
				return line + i - table->words;
	}
	return -1;
}

/* A free slot of a line, -1 if there is none. */
static s64 slot_free(const struct idrv_table *table, u64 line)
{
	const u64 *words = line_words(table, line);
	int i;

#pragma GCC unroll 8
	for (i = 0; i < IDRV_LINE_WORDS; i++)
		if (!(words[i] & ~WORD_MARK))
			return words + i - table->words;
	return -1;
}

static void marks_set(struct idrv_table *table, const struct place *place, int hop)
{
	u64 *home = line_words(table, place->line[0]);

	for (; hop > 0; hop--) {
		u64 *word = &home[place->class[hop]];

		if (!(*word & WORD_MARK)) {
			/*
			 * Pairs with smp_rmb() as slot_store() does: who reads this word
			 * may be reading that an entry was cleared from it before.
			 */
			smp_store_release(word, *word | WORD_MARK);
			table->marks++;
		}
	}
}

/* Moves the entry in a slot to a later hop, if it has one with a free slot. */
static bool entry_move(struct idrv_table *table, u64 slot)
{
	u64 word = table->words[slot], line = slot / IDRV_LINE_WORDS, number;
	u32 value = word_value(word);
	int hop = word_hop(word);
	struct idrv_walk *walk;
	struct place place;
	s64 to = -1;

	if (hop < 0)
		return false;
	place = place_at(table, home_line(table, word & WORD_TAG, line, hop), word & WORD_TAG);
	while (to < 0) {
		if (++hop == IDRV_HOPS)
			return false;
		to = slot_free(table, place.line[hop]);
	}

	/* The order matters: see the header. */
	marks_set(table, &place, hop);
	slot_store(table, to, word_make(place.tag, hop, value));
	slot_store(table, slot, 0);
	table->hops += hop - word_hop(word);

	if (!table->walks)
		return true;
	number = word_number(table, line, word);
	for (walk = table->walks; walk; walk = walk->next) {
		bool was_passed = line < walk->line, is_passed = place.line[hop] < walk->line;

		if (was_passed && !is_passed)
			walk->changed(walk, number, value, IDRV_VALUE_REMOVE);
		else if (!was_passed && is_passed)
			walk->changed(walk, number, IDRV_VALUE_REMOVE, value);
	}
	return true;
}

/*
 * A slot for a number, where it can be found from now on; -1 if there is none.
 * The first free one, or one that is made free by moving an entry forward.
 */
static s64 slot_claim(struct idrv_table *table, const struct place *place, int *hop)
{
	s64 slot;
	int i;

	for (*hop = 0; *hop < IDRV_HOPS; ++*hop) {
		slot = slot_free(table, place->line[*hop]);
		if (slot >= 0)
			goto found;
	}
	for (*hop = 0; *hop < IDRV_HOPS; ++*hop) {
		slot = place->line[*hop] * IDRV_LINE_WORDS;
		for (i = 0; i < IDRV_LINE_WORDS; i++, slot++)
			if (entry_move(table, slot))
				goto found;
	}
	return -1;

found:
	marks_set(table, place, *hop);
	return slot;
}

/**
 * idrv_table_insert - list a number
 * @table: the table
 * @number: packed number, which is not listed
 * @value: its value
 *
 * Return: 0, or -ENOSPC: there is no place for this number.
 */
int idrv_table_insert(struct idrv_table *table, u64 number, u32 value)
{
	struct place place = place_of(table, number);
	int hop;
	s64 slot = slot_claim(table, &place, &hop);

	if (slot < 0)
		return -ENOSPC;
	slot_store(table, slot, word_make(place.tag, hop, value));
	table->count++;
	table->hops += hop;
	tell_walks(table, slot, number, IDRV_VALUE_REMOVE, value);
	return 0;
}

/**
 * idrv_table_insert_first - list a number if there is place in its first line
 * @table: the table, which no walk passes
 * @search: what idrv_search_begin() said of the number, which is not listed
 * @value: its value
 *
 * Return: whether it is listed now. Otherwise the next line is being fetched, for
 * idrv_table_insert().
 */
bool idrv_table_insert_first(struct idrv_table *table, struct idrv_search *search, u32 value)
{
	s64 slot = slot_free(table, search->home);

	if (slot < 0) {
		search_fetch(table, search, 1);
		return false;
	}
	slot_store(table, slot, word_make(search->tag, 0, value));
	table->count++;
	return true;
}

/**
 * idrv_table_update - change the value of a number
 * @table: the table
 * @number: packed number
 * @value: its new value
 *
 * Return: whether the number is listed.
 */
bool idrv_table_update(struct idrv_table *table, u64 number, u32 value)
{
	struct place place = place_of(table, number);
	s64 slot = slot_find(table, &place);
	u64 word;

	if (slot < 0)
		return false;
	word = table->words[slot];
	slot_store(table, slot, word_make(place.tag, word_hop(word), value));
	tell_walks(table, slot, number, word_value(word), value);
	return true;
}

/**
 * idrv_table_remove - take a number off the list
 * @table: the table
 * @number: packed number
 *
 * Return: whether the number was listed.
 */
bool idrv_table_remove(struct idrv_table *table, u64 number)
{
	struct place place = place_of(table, number);
	s64 slot = slot_find(table, &place);
	u64 word;

	if (slot < 0)
		return false;
	word = table->words[slot];
	slot_store(table, slot, 0);
	table->count--;
	table->hops -= word_hop(word);
	tell_walks(table, slot, number, word_value(word), IDRV_VALUE_REMOVE);
	return true;
}

/**
 * idrv_table_reserve - set a slot aside for a number
 * @table: the table
 * @number: packed number, which is not listed and has no slot set aside
 * @slot: the slot
 *
 * No answer changes by it. The slot must be filled or given back.
 *
 * Return: 0, or -ENOSPC: there is no place for this number.
 */
int idrv_table_reserve(struct idrv_table *table, u64 number, u64 *slot)
{
	struct place place = place_of(table, number);
	int hop;
	s64 claimed = slot_claim(table, &place, &hop);

	if (claimed < 0)
		return -ENOSPC;
	slot_store(table, claimed, WORD_RESERVED);
	*slot = claimed;
	return 0;
}

/**
 * idrv_table_fill - list a number in the slot that was set aside for it
 * @table: the table
 * @slot: what idrv_table_reserve() gave
 * @number: the same number
 * @value: its value
 */
void idrv_table_fill(struct idrv_table *table, u64 slot, u64 number, u32 value)
{
	struct place place = place_of(table, number);
	int hop = 0;

	while (place.line[hop] != slot / IDRV_LINE_WORDS)
		hop++;
	slot_store(table, slot, word_make(place.tag, hop, value));
	table->count++;
	table->hops += hop;
	tell_walks(table, slot, number, IDRV_VALUE_REMOVE, value);
}

/**
 * idrv_table_unreserve - give back a slot that was set aside
 * @table: the table
 * @slot: what idrv_table_reserve() gave
 */
void idrv_table_unreserve(struct idrv_table *table, u64 slot)
{
	slot_store(table, slot, 0);
}

/**
 * idrv_walk_begin - start a pass over all entries
 * @walk: with its member changed set
 * @table: the table
 */
void idrv_walk_begin(struct idrv_walk *walk, struct idrv_table *table)
{
	walk->table = table;
	walk->line = 0;
	walk->next = table->walks;
	table->walks = walk;
}

/**
 * idrv_walk_lines - pass some lines
 * @walk: a walk that was begun, and whose table is in service
 * @lines: how many lines
 * @visit: called for each entry in them; its failure ends the walk
 * @error: what @visit returned, 0 if it did not fail
 *
 * The lock may be released between two calls; then look at walk->table again.
 *
 * Return: whether lines are left and @visit did not fail.
 */
bool idrv_walk_lines(struct idrv_walk *walk, u64 lines,
		     int (*visit)(struct idrv_walk *walk, u64 number, u32 value), int *error)
{
	const struct idrv_table *table = walk->table;
	u64 end = min(walk->line + lines, table->lines);
	int i;

	*error = 0;
	for (; walk->line < end; walk->line++) {
		const u64 *words = line_words(table, walk->line);

		for (i = 0; i < IDRV_LINE_WORDS; i++) {
			if (word_hop(words[i]) < 0)
				continue;
			*error = visit(walk, word_number(table, walk->line, words[i]),
				       word_value(words[i]));
			if (*error)
				return false;
		}
	}
	return end < table->lines;
}

/**
 * idrv_walk_end - end a pass, complete or not
 * @walk: the walk
 */
void idrv_walk_end(struct idrv_walk *walk)
{
	struct idrv_walk **link;

	if (!walk->table)
		return;
	for (link = &walk->table->walks; *link != walk; link = &(*link)->next)
		;
	*link = walk->next;
	walk->table = NULL;
}
