// SPDX-License-Identifier: GPL-2.0
/* What is recorded of a number: read from the wire, and applied to a card. */
#include "compat.h"
#include "number.h"
#include "record.h"

/**
 * idrv_record_decode - take a record off the wire
 * @wire: IDREVOKE_RECORD_SIZE bytes, as <linux/idrevoke_netlink.h> lays them out
 * @delta: whether the record may be a removal
 * @record: the record, on success
 *
 * Context: any.
 * Return: whether the record is valid.
 */
bool idrv_record_decode(const u8 *wire, bool delta, struct idrv_record *record)
{
	u64 number = get_unaligned_le64(wire);
	u32 through = get_unaligned_le16(wire + 8);
	u32 reason = wire[10], flags = wire[11];

	if (number >= IDRV_NUMBER_END)
		return false;
	record->number = number;

	if (delta && flags == IDREVOKE_RECORD_REMOVE) {
		record->value = IDRV_VALUE_REMOVE;
		return !through && !reason;
	}
	if (flags & ~(IDREVOKE_RECORD_OPEN | IDREVOKE_RECORD_PERSON))
		return false;
	if (through == 0) {
		if (reason || flags != IDREVOKE_RECORD_PERSON)
			return false;
	} else {
		if (reason < IDREVOKE_REASON_SUPERSEDED || reason > IDREVOKE_REASON_STOLEN)
			return false;
		if (through == IDREVOKE_THROUGH_ALL && flags & IDREVOKE_RECORD_OPEN)
			return false;
	}
	record->value = through | reason << IDRV_VALUE_REASON_SHIFT |
			flags << IDRV_VALUE_FLAG_SHIFT;
	return true;
}

/**
 * idrv_record_judge - apply what is recorded of a number to one of its cards
 * @value: the record's value
 * @start_known: whether the card's validity start was given
 * @start: the day on which it starts, if so
 *
 *	record			start <= through  start > through  not given
 *	person only		CLEAR		  CLEAR		   CLEAR
 *	revoked, replaced	REVOKED		  CLEAR		   AMBIGUOUS
 *	revoked, open		REVOKED		  AMBIGUOUS	   REVOKED
 *	number cancelled	REVOKED		  REVOKED	   REVOKED
 *
 * Without a start, "open" is REVOKED since no card of the number is valid. With
 * a later one it is AMBIGUOUS: no such card is known to have been issued.
 *
 * Context: any.
 */
struct idrv_judgement idrv_record_judge(u32 value, bool start_known, u16 start)
{
	u32 through = value & IDRV_VALUE_THROUGH;
	struct idrv_judgement judgement = {
		.verdict = IDREVOKE_CLEAR,
		.flags = value & IDRV_VALUE_PERSON ? IDREVOKE_FLAG_PERSON : 0,
	};

	if (!through)
		return judgement;

	if (through == IDREVOKE_THROUGH_ALL || (start_known && start <= through))
		judgement.verdict = IDREVOKE_REVOKED;
	else if (value & IDRV_VALUE_OPEN)
		judgement.verdict = start_known ? IDREVOKE_AMBIGUOUS : IDREVOKE_REVOKED;
	else
		judgement.verdict = start_known ? IDREVOKE_CLEAR : IDREVOKE_AMBIGUOUS;

	if (judgement.verdict != IDREVOKE_CLEAR)
		judgement.reason = (value & IDRV_VALUE_REASON) >> IDRV_VALUE_REASON_SHIFT;
	return judgement;
}
