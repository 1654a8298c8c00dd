/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <endian.h>
#include <string.h>
#include <linux/types.h>

static inline u64 get_unaligned_le64(const void *at)
{
	u64 value;

	memcpy(&value, at, sizeof(value));
	return le64toh(value);
}

static inline u16 get_unaligned_le16(const void *at)
{
	u16 value;

	memcpy(&value, at, sizeof(value));
	return le16toh(value);
}

static inline void put_unaligned_le64(u64 value, void *at)
{
	value = htole64(value);
	memcpy(at, &value, sizeof(value));
}
