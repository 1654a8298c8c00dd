// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "merge.h"

/* A payload and the record of it that is to be used next. */
struct source {
	struct idrevoke_payload *payload;
	struct idrevoke_record record;
	bool ended;
};

struct idrevoke_merge {
	struct idrevoke_payload_header header;
	uint64_t read;
	struct idrevoke_digest digest;
	const char *why;
	/*
	 * The first payload is usually a long snapshot and the others are short:
	 * the lowest number of the others is kept, so that a record that only the
	 * first has costs one comparison, however many others there are.
	 */
	uint64_t lowest;
	size_t count;
	struct source sources[];
};

/* Numbers are less. */
#define NONE UINT64_MAX

static uint64_t number_of(const struct source *source)
{
	return source->ended ? NONE : source->record.number;
}

static int advance(struct idrevoke_merge *merge, struct source *source)
{
	int got = idrevoke_payload_next(source->payload, &source->record, &merge->why);

	source->ended = !got;
	return got < 0 ? got : 0;
}

static void find_lowest(struct idrevoke_merge *merge)
{
	merge->lowest = NONE;
	for (size_t i = 1; i < merge->count; i++)
		if (number_of(&merge->sources[i]) < merge->lowest)
			merge->lowest = number_of(&merge->sources[i]);
}

static int start(struct idrevoke_merge *merge)
{
	const struct idrevoke_payload_header *header;

	for (size_t i = 0; i < merge->count; i++) {
		int error;

		header = idrevoke_payload_header(merge->sources[i].payload);
		if (i && (!header->delta || header->epoch != merge->header.epoch ||
			  header->base != merge->header.version)) {
			merge->why = "the payloads do not follow one another";
			return -EBADMSG;
		}
		if (!i)
			merge->header = *header;
		merge->header.version = header->version;
		merge->header.count = header->count;
		merge->header.digest = header->digest;
		merge->header.issued = header->issued;
		error = advance(merge, &merge->sources[i]);
		if (error)
			return error;
	}
	if (!merge->header.delta)
		merge->header.records = merge->header.count;
	find_lowest(merge);
	return 0;
}

int idrevoke_merge_open(struct idrevoke_merge **merge, struct idrevoke_payload **payloads,
			size_t count, const char **why)
{
	struct idrevoke_merge *new = calloc(1, sizeof(*new) + count * sizeof(struct source));
	int error;

	*merge = NULL;
	if (!new) {
		for (size_t i = 0; i < count; i++)
			idrevoke_payload_close(payloads[i]);
		if (why)
			*why = "out of memory";
		return -ENOMEM;
	}
	new->count = count;
	for (size_t i = 0; i < count; i++)
		new->sources[i].payload = payloads[i];
	error = start(new);
	if (why)
		*why = new->why;
	if (error) {
		idrevoke_merge_close(new);
		return error;
	}
	*merge = new;
	return 0;
}

const struct idrevoke_payload_header *idrevoke_merge_header(const struct idrevoke_merge *merge)
{
	return &merge->header;
}

/* Takes the newest record of the lowest number; 1, 0 at the end, or an errno. */
static int take(struct idrevoke_merge *merge, struct idrevoke_record *record)
{
	uint64_t first = number_of(&merge->sources[0]);
	uint64_t number = first < merge->lowest ? first : merge->lowest;
	int error = 0;

	if (number == NONE)
		return 0;
	if (first == number) {
		*record = merge->sources[0].record;
		error = advance(merge, &merge->sources[0]);
	}
	if (merge->lowest == number) {
		for (size_t i = 1; i < merge->count && !error; i++) {
			if (number_of(&merge->sources[i]) != number)
				continue;
			*record = merge->sources[i].record;
			error = advance(merge, &merge->sources[i]);
		}
		find_lowest(merge);
	}
	return error ?: 1;
}

int idrevoke_merge_next(struct idrevoke_merge *merge, struct idrevoke_record *record,
			const char **why)
{
	const char *unused;
	int got;

	why = why ?: &unused;
	do
		got = take(merge, record);
	/* take() sets it: one source has the lowest. */
	/* NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult) */
	while (got > 0 && !merge->header.delta && record->flags & IDREVOKE_RECORD_REMOVE);

	if (got > 0 && !merge->header.delta) {
		merge->read++;
		idrevoke_digest_add(&merge->digest, record);
	}
	if (!got && !merge->header.delta &&
	    (merge->read != merge->header.count ||
	     !idrevoke_digest_equal(&merge->digest, &merge->header.digest))) {
		merge->why = "the list that results is not the one that the payloads name";
		got = -EBADMSG;
	}
	*why = merge->why;
	return got;
}

ssize_t idrevoke_merge_read(struct idrevoke_merge *merge, void *records, size_t most,
			    const char **why)
{
	uint8_t *wire = records, whole[IDREVOKE_FEED_RECORD_SIZE];
	size_t count = 0;

	while (count < most) {
		struct idrevoke_record record;
		int got = idrevoke_merge_next(merge, &record, why);

		if (got < 0)
			return got;
		if (!got)
			break;
		idrevoke_record_encode(&record, whole);
		memcpy(wire + count++ * IDREVOKE_RECORD_SIZE, whole, IDREVOKE_RECORD_SIZE);
	}
	return count;
}

void idrevoke_merge_close(struct idrevoke_merge *merge)
{
	if (!merge)
		return;
	for (size_t i = 0; i < merge->count; i++)
		idrevoke_payload_close(merge->sources[i].payload);
	explicit_bzero(merge->sources, merge->count * sizeof(merge->sources[0]));
	free(merge);
}
