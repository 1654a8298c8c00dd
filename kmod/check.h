/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _IDRV_CHECK_H
#define _IDRV_CHECK_H

#include <linux/types.h>
#include <uapi/linux/idrevoke.h>
#include <uapi/linux/idrevoke_netlink.h>

#include "budget.h"

/* Checks answered together, their lines being fetched at the same time. */
#define IDRV_CHECK_GROUP	16

bool idrv_check_valid(const struct idrevoke_check *check);
void idrv_check_answer(struct idrevoke_check *checks, unsigned int count,
		       struct idrv_budget *budget);
u64 idrv_check_counter(enum idrevoke_counter counter);

#endif
