// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../lib/mirror.h"
#include "log.h"
#include "parcels.h"
#include "service.h"

struct parcel {
	struct parcel *next;
	struct parcels *parcels;
	struct idrevoke_feed_payload named;
	FILE *file;
	bool in_memory;
	bool arrived;
};

static struct parcel *find(const struct parcels *parcels,
			   const struct idrevoke_feed_payload *named)
{
	struct parcel *parcel = parcels->first;

	while (parcel && (parcel->named.version != named->version ||
			  parcel->named.base != named->base ||
			  memcmp(parcel->named.sha256, named->sha256, sizeof(named->sha256))))
		parcel = parcel->next;
	return parcel;
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

/* Forgets those that are here, or those that are not. */
static void forget_all(struct parcels *parcels, bool arrived)
{
	for (struct parcel *parcel = parcels->first, *next; parcel; parcel = next) {
		next = parcel->next;
		if (parcel->arrived == arrived)
			forget(parcel);
	}
}

static int store(struct parcel *parcel)
{
	int error = state_store(parcel->parcels->state, &parcel->named, parcel->file,
				parcel->in_memory);

	if (!error || !parcel->in_memory)
		forget(parcel);
	return error;
}

static void on_arrival(void *userdata, int error)
{
	struct parcel *parcel = userdata;
	struct parcels *parcels = parcel->parcels;

	parcel->arrived = !error;
	if (error) {
		/* Without room on the disk the list is kept current all the same. */
		if (!parcel->in_memory && error != -EIO && error != -EBADMSG)
			parcels->disk_full = true;
		forget(parcel);
	} else if (!parcel->in_memory) {
		error = store(parcel);
		if (error) {
			log_line(LOG_ERR, "cannot keep a file: %s", strerror(-error));
			parcels->disk_full = true;
		}
	}
	parcels->arrived(parcels->userdata, error);
}

static int start(struct parcels *parcels, const struct idrevoke_feed_payload *named)
{
	struct parcel *parcel = calloc(1, sizeof(*parcel));
	int error;

	if (!parcel)
		return -ENOMEM;
	parcel->parcels = parcels;
	parcel->named = *named;
	parcel->in_memory = named->base || parcels->disk_full;
	parcel->file = state_incoming(parcels->state, named, parcel->in_memory);
	if (!parcel->file) {
		error = -errno;
		parcels->disk_full = true;
		free(parcel);
		return error;
	}
	parcel->next = parcels->first;
	parcels->first = parcel;
	error = fetch_payload(parcels->fetch, named, parcel->file, on_arrival, parcel);
	if (error)
		forget(parcel);
	return error;
}

/* Whether a payload is here; if not, it will be. */
static bool obtain(struct parcels *parcels, const struct idrevoke_feed_payload *named)
{
	struct parcel *parcel = find(parcels, named);
	int error;

	if (parcel)
		return parcel->arrived;
	if (state_has(parcels->state, named))
		return true;
	if (!parcels->fetch)
		return false; /* at start: what is here is all there is */
	error = start(parcels, named);
	if (error) {
		log_line(LOG_ERR, "cannot fetch a file: %s", strerror(-error));
		parcels->arrived(parcels->userdata, error);
	}
	return false;
}

bool parcels_obtain(struct parcels *parcels, const struct idrevoke_latest *latest, uint64_t from)
{
	int deltas = idrevoke_latest_deltas(latest, from ? from : latest->snapshot.version);
	bool here = true;

	if (!from)
		here = obtain(parcels, &latest->snapshot);
	for (int i = deltas - 1; i >= 0; i--)
		here &= obtain(parcels, &latest->deltas[i]);
	return here;
}

/* Whoever reads a payload closes it: so a stream of its own over the same file. */
FILE *parcels_open(void *userdata, const struct idrevoke_feed_payload *named)
{
	struct parcels *parcels = userdata;
	struct parcel *parcel = find(parcels, named);
	FILE *file;
	int fd;

	if (!parcel || !parcel->arrived)
		return idrevoke_mirror_open(&parcels->state->directory, named);
	fd = fcntl(fileno(parcel->file), F_DUPFD_CLOEXEC, 0);
	if (fd < 0)
		return NULL;
	lseek(fd, 0, SEEK_SET);
	file = fdopen(fd, "r");
	if (!file)
		close(fd);
	return file;
}

int parcels_store(struct parcels *parcels)
{
	int error = 0;

	for (struct parcel *parcel = parcels->first, *next; parcel && !error; parcel = next) {
		next = parcel->next;
		service_alive();
		if (parcel->arrived)
			error = store(parcel);
	}
	if (!error)
		parcels->disk_full = false;
	return error;
}

void parcels_drop(struct parcels *parcels, const struct idrevoke_latest *latest)
{
	state_drop(parcels->state, &latest->snapshot);
	for (unsigned int i = 0; i < latest->delta_count; i++)
		state_drop(parcels->state, &latest->deltas[i]);
	forget_all(parcels, true);
}

void parcels_reroute(struct parcels *parcels, struct fetch *fetch)
{
	forget_all(parcels, false);
	parcels->fetch = fetch;
}

void parcels_free(struct parcels *parcels)
{
	forget_all(parcels, true);
	forget_all(parcels, false);
}
