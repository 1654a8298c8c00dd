// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Abseil's Swiss table, with room for all entries from the start. It cannot be read
 * while it changes: a gateway would have to add a lock, which is not counted.
 */
#include <absl/container/flat_hash_map.h>

#include "contender.h"
#include "numbers.h"

namespace {

absl::flat_hash_map<uint64_t, uint32_t> *table;
uint64_t heap_used;

void load(uint64_t count)
{
	uint64_t heap_before = contender_heap();

	table = new absl::flat_hash_map<uint64_t, uint32_t>;
	table->reserve(count);
	for (uint64_t i = 0; i < count; i++) {
		uint64_t number = numbers_listed(count, i);

		table->emplace(number, numbers_value(number));
	}
	/* Others will use the heap as well. */
	heap_used = contender_heap() - heap_before;
}

uint32_t find(uint64_t number)
{
	auto entry = table->find(number);

	return entry == table->end() ? 0 : entry->second;
}

/* It has no call for a batch, but one that fetches what a question will need. */
void find_batch(const uint64_t *numbers, uint32_t *values)
{
	for (int i = 0; i < CONTENDER_BATCH; i++)
		table->prefetch(numbers[i]);
	for (int i = 0; i < CONTENDER_BATCH; i++)
		values[i] = find(numbers[i]);
}

uint64_t bytes()
{
	return heap_used;
}

void drop()
{
	delete table;
}

} // namespace

extern const struct contender contender_abseil = {
	"abseil", 40, nullptr, load, find, find_batch, bytes, drop,
};
