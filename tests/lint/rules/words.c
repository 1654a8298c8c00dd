// SPDX-License-Identifier: GPL-2.0-or-later
static u64 peek(struct idrv_table *table)
{
	return READ_ONCE(table->words[0]); /* finding */
}

static void slot_clear(struct idrv_table *table, u64 slot)
{
	table->words[slot] = 0; /* finding */
}

static void line_clear(struct idrv_table *table, u64 line, int i)
{
	u64 *words = line_words(table, line);

	words[i] = 0; /* finding */
}

static u64 right(struct idrv_table *table)
{
	return table->lines;
}
