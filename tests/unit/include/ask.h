/* SPDX-License-Identifier: GPL-2.0-or-later */
/* idrv_check_answer() for whole records, as the device has them. */
#ifndef TESTS_UNIT_ASK_H
#define TESTS_UNIT_ASK_H

#include <string.h>

#include "../../../kmod/check.h"

static inline void ask_all(struct idrevoke_check *checks, unsigned int count,
			   struct idrv_budget *budget)
{
	union idrv_check group[IDRV_CHECK_GROUP];
	struct idrv_origin origin;
	unsigned int i;

	for (i = 0; i < count; i++) {
		memcpy(&group[i].question, &checks[i], sizeof(group[i].question));
		if (checks[i].flags || checks[i].reserved)
			group[i].question.consistency = IDRV_CONSISTENCY_UNDEFINED;
	}
	idrv_check_answer(group, count, budget, &origin);
	for (i = 0; i < count; i++) {
		memcpy(&checks[i].verdict, &group[i].answer, sizeof(group[i].answer));
		checks[i].version = origin.version;
		checks[i].issued = origin.issued;
	}
}

#endif
