/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef _STUB_LINUX_WAIT_H
#define _STUB_LINUX_WAIT_H

#include <linux/atomic.h>

/* Nobody sleeps here; wake-ups are counted. */
typedef struct {
	u64 woken;
} wait_queue_head_t;

#define init_waitqueue_head(head)		((head)->woken = 0)
#define wake_up_interruptible_poll(head, events) ((void)(events), (head)->woken++)

#endif
