// SPDX-License-Identifier: GPL-2.0-or-later
/* What must come to nothing. */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "edits.h"
#include "oracle.h"
#include "tap.h"

unsigned int not_refused;

static void refused(int error, int wanted, const char *what)
{
	if (error == wanted)
		return;
	diag("%s: %s instead of %s (%s)", what, strerror(error), strerror(wanted),
	     oracle_reply.text);
	not_refused++;
}

/*
 * An edition that will not come in force, and whether as a snapshot. Most are deltas
 * in which numbers come, change and go: what of these stays behind must be seen.
 */
static const struct edition *attempt(bool *is_snapshot, uint32_t missing)
{
	struct edition *next = history_next();

	do {
		if (below(4))
			edit_touch(next, &oracle_state);
		else
			edit_somehow(next, &oracle_state);
		/* of nobody, a snapshot has no record that could be missing */
	} while (!next->list.count ||
		 !memcmp(next->values, history_newest()->values, sizeof(next->values)));
	vouch_long(next);
	next->list.version++;
	next->list.epoch += !next->list.epoch;
	*is_snapshot = !next->in_force || !below(4);
	deliver(next, *is_snapshot, missing);
	return next;
}

void abort_it(void)
{
	bool is_snapshot;

	attempt(&is_snapshot, below(3));
	if (wire_ask(&oracle_wire, IDREVOKE_CMD_ABORT, &oracle_reply))
		stop("ABORT was refused: %s", oracle_reply.text);
}

void hang_up(void)
{
	bool is_snapshot;

	attempt(&is_snapshot, below(3));
	wire_close(&oracle_wire);
	wire_open(&oracle_wire);
}

void commit_wrongly(void)
{
	bool is_snapshot, is_short = !below(4);
	struct wire_list list = attempt(&is_snapshot, is_short)->list;
	int wanted = is_short ? EILSEQ : EBADMSG;
	struct wire_message message;

	switch (below(4)) {
	case 0:
		list.digest.low ^= 1ULL << below(64);
		break;
	case 1:
		list.digest.high ^= 1ULL << below(64);
		break;
	case 2:
		list.count += below(2) ? 1 : -1;
		break;
	default:
		list.version++;
		wanted = ESTALE;
	}
	message = wire_commit(&list);
	refused(wire_call(&oracle_wire, &message, &oracle_reply), wanted, "COMMIT of another list");
	refused(wire_ask(&oracle_wire, IDREVOKE_CMD_ABORT, &oracle_reply), ENOENT,
		"ABORT after COMMIT");
}

void vouch_wrongly(void)
{
	struct wire_list list = history_newest()->list;
	struct wire_message message;
	int wanted = ESTALE;

	switch (below(3)) {
	case 0:
		list.issued -= below(2);
		break;
	case 1:
		list.version--;
		break;
	default:
		list.issued = time(NULL) + 1000;
		if (history_newest()->in_force)
			wanted = ERANGE;
	}
	if (!list.version)
		return;
	message = wire_confirm(&list);
	refused(wire_call(&oracle_wire, &message, &oracle_reply), wanted, "CONFIRM");
}

/* To an older version or epoch, or from another than is in force. */
void go_back(void)
{
	struct wire_list list = history_newest()->list;
	struct wire_message message;

	if (list.version < 2 || list.epoch < 2)
		return;
	list.version--;
	message = wire_begin_snapshot(&list, 0);
	refused(wire_call(&oracle_wire, &message, &oracle_reply), ESTALE, "an older version");
	list.epoch--;
	list.version += 100;
	message = wire_begin_snapshot(&list, 0);
	refused(wire_call(&oracle_wire, &message, &oracle_reply), ESTALE, "an older epoch");
	list.epoch++;
	message = wire_begin_delta(&list, list.version - 100, 0);
	refused(wire_call(&oracle_wire, &message, &oracle_reply), ESTALE, "another base");
}
