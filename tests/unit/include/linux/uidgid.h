/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <linux/types.h>

typedef struct {
	uid_t val;
} kuid_t;

static inline bool uid_eq(kuid_t a, kuid_t b)
{
	return a.val == b.val;
}
