/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Trying again, ever more rarely, and not in step with other machines. */
#ifndef IDREVOKED_RETRY_H
#define IDREVOKED_RETRY_H

#include <stdint.h>
#include <systemd/sd-event.h>

/**
 * struct retry - one thing that is tried until it works
 * @timer: fires when it is time
 * @delay: microseconds of the last delay, before jitter; 0: it worked last
 */
struct retry {
	sd_event_source *timer;
	uint64_t delay;
};

/**
 * retry_init() - prepare
 * @retry: the struct
 * @event: the loop
 * @again: called when it is time
 * @userdata: passed to @again
 *
 * Return: 0 or a negative errno.
 */
int retry_init(struct retry *retry, sd_event *event, sd_event_time_handler_t again,
	       void *userdata);

/**
 * retry_later() - it failed: try again after a delay twice as long as the last
 * @retry: the struct
 *
 * The first is a tenth of a second, the longest half a minute; of each, the half
 * to the whole is waited for. While that is so, further failures count as the same
 * one.
 */
void retry_later(struct retry *retry);

/**
 * retry_after() - no failure, but not before so long
 * @retry: the struct
 * @delay: microseconds; up to a tenth is added
 */
void retry_after(struct retry *retry, uint64_t delay);

/**
 * retry_worked() - it worked: the next delay is the shortest again
 * @retry: the struct
 */
void retry_worked(struct retry *retry);

/**
 * retry_free() - clean up
 * @retry: the struct
 */
void retry_free(struct retry *retry);

#endif /* IDREVOKED_RETRY_H */
