/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <linux/sched.h>

/* A test may say that one is: kernel/stub.h. */
bool stub_signal_pending(void);
#define fatal_signal_pending(task)	stub_signal_pending()
