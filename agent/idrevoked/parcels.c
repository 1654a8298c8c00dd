// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../lib/mirror.h"
#include "edition.h"
#include "log.h"
#include "parcels.h"

struct parcel {
	struct parcel *next;
	struct parcels *parcels;
	struct idrevoke_feed_payload named;
	FILE *file;
	bool in_memory;
	bool arrived;
	uint64_t written; /* bytes that the disk has been asked to write */
};

/* A file that cannot be used, and stays: until another one takes its place. */
struct lost {
	struct lost *next;
	struct idrevoke_feed_payload named;
};

static struct parcel *find(const struct parcels *parcels,
			   const struct idrevoke_feed_payload *named)
{
	struct parcel *parcel = parcels->first;

	while (parcel && !same_payload(&parcel->named, named))
		parcel = parcel->next;
	return parcel;
}

/* Where the pointer to it is; if it is not lost, that at the end. */
static struct lost **find_lost(struct parcels *parcels, const struct idrevoke_feed_payload *named)
{
	struct lost **link = &parcels->lost;

	while (*link && !same_payload(&(*link)->named, named))
		link = &(*link)->next;
	return link;
}

static void lose(struct parcels *parcels, const struct idrevoke_feed_payload *named)
{
	struct lost **link = find_lost(parcels, named);

	/* Without memory for it, it is looked at again. */
	if (*link || !(*link = calloc(1, sizeof(**link))))
		return;
	(*link)->named = *named;
}

static void unlose(struct lost **link)
{
	struct lost *lost = *link;

	if (!lost)
		return;
	*link = lost->next;
	free(lost);
}

static void forget(struct parcel *parcel)
{
	struct parcel **link = &parcel->parcels->first;

	while (*link != parcel)
		link = &(*link)->next;
	*link = parcel->next;
	fclose(parcel->file);
	free(parcel);
}

/* Also what was written of it. */
static void discard(struct parcel *parcel)
{
	if (!parcel->in_memory)
		state_discard(parcel->parcels->state, &parcel->named);
	forget(parcel);
}

/* Discards those that are here, or those that are not. */
static void discard_all(struct parcels *parcels, bool arrived)
{
	for (struct parcel *parcel = parcels->first, *next; parcel; parcel = next) {
		/* discard() takes it off the list. NOLINTNEXTLINE(clang-analyzer-unix.Malloc) */
		next = parcel->next;
		if (parcel->arrived == arrived)
			discard(parcel);
	}
}

static void on_arrival(void *userdata, int error)
{
	struct parcel *parcel = userdata;
	struct idrevoke_feed_payload named = parcel->named;
	struct parcels *parcels = parcel->parcels;

	parcel->arrived = !error;
	if (error) {
		/* Without a disk the list is kept current all the same. */
		if (!parcel->in_memory && ferror(parcel->file))
			parcels->disk_trouble = true;
		discard(parcel);
	}
	parcels->arrived(parcels->userdata, &named, error);
}

static FILE *make_file(struct parcels *parcels, const struct idrevoke_feed_payload *named,
		       bool *in_memory)
{
	FILE *file;

	*in_memory = named->base || parcels->disk_trouble;
	file = state_incoming(parcels->state, named, *in_memory);
	if (file || *in_memory)
		return file;
	log_line(LOG_WARNING, "cannot write to the state directory: %s; keeping the list in memory",
		 strerror(errno));
	parcels->disk_trouble = true;
	*in_memory = true;
	return state_incoming(parcels->state, named, true);
}

static int start(struct parcels *parcels, const struct idrevoke_feed_payload *named)
{
	struct parcel *parcel = calloc(1, sizeof(*parcel));
	int error;

	if (!parcel)
		return -ENOMEM;
	parcel->parcels = parcels;
	parcel->named = *named;
	parcel->file = make_file(parcels, named, &parcel->in_memory);
	if (!parcel->file) {
		error = -errno;
		free(parcel);
		return error;
	}
	parcel->next = parcels->first;
	parcels->first = parcel;
	error = fetch_payload(parcels->fetch, named, parcel->file, on_arrival, parcel);
	if (error)
		discard(parcel);
	return error;
}

static bool is_here(struct parcels *parcels, const struct idrevoke_feed_payload *named)
{
	const struct parcel *parcel = find(parcels, named);

	if (parcel)
		return parcel->arrived;
	return !*find_lost(parcels, named) && state_has(parcels->state, named);
}

/* Return: 1: a payload is here; 0: it will be; or a negative errno. */
static int obtain(struct parcels *parcels, const struct idrevoke_feed_payload *named)
{
	int error;

	if (is_here(parcels, named))
		return 1;
	/* At start, what is here is all there is. */
	if (!parcels->fetch || find(parcels, named))
		return 0;
	error = start(parcels, named);
	if (error)
		log_line(LOG_ERR, "cannot fetch a file: %s", strerror(-error));
	return error;
}

/* How many deltas lead to the version: the first so many in latest. */
static int delta_count(const struct idrevoke_latest *latest, uint64_t from)
{
	return idrevoke_latest_deltas(latest, from ? from : latest->snapshot.version);
}

bool parcels_here(struct parcels *parcels, const struct idrevoke_latest *latest, uint64_t from)
{
	if (!from && !is_here(parcels, &latest->snapshot))
		return false;
	for (int i = delta_count(latest, from) - 1; i >= 0; i--)
		if (!is_here(parcels, &latest->deltas[i]))
			return false;
	return true;
}

int parcels_obtain(struct parcels *parcels, const struct idrevoke_latest *latest, uint64_t from)
{
	int here = from ? 1 : obtain(parcels, &latest->snapshot);

	for (int i = delta_count(latest, from) - 1; i >= 0; i--) {
		int this = obtain(parcels, &latest->deltas[i]);

		if (this < here)
			here = this;
	}
	return here;
}

/* Opened anew, since several may read at the same time. */
static FILE *open_again(const struct parcel *parcel)
{
	char path[32];
	FILE *file;
	int fd;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fileno(parcel->file));
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	file = fdopen(fd, "r");
	if (!file)
		close(fd);
	return file;
}

FILE *parcels_open(struct parcels *parcels, const struct idrevoke_feed_payload *named,
		   bool *verified)
{
	const struct parcel *parcel = find(parcels, named);

	*verified = parcel && parcel->arrived;
	if (*verified)
		return open_again(parcel);
	return idrevoke_mirror_open(&parcels->state->directory, named);
}

void parcels_drop(struct parcels *parcels, const struct idrevoke_feed_payload *named,
		  bool damaged, const char *why)
{
	char path[IDREVOKE_FEED_PATH];

	idrevoke_feed_path(named, path);
	log_line(LOG_ERR, "%s: %s; it will be fetched again", path, why);
	/* What could not be read now may be some day, and is all there is without a network. */
	if (!damaged || state_drop(parcels->state, named))
		lose(parcels, named);
}

/* Return: 1: it was written, or a part of it; or a negative errno. */
static int store(struct parcel *parcel)
{
	struct parcels *parcels = parcel->parcels;
	bool part = !parcel->in_memory && parcel->written < parcel->named.stored;
	int error;

	if (part)
		error = state_write_out(parcel->file, &parcel->written);
	else
		error = state_store(parcels->state, &parcel->named, parcel->file,
				    parcel->in_memory);
	if (!error && !part) {
		unlose(find_lost(parcels, &parcel->named));
		forget(parcel);
	}
	if (!error)
		return 1;
	/* What a disk failed to take in may not be there for reading either. */
	if (!parcel->in_memory)
		discard(parcel);
	parcels->disk_trouble = true;
	return error;
}

int parcels_store(struct parcels *parcels, const struct idrevoke_latest *latest)
{
	struct parcel *parcel = find(parcels, &latest->snapshot);

	if (parcel && parcel->arrived)
		return store(parcel);
	for (int i = delta_count(latest, 0) - 1; i >= 0; i--) {
		parcel = find(parcels, &latest->deltas[i]);
		if (parcel && parcel->arrived)
			return store(parcel);
	}
	parcels->disk_trouble = false;
	return 0;
}

void parcels_retain(struct parcels *parcels, const struct idrevoke_latest *one,
		    const struct idrevoke_latest *other)
{
	for (struct parcel *parcel = parcels->first, *next; parcel; parcel = next) {
		next = parcel->next;
		if (parcel->arrived && !latest_names(one, &parcel->named) &&
		    !latest_names(other, &parcel->named))
			discard(parcel);
	}
	for (struct lost **link = &parcels->lost; *link;) {
		if (latest_names(one, &(*link)->named) || latest_names(other, &(*link)->named))
			link = &(*link)->next;
		else
			unlose(link);
	}
}

void parcels_reroute(struct parcels *parcels, struct fetch *fetch)
{
	discard_all(parcels, false);
	parcels->fetch = fetch;
}

void parcels_free(struct parcels *parcels)
{
	discard_all(parcels, true);
	discard_all(parcels, false);
	while (parcels->lost)
		unlose(&parcels->lost);
}
