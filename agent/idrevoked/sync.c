// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Two aims, pursued again after everything that happens:
 *
 *   1. the kernel holds the version that the newest latest names, and
 *   2. so does the state directory: save.h.
 *
 * The kernel comes first: a small delta goes from memory to the kernel before
 * any of it is written to the disk, which is left to an idle moment.
 *
 * Whatever is waited for calls back: a payload and latest when they came or did
 * not, the kernel when its list changes or the module comes, a push and the idle
 * source as long as there is more to do, and after a failure the retry timer.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "edition.h"
#include "fetch.h"
#include "floor.h"
#include "kernel.h"
#include "load.h"
#include "log.h"
#include "parcels.h"
#include "proof.h"
#include "push.h"
#include "reading.h"
#include "retry.h"
#include "save.h"
#include "service.h"
#include "state.h"
#include "sync.h"

struct sync {
	const struct config *config;
	struct state state;
	struct kernel *kernel;
	struct fetch *fetch; /* NULL until the saved list is in force */
	struct retry retry;
	sd_event_source *work; /* goes on with a push */
	sd_event_source *idle; /* goes on with saving */

	struct edition newest;
	struct idrevoke_latest floor; /* the newest that was in force, or saved */
	struct parcels parcels;
	struct proof proof;
	struct save save;

	struct push *push;		/* under way, if any */
	struct idrevoke_latest pushed;	/* which names what is pushed */
	uint64_t from;			/* as a delta from this version, 0: as a snapshot */
	bool only_snapshot;		/* a delta of the newest version is of no use */
	bool refused;			/* a snapshot, by the kernel: not before the retry */

	struct load load;		/* of what was saved */
	bool absent;			/* the module is not loaded */
	uint64_t held_epoch;		/* what the kernel holds, 0: no list */
	uint64_t held_version;

	bool told;			/* that the kernel and the newest latest disagree */
	bool announced;			/* that the newest version is in force */
	bool save_failed;		/* told that the state cannot be written */
};

/* Says once a version that the kernel's list and the issuer's do not agree. */
static void tell_once(struct sync *sync, const char *what)
{
	if (!sync->told)
		log_event(LOG_ERR, MESSAGE_FEED_REFUSED,
			  LOG_FIELDS(LOG_VERSION(&sync->newest.latest),
				     .cause = cause_name(CAUSE_OLDER)),
			  "version %" PRIu64 " of the feed: %s", sync->newest.latest.version,
			  what);
	sync->told = true;
}

/* A whole version cannot be had or used: again a little later, or a newer one. */
static void whole_failed(struct sync *sync)
{
	retry_later(&sync->retry);
	save_renew(&sync->save, &sync->newest);
}

/* The list was not put in force: why, and what else may do? */
static void push_failed(struct sync *sync, int error)
{
	metrics_count(sync->from ? METRICS_DELTAS_FAILED : METRICS_SNAPSHOTS_FAILED);
	if (!sync->from) {
		save_unusable(&sync->save, &sync->pushed, error);
		/* What is damaged is fetched again; a module that was unloaded refuses nothing. */
		if (error != -ENODATA && error != -EUCLEAN && error != -ENOENT)
			sync->refused = true;
		whole_failed(sync);
		return;
	}
	if (error == -EUCLEAN || error == -ESTALE || error == -EBADMSG || error == -ENOSPC)
		sync->only_snapshot = true;
	retry_later(&sync->retry);
}

static void stop_push(struct sync *sync)
{
	sd_event_source_set_enabled(sync->work, SD_EVENT_OFF);
	push_free(sync->push);
	sync->push = NULL;
}

static void start_push(struct sync *sync, const struct idrevoke_latest *latest, uint64_t from)
{
	struct reading *reading;
	int error;

	sync->pushed = *latest;
	sync->from = from;
	error = reading_new(&reading, &sync->parcels, &sync->pushed, from);
	if (!error)
		error = push_new(&sync->push, sync->kernel, reading, &sync->pushed);
	if (error)
		push_failed(sync, error);
	else
		sd_event_source_set_enabled(sync->work, SD_EVENT_ON);
}

/* Whether the kernel would take a list; if it holds one, only for a newer one. */
static bool is_due(const struct idrevoke_status *status, const struct idrevoke_latest *latest)
{
	if (status->version)
		return version_order(latest->epoch, latest->version, status->epoch,
				     status->version) > 0;
	return version_order(latest->epoch, latest->version, status->floor_epoch,
			     status->floor_version) >= 0;
}

/*
 * Deltas do not reach: a whole list is needed. The one that is being saved, or else
 * the one that was: better somewhat older, than none until all of the newest is here.
 */
static void push_whole(struct sync *sync, const struct idrevoke_status *status)
{
	struct save *save = &sync->save;
	const struct idrevoke_latest *whole = &save->whole.latest;
	int here = 0;

	if (sync->refused)
		return;
	if (!is_due(status, whole))
		save_renew(save, &sync->newest);
	if (is_due(status, whole) && !save->bad)
		here = parcels_obtain(&sync->parcels, whole, 0);
	if (here > 0)
		start_push(sync, whole, 0);
	else if (save->saved.version && is_due(status, &save->saved) &&
		 parcels_here(&sync->parcels, &save->saved, 0))
		start_push(sync, &save->saved, 0);
	else if (here < 0)
		whole_failed(sync);
}

/*
 * The kernel holds a list of the version that the newest latest names: is it that
 * list, and has the issuer vouched for it again?
 */
static void compare_held(struct sync *sync, const struct idrevoke_status *status)
{
	const struct idrevoke_latest *latest = &sync->newest.latest;
	uint8_t digest[IDREVOKE_DIGEST_SIZE];

	idrevoke_digest_encode(&latest->digest, digest);
	if (memcmp(digest, status->digest, sizeof(digest))) {
		tell_once(sync, "the kernel holds another list under this version");
		return;
	}
	if (!sync->announced)
		log_event(LOG_INFO, MESSAGE_LIST_IN_FORCE, LOG_FIELDS(LOG_VERSION(latest)),
			  "version %" PRIu64 " is in force already", latest->version);
	sync->announced = true;
	floor_raise(&sync->floor, latest);
	if (latest->issued > status->issued && kernel_confirm(sync->kernel, latest))
		retry_later(&sync->retry);
}

/* The kernel holds an older list, or none. */
static void bring_forward(struct sync *sync, const struct idrevoke_status *status)
{
	const struct idrevoke_latest *latest = &sync->newest.latest;
	int here;

	if (status->epoch != latest->epoch || sync->only_snapshot ||
	    idrevoke_latest_deltas(latest, status->version) <= 0) {
		push_whole(sync, status);
		return;
	}
	here = parcels_obtain(&sync->parcels, latest, status->version);
	if (here > 0)
		start_push(sync, latest, status->version);
	else if (here < 0)
		retry_later(&sync->retry);
}

/* Pursues the first aim. */
static void step_kernel(struct sync *sync)
{
	const struct idrevoke_latest *latest = &sync->newest.latest;
	struct idrevoke_status status = { 0 };
	int error = kernel_status(sync->kernel, &status);

	service_list(error, &status);
	sync->absent = error == -ENOENT;
	if (error)
		memset(&status, 0, sizeof(status));
	sync->held_epoch = status.epoch;
	sync->held_version = status.version;
	proof_saw(&sync->proof, &status, latest);
	if (error) {
		/* The module's coming is an event; other faults are not. */
		if (!sync->absent)
			retry_later(&sync->retry);
		return;
	}
	if (!sync->newest.note)
		return;
	if (version_order(status.floor_epoch, status.floor_version, latest->epoch,
			  latest->version) > 0) {
		/* At start perfectly normal: the state is a little behind. */
		if (sync->fetch)
			tell_once(sync, "the kernel has had a newer one, and takes no older");
		return;
	}
	if (status.version && status.epoch == latest->epoch && status.version == latest->version) {
		compare_held(sync, &status);
		return;
	}
	bring_forward(sync, &status);
}

/* Goes on with the second aim in an idle moment. */
static void pursue_saving(struct sync *sync)
{
	parcels_retain(&sync->parcels, &sync->newest.latest, &sync->save.whole.latest);
	if (sync->newest.note && !sync->save.done)
		sd_event_source_set_enabled(sync->idle, SD_EVENT_ONESHOT);
}

/* Return: 0; or a negative errno: not to be gone on with. */
static int load(struct sync *sync)
{
	int error = load_edition(&sync->load, &sync->state, sync->config, &sync->newest);

	if (!error && sync->newest.note)
		save_loaded(&sync->save, &sync->newest);
	floor_raise(&sync->floor, &sync->newest.latest);
	return error;
}

static int on_latest(void *userdata, const struct idrevoke_latest *latest, const char *note,
		     size_t size, char why[FETCH_WHY_SIZE]);

/* Return: whether files can be asked for now. */
static bool start_fetching(struct sync *sync)
{
	int error = fetch_new(&sync->fetch, sd_event_source_get_event(sync->idle), sync->config,
			      on_latest, sync);

	if (error < 0) {
		log_line(LOG_ERR, "cannot use the network: %s", strerror(-error));
		retry_later(&sync->retry);
		return false;
	}
	parcels_reroute(&sync->parcels, sync->fetch);
	return true;
}

/* What goes on beside the kernel. */
static void step_beside(struct sync *sync)
{
	/* What was missing before has its chance now. */
	if (!sync->fetch && start_fetching(sync))
		step_kernel(sync);
	pursue_saving(sync);
}

static void step(struct sync *sync)
{
	/* Until it is over, nothing else is begun: neither the network nor the disk. */
	if (sync->push)
		return;
	if (!sync->load.done && load(sync)) {
		retry_later(&sync->retry);
		return;
	}
	save_offer(&sync->save, &sync->newest);
	step_kernel(sync);
	if (!sync->push)
		step_beside(sync);
}

/* One step of a push, and then other events have their turn. */
static int on_work(sd_event_source *source, void *userdata)
{
	struct sync *sync = userdata;
	int more = push_step(sync->push);

	(void)source;
	if (more > 0)
		return 0;
	stop_push(sync);
	if (more < 0) {
		push_failed(sync, more);
		step_beside(sync);
		return 0;
	}
	proof_pushed(&sync->proof, &sync->pushed, sync->from);
	floor_raise(&sync->floor, &sync->pushed);
	if (!sync->from)
		sync->only_snapshot = false;
	sync->announced |= same_list(&sync->pushed, &sync->newest.latest);
	retry_worked(&sync->retry);
	step(sync);
	return 0;
}

/* What the kernel refuses does not replace the last good list. */
static bool may_save(const struct sync *sync)
{
	const struct idrevoke_latest *whole = &sync->save.whole.latest;

	return sync->absent || version_order(sync->held_epoch, sync->held_version, whole->epoch,
					     whole->version) >= 0;
}

static void saving_failed(struct sync *sync, int error)
{
	metrics_count(METRICS_SAVES_FAILED);
	if (!sync->save_failed)
		log_event(LOG_ERR, MESSAGE_STATE_FAILED,
			  LOG_FIELDS(.path = sync->config->state, .error = -error),
			  "%s: cannot save the list: %s; trying again", sync->config->state,
			  strerror(-error));
	sync->save_failed = true;
	whole_failed(sync);
}

static void saved(struct sync *sync)
{
	metrics_count(METRICS_SAVES);
	if (sync->save_failed)
		log_event(LOG_NOTICE, MESSAGE_STATE_WORKS, LOG_FIELDS(.path = sync->config->state),
			  "%s: the list is saved again", sync->config->state);
	sync->save_failed = false;
	floor_raise(&sync->floor, &sync->save.saved);
	retry_worked(&sync->retry);
	save_offer(&sync->save, &sync->newest); /* there may be a newer one by now */
	pursue_saving(sync);
}

/* One step of saving, when nothing else is to be done. */
static int on_idle(sd_event_source *source, void *userdata)
{
	struct sync *sync = userdata;
	int more;

	/* The next step enables this again, after a push as well. */
	if (sync->push || !may_save(sync))
		return 0;
	more = sync->state.directory < 0 ? state_open(&sync->state, sync->config->state) : 0;
	if (!more)
		more = save_step(&sync->save);
	if (more > 0)
		return sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
	if (more < 0)
		saving_failed(sync, more);
	else if (sync->save.done)
		saved(sync);
	return 0;
}

static int on_retry(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct sync *sync = userdata;

	(void)source;
	(void)usec;
	sync->refused = false;
	step(sync);
	return 0;
}

/* Whether a payload is one of those that lead from the kernel's list to the newest. */
static bool kernel_needs(const struct sync *sync, const struct idrevoke_feed_payload *named)
{
	const struct idrevoke_latest *latest = &sync->newest.latest;
	int deltas = idrevoke_latest_deltas(latest, sync->held_version);

	for (int i = 0; i < deltas; i++)
		if (same_payload(&latest->deltas[i], named))
			return true;
	return false;
}

static void on_parcel(void *userdata, const struct idrevoke_feed_payload *named, int error)
{
	struct sync *sync = userdata;

	if (!error) {
		step(sync);
		return;
	}
	/* There is another way to what latest names. */
	if (kernel_needs(sync, named) && (error == -ENOENT || error == -EBADMSG))
		sync->only_snapshot = true;
	if (latest_names(&sync->save.whole.latest, named))
		whole_failed(sync);
	else
		retry_later(&sync->retry);
}

static void on_kernel(void *userdata, bool appeared)
{
	struct sync *sync = userdata;

	if (appeared) {
		sync->refused = false;
		stop_push(sync); /* to the module that was loaded before */
	}
	step(sync);
}

static int on_latest(void *userdata, const struct idrevoke_latest *latest, const char *note,
		     size_t size, char why[FETCH_WHY_SIZE])
{
	struct sync *sync = userdata;
	bool same = sync->newest.note && same_list(latest, &sync->newest.latest);
	int error;

	error = floor_check(&sync->floor, &sync->newest, latest, why);
	if (error)
		return error;
	if (edition_is(&sync->newest, note, size)) {
		save_repeated(&sync->save);
		pursue_saving(sync);
	}
	/* The same list: mirrors hand on its confirmations as they come to them. */
	if (same && latest->issued <= sync->newest.latest.issued)
		return 0;
	if (!edition_set(&sync->newest, latest, note, size))
		return -ENOMEM;
	sync->announced &= same;
	sync->told &= same;
	sync->only_snapshot &= same;
	step(sync);
	return 1;
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
	new->save.state = &new->state;
	new->save.parcels = &new->parcels;
	new->save.proof = &new->proof;
	error = state_open(&new->state, config->state);
	if (error && !state_trouble(error)) {
		log_event(LOG_ERR, MESSAGE_STATE_FAILED,
			  LOG_FIELDS(.path = config->state, .error = -error),
			  "%s: cannot use this state directory: %s", config->state,
			  error == -EBUSY ? "another idrevoked uses it" : strerror(-error));
		goto failed_told;
	}
	error = retry_init(&new->retry, event, on_retry, new);
	if (error < 0)
		goto failed;
	error = sd_event_add_defer(event, &new->work, on_work, new);
	if (error < 0)
		goto failed;
	sd_event_source_set_enabled(new->work, SD_EVENT_OFF);
	error = sd_event_add_defer(event, &new->idle, on_idle, new);
	if (error < 0)
		goto failed;
	sd_event_source_set_enabled(new->idle, SD_EVENT_OFF);
	sd_event_source_set_priority(new->idle, SD_EVENT_PRIORITY_IDLE);
	error = kernel_new(&new->kernel, event, on_kernel, new);
	if (error < 0)
		goto failed;
	error = load(new);
	if (error == -ENOKEY)
		goto failed_told;
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
	struct fetch *new = NULL;
	int error = 0;

	if (sync->newest.note && !edition_is_by(&sync->newest, config->root_key)) {
		log_line(LOG_ERR, "root_key is of another feed, which needs a restart with another "
				  "state directory; the configuration stays as it was");
		return -ENOKEY;
	}
	/* Before it is known what was saved, nothing is fetched. */
	if (sync->load.done)
		error = fetch_new(&new, sd_event_source_get_event(sync->idle), config, on_latest,
				  sync);
	if (error < 0) {
		log_line(LOG_ERR, "cannot use the new configuration: %s", strerror(-error));
		return error;
	}
	fetch_free(sync->fetch);
	parcels_reroute(&sync->parcels, new);
	sync->fetch = new;
	sync->config = config;
	sync->load.told = false;
	step(sync);
	return 0;
}

void sync_view(struct sync *sync, struct metrics_view *view)
{
	const struct idrevoke_latest *latest = &sync->newest.latest;

	view->error = kernel_status(sync->kernel, &view->status);
	view->latest = sync->newest.note ? latest : NULL;
	view->saved = sync->newest.note && same_list(&sync->save.saved, latest);
}

void sync_free(struct sync *sync)
{
	if (!sync)
		return;
	fetch_free(sync->fetch);
	push_free(sync->push);
	save_free(&sync->save);
	parcels_free(&sync->parcels);
	kernel_free(sync->kernel);
	sd_event_source_disable_unref(sync->work);
	sd_event_source_disable_unref(sync->idle);
	retry_free(&sync->retry);
	state_close(&sync->state);
	edition_free(&sync->newest);
	free(sync);
}
