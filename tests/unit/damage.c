// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Memory that is damaged: a verification counts what a check finds, so that an entry
 * that is there but is not found, or has changed, tells.
 */
#include "issuer.h"

#define UNIVERSE	3000

static struct issuer list;

static bool verifies(void)
{
	struct idrv_refusal refusal = {};
	struct idrv_status status;
	struct idrv_digest digest;
	u64 count;

	must(!idrv_list_verify(&count, &digest, &status, &refusal), "no verification");
	return count == status.count && idrv_digest_equal(&digest, &status.digest);
}

/* A slot with an entry; nobody else runs here. */
static u64 *some_entry(void)
{
	const struct idrv_table *table = idrv_list.view->table;
	u64 *word;

	do {
		word = &table->words[random_below(table->lines * IDRV_LINE_WORDS)];
	} while (!(*word << 1));
	return word;
}

int main(void)
{
	const struct idrv_table *table;
	u64 *word, saved;
	int bit, i;

	harness_begin();
	stub_random_seed(random_u64());
	must(!idrv_list_init(), "no list");
	issuer_init(&list, UNIVERSE, 140619000000000ULL);
	list.version = 1;
	for (i = 0; i < (int)list.size; i++)
		issuer_set(&list, i, issuer_random_value());
	must(!issuer_snapshot(&list), "no snapshot");
	table = idrv_list.view->table;
	ok(verifies(), "the list verifies");

	/* All but the mark, in the highest bit, which is not part of the entry. */
	for (bit = 0; bit < 63; bit++) {
		word = some_entry();
		*word ^= BIT_ULL(bit);
		must(!verifies(), "bit %d of an entry may change", bit);
		*word ^= BIT_ULL(bit);
	}
	ok(verifies(), "a bit of an entry that changes is found");

	for (i = 0; i < 100; i++) {
		u64 *free = &table->words[random_below(table->lines * IDRV_LINE_WORDS)];

		word = some_entry();
		if (*free << 1 || (free - table->words) / 8 == (word - table->words) / 8)
			continue;
		saved = *word;
		*free |= saved & ~BIT_ULL(63);
		*word &= BIT_ULL(63);
		must(!verifies(), "an entry may be in any line");
		*free &= BIT_ULL(63);
		*word = saved;
	}
	ok(verifies(), "an entry in a wrong line is found");

	idrv_list_exit();
	is(stub_live, 0, "all memory is given back");
	issuer_free(&list);
	return done();
}
