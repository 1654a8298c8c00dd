// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "metrics.h"
#include "push.h"

struct push {
	struct kernel *kernel;
	const struct idrevoke_latest *latest;
	struct reading *reading;	/* until there is: */
	struct idrevoke_merge *merge;
	struct idrevoke_netlink *link;	/* while a transaction is under way */
	struct idrevoke_transaction transaction;
	struct idrevoke_statement statement;
	bool begun;
	uint64_t sent;
	/*
	 * How many records a merged delta has shows only at its end, but the
	 * kernel wants to know before the first: so they are all read first.
	 */
	uint8_t *records;
	uint64_t room;
	uint8_t block[IDREVOKE_BLOCK_SIZE];
};

static bool is_delta(const struct push *push)
{
	return push->transaction.kind == IDREVOKE_KIND_DELTA;
}

int push_new(struct push **push, struct kernel *kernel, struct reading *reading,
	     const struct idrevoke_latest *latest)
{
	struct push *new = calloc(1, sizeof(*new));

	*push = new;
	if (!new) {
		log_line(LOG_ERR, "no memory for a transaction");
		reading_free(reading);
		return -ENOMEM;
	}
	new->kernel = kernel;
	new->reading = reading;
	new->latest = latest;
	new->statement = statement_of(latest);
	return 0;
}

/* Frees records, of which nothing stays in memory. */
static void free_records(uint8_t *records, uint64_t count)
{
	if (records)
		explicit_bzero(records, count * IDREVOKE_RECORD_SIZE);
	free(records);
}

void push_free(struct push *push)
{
	if (!push)
		return;
	reading_free(push->reading);
	idrevoke_merge_close(push->merge);
	/* A link that is closed ends its transaction, whatever became of it. */
	idrevoke_netlink_close(push->link);
	free_records(push->records, push->room);
	explicit_bzero(push->block, sizeof(push->block));
	free(push);
}

/* Fills the block. Return: records in it, 0: no more, or a negative errno. */
static ssize_t read_block(struct push *push)
{
	const char *why = "?";
	ssize_t count = idrevoke_merge_read(push->merge, push->block, IDREVOKE_BLOCK_RECORDS,
					    &why);

	return count < 0 ? reading_failed(push->latest, count, why) : count;
}

/* Return: 1, or a negative errno. */
static int open_records(struct push *push)
{
	const struct idrevoke_latest *latest = push->latest;
	const struct idrevoke_payload_header *header;
	int more = reading_step(push->reading, &push->merge);

	if (more)
		return more;
	reading_free(push->reading);
	push->reading = NULL;
	header = idrevoke_merge_header(push->merge);
	push->transaction = (struct idrevoke_transaction){
		.kind = header->delta ? IDREVOKE_KIND_DELTA : IDREVOKE_KIND_SNAPSHOT,
		.epoch = latest->epoch,
		.base = header->base,
		.version = latest->version,
		.count = header->delta ? 0 : latest->count,
	};
	return 1;
}

static bool make_room(struct push *push, uint64_t count)
{
	uint64_t room = 2 * push->room > count ? 2 * push->room : count;
	uint8_t *larger;

	if (count <= push->room)
		return true;
	larger = reallocarray(NULL, room, IDREVOKE_RECORD_SIZE);
	if (!larger)
		return false;
	if (push->records)
		memcpy(larger, push->records, push->transaction.count * IDREVOKE_RECORD_SIZE);
	free_records(push->records, push->room);
	push->records = larger;
	push->room = room;
	return true;
}

/* Reads some of a delta. Return: 1, 0 if there is no more, or a negative errno. */
static int collect(struct push *push)
{
	uint64_t *count = &push->transaction.count;
	ssize_t more = read_block(push);

	if (more <= 0)
		return more;
	if (!make_room(push, *count + more)) {
		log_line(LOG_ERR, "no memory for a delta of more than %" PRIu64 " records", *count);
		return -ENOMEM;
	}
	memcpy(push->records + *count * IDREVOKE_RECORD_SIZE, push->block,
	       more * IDREVOKE_RECORD_SIZE);
	*count += more;
	return 1;
}

/* The next block to send. Return: as of read_block(). */
static ssize_t next_block(struct push *push, const uint8_t **records)
{
	uint64_t left = push->transaction.count - push->sent;

	*records = push->block;
	if (!is_delta(push))
		return read_block(push);
	if (!left)
		return 0;
	*records = push->records + push->sent * IDREVOKE_RECORD_SIZE;
	return left < IDREVOKE_BLOCK_RECORDS ? left : IDREVOKE_BLOCK_RECORDS;
}

static int refused(struct push *push, int error)
{
	log_event(LOG_ERR, MESSAGE_LIST_REFUSED,
		  LOG_FIELDS(LOG_VERSION(push->latest), .error = -error),
		  "the kernel refused the %s to version %" PRIu64 ": %s",
		  is_delta(push) ? "delta" : "snapshot", push->latest->version,
		  idrevoke_netlink_message(push->link));
	return error;
}

static int begin(struct push *push)
{
	int error = kernel_borrow(push->kernel, &push->link);

	if (error)
		return error;
	error = idrevoke_netlink_begin(push->link, &push->transaction, NULL);
	push->begun = true;
	return error ? refused(push, error) : 1;
}

static int commit(struct push *push)
{
	int error = idrevoke_netlink_commit(push->link, &push->statement, NULL);

	if (error)
		return refused(push, error);
	metrics_count(is_delta(push) ? METRICS_DELTAS : METRICS_SNAPSHOTS);
	log_event(LOG_INFO, MESSAGE_LIST_IN_FORCE, LOG_FIELDS(LOG_VERSION(push->latest)),
		  "version %" PRIu64 " is in force: %" PRIu64 " numbers (%s of %" PRIu64 " records)",
		  push->latest->version, push->latest->count, is_delta(push) ? "delta" : "snapshot",
		  push->transaction.count);
	kernel_return(push->kernel, push->link);
	push->link = NULL;
	return 0;
}

int push_step(struct push *push)
{
	const uint8_t *records;
	ssize_t count;
	int error;

	if (push->reading)
		return open_records(push);
	if (!push->begun) {
		error = is_delta(push) ? collect(push) : 0;
		return error ? error : begin(push);
	}
	count = next_block(push, &records);
	if (count < 0)
		return count;
	if (!count)
		return commit(push);
	error = idrevoke_netlink_records(push->link, push->sent, records, count);
	if (error)
		return refused(push, error);
	push->sent += count;
	return 1;
}
