// SPDX-License-Identifier: GPL-2.0-or-later
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../lib/write.h"
#include "log.h"
#include "state.h"

/* A payload on its way: beside its place, so that rename(2) can put it there. */
#define INCOMING ".incoming"

static const char *const directories[] = { "snapshot", "delta" };

#define DIRECTORIES (sizeof(directories) / sizeof(directories[0]))

/* Whether latest needs the file @path to make up its version. */
static bool is_needed(const struct idrevoke_latest *latest, const char *path)
{
	int deltas = idrevoke_latest_deltas(latest, latest->snapshot.version);
	char needed[IDREVOKE_FEED_PATH];

	idrevoke_feed_path(&latest->snapshot, needed);
	if (!strcmp(path, needed))
		return true;
	for (int i = 0; i < deltas; i++) {
		idrevoke_feed_path(&latest->deltas[i], needed);
		if (!strcmp(path, needed))
			return true;
	}
	return false;
}

/* Removes what @latest does not need; without it, what a crash left half done. */
static void prune(const struct state *state, const char *name,
		  const struct idrevoke_latest *latest)
{
	int fd = openat(state->directory, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *directory = fd < 0 ? NULL : fdopendir(fd);
	char path[IDREVOKE_FEED_PATH + NAME_MAX];
	struct dirent *entry;

	if (!directory) {
		if (fd >= 0)
			close(fd);
		return;
	}
	while ((entry = readdir(directory))) {
		size_t length = strlen(entry->d_name), end = strlen(INCOMING);
		bool incoming = length > end &&
				!strcmp(entry->d_name + length - end, INCOMING);

		/* What is coming in belongs to a newer latest. */
		if (entry->d_name[0] == '.' || incoming == (latest != NULL))
			continue;
		snprintf(path, sizeof(path), "%s/%s", name, entry->d_name);
		if (!latest || !is_needed(latest, path))
			unlinkat(fd, entry->d_name, 0);
	}
	closedir(directory);
}

int state_open(struct state *state, const char *path)
{
	struct stat status;
	int error;

	if (mkdir(path, 0700) && errno != EEXIST)
		goto failed;
	state->directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (state->directory < 0)
		goto failed;
	if (flock(state->directory, LOCK_EX | LOCK_NB)) {
		if (errno == EWOULDBLOCK) {
			log_event(LOG_ERR, MESSAGE_STATE_FAILED,
				  LOG_FIELDS(.path = path, .error = EBUSY),
				  "%s: another idrevoked uses this state directory", path);
			state_close(state);
			return -EBUSY;
		}
		goto failed;
	}
	/* Personal data: for nobody else, whoever made the directory. */
	if (fstat(state->directory, &status) ||
	    ((status.st_mode & 07777) != 0700 && fchmod(state->directory, 0700)))
		goto failed;
	for (size_t i = 0; i < DIRECTORIES; i++)
		if (mkdirat(state->directory, directories[i], 0700) && errno != EEXIST)
			goto failed;
	for (size_t i = 0; i < DIRECTORIES; i++)
		prune(state, directories[i], NULL);
	return 0;

failed:
	error = -errno;
	log_event(LOG_ERR, MESSAGE_STATE_FAILED, LOG_FIELDS(.path = path, .error = -error),
		  "%s: cannot use this state directory: %s", path, strerror(-error));
	state_close(state);
	return error;
}

void state_close(struct state *state)
{
	if (state->directory >= 0)
		close(state->directory);
	state->directory = -1;
}

bool state_has(const struct state *state, const struct idrevoke_feed_payload *named)
{
	char path[IDREVOKE_FEED_PATH];

	idrevoke_feed_path(named, path);
	return !faccessat(state->directory, path, R_OK, 0);
}

static void incoming_path(const struct idrevoke_feed_payload *named,
			  char path[IDREVOKE_FEED_PATH + sizeof(INCOMING)])
{
	idrevoke_feed_path(named, path);
	strcat(path, INCOMING);
}

FILE *state_incoming(const struct state *state, const struct idrevoke_feed_payload *named,
		     bool in_memory)
{
	char path[IDREVOKE_FEED_PATH + sizeof(INCOMING)];
	FILE *file;
	int fd;

	if (in_memory) {
		fd = memfd_create("idrevoked", MFD_CLOEXEC);
	} else {
		incoming_path(named, path);
		fd = openat(state->directory, path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	}
	if (fd < 0)
		return NULL;
	file = fdopen(fd, "w+");
	if (!file)
		close(fd);
	return file;
}

/* Makes sure that a name in one of the directories outlives a power cut. */
static int sync_directory(const struct state *state, const char *name)
{
	int fd = openat(state->directory, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int error = fd < 0 || fsync(fd) ? -errno : 0;

	if (fd >= 0)
		close(fd);
	return error;
}

/* Writes what is in memory to the place where it would have come in. */
static int copy(const struct state *state, const char *path, FILE *file, uint64_t size)
{
	int from = fileno(file), error = 0;
	off_t offset = 0;
	int to = openat(state->directory, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (to < 0)
		return -errno;
	while (!error && (uint64_t)offset < size) {
		ssize_t sent = sendfile(to, from, &offset, size - offset);

		if (sent <= 0)
			error = sent ? -errno : -EIO;
	}
	if (!error && fsync(to))
		error = -errno;
	if (close(to) && !error)
		error = -errno;
	return error;
}

int state_store(const struct state *state, const struct idrevoke_feed_payload *named, FILE *file,
		bool in_memory)
{
	char path[IDREVOKE_FEED_PATH], incoming[IDREVOKE_FEED_PATH + sizeof(INCOMING)];
	int error;

	idrevoke_feed_path(named, path);
	incoming_path(named, incoming);
	if (in_memory)
		error = copy(state, incoming, file, named->stored);
	else
		error = fsync(fileno(file)) ? -errno : 0;
	if (!error && renameat(state->directory, incoming, state->directory, path))
		error = -errno;
	if (error) {
		unlinkat(state->directory, incoming, 0);
		return error;
	}
	return sync_directory(state, directories[named->base != 0]);
}

void state_drop(const struct state *state, const struct idrevoke_feed_payload *named)
{
	char path[IDREVOKE_FEED_PATH];

	idrevoke_feed_path(named, path);
	unlinkat(state->directory, path, 0);
}

int state_save(const struct state *state, const struct idrevoke_latest *latest,
	       const char *note, size_t size)
{
	int error = idrevoke_file_replace(state->directory, IDREVOKE_FEED_LATEST, note, size,
					  0600);

	if (error)
		return error;
	/* Only now: the latest before needed what this one does not name. */
	for (size_t i = 0; i < DIRECTORIES; i++)
		prune(state, directories[i], latest);
	return 0;
}
