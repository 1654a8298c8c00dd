// SPDX-License-Identifier: GPL-2.0-or-later
/* What may happen to a list. */
#include <string.h>
#include <time.h>

#include "askers.h"
#include "edits.h"
#include "oracle.h"
#include "tap.h"

void change_list(void)
{
	struct edition *next = history_next();

	edit_somehow(next, &oracle_state);
	vouch_somehow(next);
	commit_next(next);
}

/* The same as it was, all of it, as another version. */
void say_again(void)
{
	struct edition *next = history_next();

	vouch_long(next);
	next->list.version++;
	next->list.epoch += !next->list.epoch;
	commit(next, true);
	see(next->list.count ? IDREVOKE_STATE_CURRENT : IDREVOKE_STATE_NOT_READY);
}

/* Everybody goes at once: nobody may be CLEAR for that. */
void list_nobody(void)
{
	struct edition *next = history_next();

	edit_add(next, 10000, &oracle_state);
	vouch_long(next);
	commit_next(next);
	next = history_next();
	edit_remove_all(next);
	next->list.version++;
	commit(next, !below(3));
	see(IDREVOKE_STATE_NOT_READY);
	askers_have_asked();
}

/* It becomes LATE by itself, then STALE, and answers as such. */
void grow_old(void)
{
	struct edition *next = history_next();

	edit_somehow(next, &oracle_state);
	vouch_late(next);
	next->list.issued++;
	next->list.valid_for = 3 * MODEL_CONFIRM_INTERVAL + 2;
	commit_next(next);
	see(IDREVOKE_STATE_STALE);
	askers_have_asked();
}

void become_late(void)
{
	struct edition *next = history_next();

	edit_somehow(next, &oracle_state);
	vouch_late(next);
	commit_next(next);
	see(IDREVOKE_STATE_LATE);
	askers_have_asked();
}

/* The issuer vouches again: what it has vouched for before is not believed. */
void confirm(void)
{
	struct edition *next = history_next();
	uint64_t before = next->list.issued;
	struct wire_message message;

	if (!next->in_force)
		return;
	vouch_somehow(next);
	if (next->list.issued <= before)
		next->list.issued = before + 1;
	if (next->list.issued > (uint64_t)time(NULL))
		return;
	message = wire_confirm(&next->list);
	must_call(&message);
}

/* Drops the list, and puts it or the next one in force. */
void flush(void)
{
	struct edition *next = history_next();
	struct wire_message message = wire_plain(IDREVOKE_CMD_FLUSH);

	next->in_force = false;
	must_call(&message);
	see(IDREVOKE_STATE_NOT_READY);
	askers_have_asked();
	next = history_next();
	vouch_somehow(next);
	if (next->list.version && below(2))
		commit(next, true);
	else
		change_list();
}

void repeat(void)
{
	struct wire_list list = history_newest()->list;
	struct wire_message message;

	if (!history_newest()->in_force)
		return;
	list.issued = time(NULL) - below(10);
	message = wire_commit(&list);
	if (wire_call(&oracle_wire, &message, &oracle_reply))
		stop("a repeated COMMIT was refused: %s", oracle_reply.text);
}
