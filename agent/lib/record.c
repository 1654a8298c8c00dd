// SPDX-License-Identifier: LGPL-2.1-or-later
#include <endian.h>
#include <string.h>

#include <linux/idrevoke.h>

#include "number.h"
#include "record.h"

bool idrevoke_record_is_valid(const struct idrevoke_record *record, bool delta)
{
	if (record->number >= IDREVOKE_NUMBER_END)
		return false;
	if (record->flags & IDREVOKE_RECORD_REMOVE)
		return delta && record->flags == IDREVOKE_RECORD_REMOVE && !record->through &&
		       !record->reason;
	if (record->flags & ~(IDREVOKE_RECORD_OPEN | IDREVOKE_RECORD_PERSON))
		return false;
	if (!record->through)
		return !record->reason && record->flags == IDREVOKE_RECORD_PERSON;
	if (record->through == IDREVOKE_THROUGH_ALL && record->flags & IDREVOKE_RECORD_OPEN)
		return false;
	return record->reason >= IDREVOKE_REASON_SUPERSEDED &&
	       record->reason <= IDREVOKE_REASON_STOLEN;
}

void idrevoke_record_encode(const struct idrevoke_record *record,
			    uint8_t wire[IDREVOKE_FEED_RECORD_SIZE])
{
	uint64_t number = htole64(record->number);
	uint16_t through = htole16(record->through);
	uint64_t effective_from = htole64(record->effective_from);

	memcpy(wire, &number, 8);
	memcpy(wire + 8, &through, 2);
	wire[10] = record->reason;
	wire[11] = record->flags;
	memcpy(wire + 12, &effective_from, 8);
}

bool idrevoke_record_decode(const uint8_t wire[IDREVOKE_FEED_RECORD_SIZE], bool delta,
			    struct idrevoke_record *record)
{
	uint64_t number, effective_from;
	uint16_t through;

	memcpy(&number, wire, 8);
	memcpy(&through, wire + 8, 2);
	memcpy(&effective_from, wire + 12, 8);
	record->number = le64toh(number);
	record->through = le16toh(through);
	record->reason = wire[10];
	record->flags = wire[11];
	record->effective_from = le64toh(effective_from);
	return idrevoke_record_is_valid(record, delta);
}
