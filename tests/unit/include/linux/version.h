/* SPDX-License-Identifier: GPL-2.0-or-later */
#define KERNEL_VERSION(a, b, c)	((a) << 16 | (b) << 8 | (c))
/* The newest, so that compat.h has nothing to add. */
#define LINUX_VERSION_CODE	KERNEL_VERSION(6, 15, 0)
