/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef _STUB_LINUX_WAIT_H
#define _STUB_LINUX_WAIT_H

#include <linux/atomic.h>
#include <linux/sched/signal.h>

/* Who sleeps does the work of those waited for; wake-ups are counted. */
typedef struct {
	u64 woken;
} wait_queue_head_t;

void stub_wait(void);

#define DECLARE_WAIT_QUEUE_HEAD(name)		wait_queue_head_t name
#define wait_event_killable(head, condition) ({		\
	bool killed = false;				\
	while (!(condition) && !killed) {		\
		killed = stub_signal_pending();		\
		if (!killed)				\
			stub_wait();			\
	}						\
	killed; })
#define wake_up(head)				((void)(head))
#define init_waitqueue_head(head)		((head)->woken = 0)
#define wake_up_interruptible_poll(head, events) ((void)(events), (head)->woken++)

#endif
