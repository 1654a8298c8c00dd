// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include <time.h>

#include "log.h"
#include "metrics.h"
#include "service.h"

#define SECOND_US 1000000ULL

/* No state of a list: the module is not there, or was not looked for yet. */
#define UNKNOWN UINT32_MAX

static uint32_t state = UNKNOWN;
static char list_words[160], feed_words[256], told[sizeof(list_words) + sizeof(feed_words)];

static uint64_t now_usec(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * SECOND_US + now.tv_nsec / 1000;
}

void service_ready(void)
{
	sd_notify(0, "READY=1");
}

void service_reloading(void)
{
	sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%" PRIu64, now_usec());
}

void service_stopping(void)
{
	sd_notify(0, "STOPPING=1");
}

static void tell(void)
{
	char words[sizeof(told)];

	snprintf(words, sizeof(words), "%s%s", list_words, feed_words);
	if (!strcmp(words, told))
		return;
	strcpy(told, words);
	sd_notifyf(0, "STATUS=%s", words);
}

/* Only what changes by itself; that a version came in force is told by who did it. */
static void log_state(const struct idrevoke_status *status)
{
	const struct log_fields *fields = LOG_FIELDS(LOG_VERSION(status));
	uint64_t version = status->version;

	if (status->state == IDREVOKE_STATE_LATE)
		log_event(LOG_WARNING, MESSAGE_LIST_LATE, fields,
			  "version %" PRIu64 " is late: the issuer's confirmations do not arrive",
			  version);
	else if (status->state == IDREVOKE_STATE_STALE)
		log_event(LOG_ERR, MESSAGE_LIST_STALE, fields,
			  "version %" PRIu64 " is stale: cards that it does not list are unknown "
			  "now, not clear", version);
	else if (status->state == IDREVOKE_STATE_NOT_READY && state != UNKNOWN)
		log_event(LOG_WARNING, MESSAGE_LIST_GONE, fields,
			  "the kernel holds no list any more");
	else if (status->state == IDREVOKE_STATE_CURRENT &&
		 (state == IDREVOKE_STATE_LATE || state == IDREVOKE_STATE_STALE))
		log_event(LOG_NOTICE, MESSAGE_LIST_CURRENT, fields,
			  "version %" PRIu64 " is current again", version);
}

void service_list(int error, const struct idrevoke_status *status)
{
	static const char *const caveats[] = {
		[IDREVOKE_STATE_CURRENT] = "",
		[IDREVOKE_STATE_LATE] = ", but the issuer's confirmations do not arrive",
		[IDREVOKE_STATE_STALE] = ", but stale: what it does not list is unknown",
	};

	if (error == -ENOENT)
		strcpy(list_words, "Waiting for the kernel module idrevoke.");
	else if (error)
		strcpy(list_words, "The kernel cannot be asked.");
	else if (status->state == IDREVOKE_STATE_NOT_READY ||
		 status->state > IDREVOKE_STATE_STALE)
		strcpy(list_words, "No list is in force.");
	else
		snprintf(list_words, sizeof(list_words),
			 "Version %" PRIu64 " is in force: %" PRIu64 " numbers%s.",
			 status->version, status->count, caveats[status->state]);
	tell();
	if (error) {
		state = UNKNOWN;
		return;
	}
	if (status->state != state)
		log_state(status);
	state = status->state;
}

void service_feed(const char *why)
{
	metrics_feed(!why);
	feed_words[0] = '\0';
	if (why)
		snprintf(feed_words, sizeof(feed_words), " The feed cannot be had: %s.", why);
	log_one_line(feed_words); /* a second one would be an order */
	tell();
}
