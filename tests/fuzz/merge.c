// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A snapshot and deltas, or deltas alone, read as one: against an array of a few
 * numbers. Input: how many payloads, whether there is a snapshot, what they lie
 * about; then for each a byte a number: what it becomes, if it changes.
 */
#include <errno.h>

#include "lists.h"

#define MOST 5

/* A gap between versions; the lies before it are those of a payload. */
#define SKIPS LISTS_LIES

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };
	unsigned int count = 1 + fuzz_below(&input, MOST);
	bool snapshot = fuzz_take(&input, 1) & 1;
	uint8_t lie = fuzz_below(&input, 10), liar = fuzz_below(&input, count), *frames[MOST];
	struct idrevoke_payload *payloads[MOST];
	struct idrevoke_feed_payload named;
	struct idrevoke_merge *merge;
	uint64_t version = 10;
	bool follows = true;

	lists_clear();
	for (unsigned int i = 0; i < count; i++, version++) {
		if (lie == SKIPS && i == liar && i) {
			version++;
			follows = false;
		}
		if (lie == LISTS_OTHER_EPOCH && i == liar && count > 1)
			follows = false;
		frames[i] = lists_payload(&input, i || !snapshot ? version - 1 : 0, version,
					  i == liar ? lie : LISTS_TRUE, &named);
		fuzz_check(!idrevoke_payload_open(&payloads[i], fuzz_file(frames[i], named.stored),
						  &named, NULL), "a good payload");
	}
	fuzz_check(idrevoke_merge_open(&merge, payloads, count, NULL) == (follows ? 0 : -EBADMSG),
		   "payloads that do not follow one another");
	if (merge) {
		bool lied = snapshot && liar == count - 1 &&
			    (lie == LISTS_OTHER_DIGEST_LOW || lie == LISTS_OTHER_DIGEST_HIGH ||
			     (lie == LISTS_OTHER_COUNT && count > 1));

		fuzz_check(lists_compare(merge, snapshot) == (lied ? -EBADMSG : 0), "the end");
		idrevoke_merge_close(merge);
	}
	for (unsigned int i = 0; i < count; i++)
		free(frames[i]);
	return 0;
}
