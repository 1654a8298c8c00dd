// SPDX-License-Identifier: GPL-2.0-or-later
/* Our table, of the size that a snapshot gets, filled as a snapshot fills it. */
#include "contender.h"
#include "numbers.h"
#include "pages.h"

#include "../../../kmod/check.h"
#include "../../../kmod/list.h"
#include "../../../kmod/search.h"

/* As in kmod/transaction.c. */
#define GROUP	32

static struct idrv_table *table;

static bool fill(u64 count)
{
	struct idrv_search search[GROUP];
	u64 number[GROUP], first, i, end;
	u32 left;

	for (first = 0; first < count; first += GROUP) {
		end = min(count - first, (u64)GROUP);
		left = 0;
		for (i = 0; i < end; i++) {
			number[i] = numbers_listed(count, first + i);
			idrv_search_begin(table, &search[i], number[i]);
		}
		for (i = 0; i < end; i++)
			if (!idrv_table_insert_first(table, &search[i], numbers_value(number[i])))
				left |= BIT(i);
		for (; left; left &= left - 1) {
			i = __builtin_ctz(left);
			if (idrv_table_insert(table, number[i], numbers_value(number[i])))
				return false;
		}
	}
	return true;
}

static void load(uint64_t count)
{
	u64 lines = idrv_table_lines(count, IDRV_CENTIBYTES_SNAPSHOT);

	table = idrv_table_create(lines, NULL);
	while (!fill(count)) {
		idrv_table_destroy(table);
		lines += lines / 5 + 1;
		table = idrv_table_create(lines, NULL);
	}
}

static uint32_t find(uint64_t number)
{
	u32 value;

	return idrv_table_find(table, number, &value) ? value : 0;
}

/* Whether it is known; otherwise, the next line is being fetched. */
static bool is_known(enum idrv_found found, uint32_t *value)
{
	if (found == IDRV_FOUND_NOTHING)
		*value = 0;
	return found != IDRV_FOUND_MARK;
}

/* As idrv_check_answer() does it: a bit for each that is not known yet. */
static void find_group(const uint64_t *numbers, uint32_t *values)
{
	struct idrv_search search[IDRV_CHECK_GROUP];
	unsigned long open = 0, left;
	int i;

	for (i = 0; i < IDRV_CHECK_GROUP + IDRV_CHECK_AHEAD; i++) {
		int now = i - IDRV_CHECK_AHEAD;

		if (i < IDRV_CHECK_GROUP)
			idrv_search_begin(table, &search[i], numbers[i]);
		if (now >= 0 &&
		    !is_known(idrv_search_home(table, &search[now], &values[now]), &values[now]))
			open |= 1UL << now;
	}
	while (open) {
		for (left = open; left; left &= left - 1) {
			i = __builtin_ctzl(left);
			if (is_known(idrv_search_hop(table, &search[i], &values[i]), &values[i]))
				open &= ~(1UL << i);
		}
	}
}

static void find_batch(const uint64_t *numbers, uint32_t *values)
{
	int i;

	for (i = 0; i < CONTENDER_BATCH; i += IDRV_CHECK_GROUP)
		find_group(numbers + i, values + i);
}

static uint64_t bytes(void)
{
	return idrv_table_memory(table) + pages_overhead(table->words);
}

static void drop(void)
{
	idrv_table_destroy(table);
	table = NULL;
}

const struct contender contender_idrevoke = {
	.name = "idrevoke",
	.bytes_at_most = 12,
	.load = load,
	.find = find,
	.find_batch = find_batch,
	.bytes = bytes,
	.drop = drop,
};
