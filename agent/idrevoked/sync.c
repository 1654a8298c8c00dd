// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Two aims, pursued again after everything that happens:
 *
 *   1. the kernel holds the version that the newest latest names, and
 *   2. so does the state directory.
 *
 * The kernel comes first: a small delta goes from memory to the kernel before
 * any of it is written to the disk, which is left to an idle moment.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/mirror.h"
#include "fetch.h"
#include "kernel.h"
#include "log.h"
#include "parcels.h"
#include "retry.h"
#include "service.h"
#include "state.h"
#include "sync.h"

struct sync {
	const struct config *config;
	struct state state;
	struct kernel *kernel;
	struct fetch *fetch;
	struct retry retry;
	sd_event_source *idle; /* writes the state */

	bool have;	/* there is a newest latest */
	bool saved;	/* and the state directory has it */
	bool absent;	/* the module is not loaded */
	bool in_force;	/* the kernel holds what the newest latest names */
	bool announced; /* and that was told */
	struct idrevoke_latest latest;
	char *note;
	size_t note_size;

	struct parcels parcels;
	bool only_snapshot; /* the kernel refused a delta */
	bool save_failed;   /* told that the state cannot be written */
	uint64_t told;	    /* version whose refusal was told */
};

/* Order of (epoch, version) as that of two numbers. */
static int compare(uint64_t epoch_a, uint64_t version_a, uint64_t epoch_b, uint64_t version_b)
{
	if (epoch_a != epoch_b)
		return epoch_a < epoch_b ? -1 : 1;
	return version_a < version_b ? -1 : version_a > version_b;
}

static int push(struct sync *sync, uint64_t from)
{
	struct idrevoke_merge *merge;
	const char *why = "?";
	int error = idrevoke_mirror_merge(&merge, &sync->latest, from, parcels_open,
					  &sync->parcels, &why);

	if (error) {
		log_line(LOG_ERR, "version %" PRIu64 " cannot be read: %s", sync->latest.version,
			 why);
		if (error == -EBADMSG || error == -ENOENT)
			error = -EUCLEAN;
	} else {
		error = kernel_push(sync->kernel, merge, &sync->latest);
		idrevoke_merge_close(merge);
	}
	if (error == -EUCLEAN) {
		parcels_drop(&sync->parcels, &sync->latest); /* to be fetched again */
		sync->saved = false;
	}
	return error;
}

/* Says once a version that the kernel's list and the issuer's do not agree. */
static void tell_once(struct sync *sync, const char *what)
{
	if (sync->told != sync->latest.version)
		log_event(LOG_ERR, MESSAGE_FEED_REFUSED,
			  LOG_FIELDS(LOG_VERSION(&sync->latest), .cause = cause_name(CAUSE_OLDER)),
			  "version %" PRIu64 " of the feed: %s", sync->latest.version, what);
	sync->told = sync->latest.version;
}

/* Pursues the first aim. */
static void step_kernel(struct sync *sync)
{
	const struct idrevoke_latest *latest = &sync->latest;
	struct idrevoke_status status;
	uint8_t digest[IDREVOKE_DIGEST_SIZE];
	int error = kernel_status(sync->kernel, &status);
	uint64_t from = 0;
	int order;

	service_list(error, &status);
	sync->absent = error == -ENOENT;
	sync->in_force = false;
	if (error) {
		/* The module's coming is an event; other faults are not. */
		if (error != -ENOENT)
			retry_later(&sync->retry);
		return;
	}
	if (!sync->have)
		return;
	order = compare(status.floor_epoch, status.floor_version, latest->epoch, latest->version);
	if (order > 0) {
		/* At start perfectly normal: the state is a little behind. */
		if (sync->fetch)
			tell_once(sync, "the kernel has had a newer one, and takes no older");
		return;
	}
	if (status.version) {
		order = compare(status.epoch, status.version, latest->epoch, latest->version);
		idrevoke_digest_encode(&latest->digest, digest);
		if (!order && memcmp(digest, status.digest, sizeof(digest))) {
			tell_once(sync, "the kernel holds another list under this version");
			return;
		}
		if (!order) {
			if (!sync->announced)
				log_event(LOG_INFO, MESSAGE_LIST_IN_FORCE,
					  LOG_FIELDS(LOG_VERSION(latest)),
					  "version %" PRIu64 " is in force already",
					  latest->version);
			sync->in_force = sync->announced = true;
			if (latest->issued > status.issued &&
			    kernel_confirm(sync->kernel, latest))
				retry_later(&sync->retry);
			return;
		}
		if (status.epoch == latest->epoch && !sync->only_snapshot &&
		    idrevoke_latest_deltas(latest, status.version) > 0)
			from = status.version;
	}
	if (!parcels_obtain(&sync->parcels, latest, from))
		return;
	error = push(sync, from);
	if (!error) {
		sync->only_snapshot = false;
		retry_worked(&sync->retry);
		sync->in_force = sync->announced = true;
		return;
	}
	if (from && (error == -ESTALE || error == -EBADMSG || error == -ENOSPC))
		sync->only_snapshot = true;
	retry_later(&sync->retry);
}

static void step(struct sync *sync)
{
	step_kernel(sync);
	if (sync->have && !sync->saved)
		sd_event_source_set_enabled(sync->idle, SD_EVENT_ONESHOT);
}

/* Pursues the second aim, when nothing else is to be done. */
static int on_idle(sd_event_source *source, void *userdata)
{
	struct sync *sync = userdata;
	int error;

	(void)source;
	/* What the kernel refuses does not replace the last good list. */
	if (!sync->have || sync->saved || !(sync->absent || sync->in_force))
		return 0;
	if (!parcels_obtain(&sync->parcels, &sync->latest, 0))
		return 0;
	error = parcels_store(&sync->parcels);
	if (!error)
		error = state_save(&sync->state, &sync->latest, sync->note, sync->note_size);
	metrics_count(error ? METRICS_SAVES_FAILED : METRICS_SAVES);
	if (error) {
		if (!sync->save_failed)
			log_event(LOG_ERR, MESSAGE_STATE_FAILED,
				  LOG_FIELDS(.path = sync->config->state, .error = -error),
				  "%s: cannot save the list: %s; trying again",
				  sync->config->state, strerror(-error));
		sync->save_failed = true;
		retry_later(&sync->retry);
		return 0;
	}
	if (sync->save_failed)
		log_event(LOG_NOTICE, MESSAGE_STATE_WORKS, LOG_FIELDS(.path = sync->config->state),
			  "%s: the list is saved again", sync->config->state);
	sync->save_failed = false;
	sync->saved = true;
	retry_worked(&sync->retry);
	return 0;
}

static int on_retry(sd_event_source *source, uint64_t usec, void *userdata)
{
	(void)source;
	(void)usec;
	step(userdata);
	return 0;
}

static void on_parcel(void *userdata, int error)
{
	struct sync *sync = userdata;

	if (error)
		retry_later(&sync->retry);
	else
		step(sync);
}

static void on_kernel(void *userdata)
{
	step(userdata);
}

/* Forward only, and one list a version. */
static const char *objection(const struct sync *sync, const struct idrevoke_latest *latest)
{
	int order;

	if (!sync->have)
		return NULL;
	order = compare(latest->epoch, latest->version, sync->latest.epoch, sync->latest.version);
	if (order < 0)
		return "the server offers an older version";
	if (!order && !idrevoke_digest_equal(&latest->digest, &sync->latest.digest))
		return "the server offers another list under the same version";
	return NULL;
}

static int on_latest(void *userdata, const struct idrevoke_latest *latest, const char *note,
		     size_t size, char why[FETCH_WHY_SIZE])
{
	const char *objects = objection(userdata, latest);
	struct sync *sync = userdata;
	char *copy;

	if (objects) {
		snprintf(why, FETCH_WHY_SIZE, "%s (%" PRIu64 "); ours is %" PRIu64, objects,
			 latest->version, sync->latest.version);
		return -ESTALE;
	}
	/* The same version: mirrors hand on its confirmations as they come to them. */
	if (sync->have && compare(latest->epoch, latest->version, sync->latest.epoch,
				  sync->latest.version) == 0 &&
	    latest->issued <= sync->latest.issued)
		return 0;
	copy = malloc(size);
	if (!copy)
		return -ENOMEM;
	memcpy(copy, note, size);
	free(sync->note);
	sync->note = copy;
	sync->note_size = size;
	sync->announced &= sync->have && latest->version == sync->latest.version;
	sync->latest = *latest;
	sync->have = true;
	sync->saved = false;
	step(sync);
	return 1;
}

/* What was saved before is the list to begin with, and the floor. */
static void load(struct sync *sync)
{
	struct idrevoke_vkey key;
	const char *why = "?";
	int error;

	if (idrevoke_vkey_parse(&key, sync->config->root_key))
		return;
	error = idrevoke_mirror_latest(sync->state.directory, &key, &sync->latest, &sync->note,
				       &sync->note_size, &why);
	if (error == -ENOENT) {
		log_line(LOG_INFO, "%s: no list was saved yet", sync->config->state);
		return;
	}
	if (error) {
		log_event(LOG_ERR, MESSAGE_STATE_REFUSED, LOG_FIELDS(.path = sync->config->state),
			  "%s: the saved list is not used: %s", sync->config->state, why);
		return;
	}
	log_line(LOG_INFO, "%s: version %" PRIu64 " was saved", sync->config->state,
		 sync->latest.version);
	sync->have = sync->saved = true;
	step_kernel(sync);
}

int sync_new(struct sync **sync, sd_event *event, const struct config *config)
{
	struct sync *new = calloc(1, sizeof(*new));
	int error = -ENOMEM;

	*sync = NULL;
	if (!new)
		goto failed;
	new->config = config;
	new->state.directory = -1;
	new->parcels.state = &new->state;
	new->parcels.arrived = on_parcel;
	new->parcels.userdata = new;
	error = state_open(&new->state, config->state);
	if (error)
		goto failed_told;
	error = retry_init(&new->retry, event, on_retry, new);
	if (error < 0)
		goto failed;
	error = sd_event_add_defer(event, &new->idle, on_idle, new);
	if (error < 0)
		goto failed;
	sd_event_source_set_enabled(new->idle, SD_EVENT_OFF);
	sd_event_source_set_priority(new->idle, SD_EVENT_PRIORITY_IDLE);
	error = kernel_new(&new->kernel, event, on_kernel, new);
	if (error < 0)
		goto failed;
	load(new);
	error = fetch_new(&new->fetch, event, config, on_latest, new);
	if (error < 0)
		goto failed;
	parcels_reroute(&new->parcels, new->fetch);
	step(new);
	*sync = new;
	return 0;

failed:
	log_line(LOG_ERR, "cannot start: %s", strerror(-error));
failed_told:
	sync_free(new);
	return error;
}

int sync_reconfigure(struct sync *sync, const struct config *config)
{
	struct retry *retry = &sync->retry;
	struct fetch *new;
	int error = fetch_new(&new, sd_event_source_get_event(retry->timer), config, on_latest,
			      sync);

	if (error) {
		log_line(LOG_ERR, "cannot use the new configuration: %s", strerror(-error));
		return error;
	}
	fetch_free(sync->fetch);
	parcels_reroute(&sync->parcels, new);
	sync->fetch = new;
	sync->config = config;
	step(sync);
	return 0;
}

void sync_view(struct sync *sync, struct metrics_view *view)
{
	view->error = kernel_status(sync->kernel, &view->status);
	view->latest = sync->have ? &sync->latest : NULL;
	view->saved = sync->saved;
}

void sync_free(struct sync *sync)
{
	if (!sync)
		return;
	fetch_free(sync->fetch);
	parcels_free(&sync->parcels);
	kernel_free(sync->kernel);
	sd_event_source_disable_unref(sync->idle);
	retry_free(&sync->retry);
	state_close(&sync->state);
	free(sync->note);
	free(sync);
}
