// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

#include "retry.h"

#define SHORTEST 100000ULL
#define LONGEST 30000000ULL

int retry_init(struct retry *retry, sd_event *event, sd_event_time_handler_t again,
	       void *userdata)
{
	int error;

	retry->delay = 0;
	error = sd_event_add_time(event, &retry->timer, CLOCK_MONOTONIC, 0, 1000, again, userdata);
	if (error < 0)
		return error;
	return sd_event_source_set_enabled(retry->timer, SD_EVENT_OFF);
}

static void set_timer(struct retry *retry, uint64_t delay)
{
	sd_event_source_set_time_relative(retry->timer, delay);
	sd_event_source_set_enabled(retry->timer, SD_EVENT_ONESHOT);
}

/* From nothing to the whole: machines that did something together spread out. */
static uint64_t some_of(uint64_t whole)
{
	uint16_t chance = 0;

	/* Without randomness there is no jitter, which is no reason to fail. */
	if (getrandom(&chance, sizeof(chance), GRND_NONBLOCK) != sizeof(chance))
		chance = 0;
	return whole * chance / UINT16_MAX;
}

void retry_after(struct retry *retry, uint64_t delay)
{
	set_timer(retry, delay + some_of(delay / 10));
}

void retry_later(struct retry *retry)
{
	int armed = SD_EVENT_OFF;

	sd_event_source_get_enabled(retry->timer, &armed);
	if (armed != SD_EVENT_OFF)
		return;
	retry->delay = retry->delay ? retry->delay * 2 : SHORTEST;
	if (retry->delay > LONGEST)
		retry->delay = LONGEST;
	set_timer(retry, retry->delay / 2 + some_of(retry->delay / 2));
}

void retry_worked(struct retry *retry)
{
	retry->delay = 0;
}

void retry_free(struct retry *retry)
{
	sd_event_source_disable_unref(retry->timer);
	retry->timer = NULL;
}
