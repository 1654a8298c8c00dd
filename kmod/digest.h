/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _IDRV_DIGEST_H
#define _IDRV_DIGEST_H

#include <linux/types.h>
#include <uapi/linux/idrevoke_netlink.h>

#include "record.h"

/* A sum modulo 2^128 over a set of records; <linux/idrevoke_netlink.h> defines
 * it. It finds faults, not forgers.
 */
struct idrv_digest {
	u64 low;
	u64 high;
};

void idrv_digest_add(struct idrv_digest *digest, u64 number, u32 value);
void idrv_digest_add_records(struct idrv_digest *digest, const struct idrv_record *records,
			     unsigned int count);
void idrv_digest_subtract(struct idrv_digest *digest, u64 number, u32 value);
struct idrv_digest idrv_digest_decode(const u8 *wire);
void idrv_digest_encode(const struct idrv_digest *digest, u8 wire[IDREVOKE_DIGEST_SIZE]);

static inline bool idrv_digest_equal(const struct idrv_digest *a, const struct idrv_digest *b)
{
	return a->low == b->low && a->high == b->high;
}

#endif
