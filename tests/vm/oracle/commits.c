// SPDX-License-Identifier: GPL-2.0-or-later
/* Putting an edition in force, and what poll tells of it. */
#include <errno.h>
#include <string.h>

#include "askers.h"
#include "oracle.h"
#include "tap.h"

static uint8_t bytes[HISTORY_NUMBERS * IDREVOKE_RECORD_SIZE];

static uint32_t encode(const struct edition *next, bool is_snapshot)
{
	const struct edition *base = history_newest();
	uint32_t i, count = 0;

	for (i = 0; i < HISTORY_NUMBERS; i++) {
		struct guest_record record = model_record(guest_number(i), next->values[i]);

		if (is_snapshot ? !model_listed(next->values[i]) :
		    !memcmp(&next->values[i], &base->values[i], sizeof(next->values[i])))
			continue;
		guest_record_encode(&record, bytes + count++ * IDREVOKE_RECORD_SIZE);
	}
	return count;
}

/* All of a transaction but its COMMIT; leaves out the last @missing records. */
void deliver(const struct edition *next, bool is_snapshot, uint32_t missing)
{
	uint32_t count = encode(next, is_snapshot);
	struct wire_message begin = is_snapshot ? wire_begin_snapshot(&next->list, count) :
		wire_begin_delta(&next->list, history_newest()->list.version, count);
	int error = wire_call(&oracle_wire, &begin, &oracle_reply);

	if (!error)
		error = wire_send_records(&oracle_wire, bytes,
					  count > missing ? count - missing : 0, &oracle_reply);
	if (error)
		stop("version %llu was refused: %s (%s)", (unsigned long long)next->list.version,
		     strerror(error), oracle_reply.text);
}

/* What changes what is in force, and must succeed. */
void must_call(const struct wire_message *message)
{
	int error;

	history_begin();
	error = wire_call(&oracle_wire, message, &oracle_reply);
	history_end();
	if (error)
		stop("command %u was refused: %s (%s)", message->command, strerror(error),
		     oracle_reply.text);
}

void commit(struct edition *next, bool is_snapshot)
{
	struct wire_message message;

	next->in_force = true;
	deliver(next, is_snapshot, 0);
	message = wire_commit(&next->list);
	must_call(&message);
}

/* The next version, in any way; a snapshot may begin another epoch. */
void commit_next(struct edition *next)
{
	bool is_snapshot = !next->in_force || !below(6);

	next->list.version += 1 + below(3);
	if (!next->list.epoch || (is_snapshot && !below(2))) {
		next->list.epoch++;
		next->list.version = 1 + below(5);
	}
	commit(next, is_snapshot);
}

/* Poll must tell of what is in force. */
void see(int wanted)
{
	const struct edition *newest = history_newest();

	if (!askers_have_seen(newest->in_force ? &newest->list : NULL, wanted))
		stop("poll did not tell of version %llu in state %d",
		     (unsigned long long)newest->list.version, wanted);
}
