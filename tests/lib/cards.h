/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A small list that has each kind of record, and the cards to ask about. */
#ifndef TESTS_LIB_CARDS_H
#define TESTS_LIB_CARDS_H

#include <string.h>

#include "tap.h"
#include "wire.h"

/* In the order of their numbers, see card(). */
enum card {
	CARD_REPLACED,		/* lost, and replaced since: through 2019-04-11 */
	CARD_OPEN,		/* stolen on 2019-04-12, no replacement */
	CARD_CANCELLED,		/* the number itself is void */
	CARD_PERSON,		/* an impersonator, whose own card is good */
	CARD_REPLACED_PERSON,
	CARD_OPEN_PERSON,
	CARD_CANCELLED_PERSON,
	CARD_FIRST_DAY,		/* superseded, through 1984-01-02 */
	CARD_LAST_DAY,		/* lost, through 2163-06-05, open */
	CARDS,
	CARD_UNLISTED = CARDS,
	CARD_UNLISTED_TOO,
};

static inline uint64_t card(enum card index)
{
	return guest_number(index * 1000 + 17);
}

/* The whole list as version 1; @bytes gets its CARDS records. */
static inline struct wire_list cards_list(uint8_t *bytes)
{
	const struct guest_record records[CARDS] = {
		[CARD_REPLACED] = { card(CARD_REPLACED), guest_day(20190411),
				    IDREVOKE_REASON_LOST, 0 },
		[CARD_OPEN] = { card(CARD_OPEN), guest_day(20190412), IDREVOKE_REASON_STOLEN,
				IDREVOKE_RECORD_OPEN },
		[CARD_CANCELLED] = { card(CARD_CANCELLED), IDREVOKE_THROUGH_ALL,
				     IDREVOKE_REASON_VOID, 0 },
		[CARD_PERSON] = { card(CARD_PERSON), 0, 0, IDREVOKE_RECORD_PERSON },
		[CARD_REPLACED_PERSON] = { card(CARD_REPLACED_PERSON), guest_day(20190411),
					   IDREVOKE_REASON_VOID, IDREVOKE_RECORD_PERSON },
		[CARD_OPEN_PERSON] = { card(CARD_OPEN_PERSON), guest_day(20190412),
				       IDREVOKE_REASON_LOST,
				       IDREVOKE_RECORD_OPEN | IDREVOKE_RECORD_PERSON },
		[CARD_CANCELLED_PERSON] = { card(CARD_CANCELLED_PERSON), IDREVOKE_THROUGH_ALL,
					    IDREVOKE_REASON_VOID, IDREVOKE_RECORD_PERSON },
		[CARD_FIRST_DAY] = { card(CARD_FIRST_DAY), 1, IDREVOKE_REASON_SUPERSEDED, 0 },
		[CARD_LAST_DAY] = { card(CARD_LAST_DAY), 65534, IDREVOKE_REASON_LOST,
				    IDREVOKE_RECORD_OPEN },
	};

	return wire_list_of(records, CARDS, bytes);
}

/* Puts the list in force, which must work. */
static inline struct wire_list cards_load(struct wire *wire)
{
	uint8_t bytes[CARDS * IDREVOKE_RECORD_SIZE];
	struct wire_list list = cards_list(bytes);
	struct wire_reply reply;
	int error = wire_snapshot(wire, &list, bytes, CARDS, &reply);

	if (error)
		bail_out("no list can be loaded: %s (%s)", strerror(error), reply.text);
	return list;
}

#endif
