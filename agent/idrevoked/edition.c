// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "../lib/note.h"
#include "edition.h"

bool edition_set(struct edition *edition, const struct idrevoke_latest *latest, const char *note,
		 size_t size)
{
	char *copy = malloc(size);

	if (!copy)
		return false;
	memcpy(copy, note, size);
	free(edition->note);
	edition->latest = *latest;
	edition->note = copy;
	edition->size = size;
	return true;
}

bool edition_is(const struct edition *edition, const char *note, size_t size)
{
	return edition->note && edition->size == size && !memcmp(edition->note, note, size);
}

bool edition_is_by(const struct edition *edition, const char *root_key)
{
	struct idrevoke_vkey key;
	size_t text_size;

	return !idrevoke_vkey_parse(&key, root_key) &&
	       !idrevoke_note_verify(edition->note, edition->size, &key, 1, 1, &text_size, NULL);
}

void edition_free(struct edition *edition)
{
	free(edition->note);
	memset(edition, 0, sizeof(*edition));
}

int version_order(uint64_t epoch_a, uint64_t version_a, uint64_t epoch_b, uint64_t version_b)
{
	if (epoch_a != epoch_b)
		return epoch_a < epoch_b ? -1 : 1;
	return version_a < version_b ? -1 : version_a > version_b;
}

bool same_list(const struct idrevoke_latest *a, const struct idrevoke_latest *b)
{
	return a->epoch == b->epoch && a->version == b->version && a->count == b->count &&
	       idrevoke_digest_equal(&a->digest, &b->digest);
}

bool same_payload(const struct idrevoke_feed_payload *a, const struct idrevoke_feed_payload *b)
{
	return a->base == b->base && a->version == b->version &&
	       !memcmp(a->sha256, b->sha256, sizeof(a->sha256));
}

bool latest_names(const struct idrevoke_latest *latest,
		  const struct idrevoke_feed_payload *named)
{
	if (same_payload(&latest->snapshot, named))
		return true;
	for (unsigned int i = 0; i < latest->delta_count; i++)
		if (same_payload(&latest->deltas[i], named))
			return true;
	return false;
}
