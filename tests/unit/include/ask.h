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
	unsigned int i;

	for (i = 0; i < count; i++)
		memcpy(&group[i], &checks[i], sizeof(group[i]));
	idrv_check_answer(group, count, budget);
	for (i = 0; i < count; i++)
		memcpy(&checks[i].verdict, &group[i], sizeof(group[i]));
}

#endif
