/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Every difference between the kernels that this module is built for, 6.1 and
 * newer, and nowhere else. The sources read as if only the newest existed.
 */
#ifndef _IDRV_COMPAT_H
#define _IDRV_COMPAT_H

#include <linux/hrtimer.h>
#include <linux/version.h>

/* 6.2 split operations in two, of which commands see the smaller. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
#define genl_split_ops genl_ops
#endif

/* 6.7 gave commands of io_uring a header of their own. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 7, 0)
#include <linux/io_uring/cmd.h>
#else
#include <linux/io_uring.h>
#endif

/* 6.6 has this; before, there is one flag. */
#ifndef IORING_URING_CMD_MASK
#define IORING_URING_CMD_MASK	IORING_URING_CMD_FIXED
#endif

/* The part of a submission queue entry that is the command's: 16 bytes or more. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 5, 0)
#define idrv_uring_entry(command)	((const void *)(command)->sqe->cmd)
#else
#define idrv_uring_entry(command)	((command)->cmd)
#endif

/* Until 6.18 a second result can be given, for larger completions. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 18, 0)
#define idrv_uring_done(command, result, flags)	io_uring_cmd_done(command, result, flags)
#else
#define idrv_uring_done(command, result, flags)	io_uring_cmd_done(command, result, 0, flags)
#endif

/* 6.12 moved this header out of asm/. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
#include <linux/unaligned.h>
#else
#include <asm/unaligned.h>
#endif

/* 6.13 has the call, 6.15 has it only. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 13, 0)
static inline void hrtimer_setup(struct hrtimer *timer,
				 enum hrtimer_restart (*function)(struct hrtimer *),
				 clockid_t clock_id, enum hrtimer_mode mode)
{
	hrtimer_init(timer, clock_id, mode);
	timer->function = function;
}
#endif

#endif
