/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef _STUB_LINUX_HRTIMER_H
#define _STUB_LINUX_HRTIMER_H

#include <linux/ktime.h>

enum hrtimer_restart { HRTIMER_NORESTART };
enum hrtimer_mode { HRTIMER_MODE_ABS_SOFT };

struct hrtimer {
	enum hrtimer_restart (*function)(struct hrtimer *timer);
	u64 expires;		/* ns of the clock; 0: not started */
};

void hrtimer_setup(struct hrtimer *timer, enum hrtimer_restart (*function)(struct hrtimer *),
		   clockid_t clock_id, enum hrtimer_mode mode);
void hrtimer_start(struct hrtimer *timer, ktime_t expires, enum hrtimer_mode mode);
int hrtimer_try_to_cancel(struct hrtimer *timer);
#define hrtimer_cancel(timer)	hrtimer_try_to_cancel(timer)

#endif
