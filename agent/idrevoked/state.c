// SPDX-License-Identifier: GPL-2.0-or-later
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../lib/mirror.h"
#include "../lib/write.h"
#include "state.h"

/* A payload on its way: beside its place, so that rename(2) can put it there. */
#define INCOMING ".incoming"

/* Bytes that a disk writes in some hundredths of a second. */
#define WRITE_STEP (4 << 20)

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

/* Removes from a directory what @unwanted says. Return: 0 or a negative errno. */
static int sweep(const struct state *state, const char *name,
		 bool (*unwanted)(const char *directory, const char *name,
				  const struct idrevoke_latest *latest),
		 const struct idrevoke_latest *latest)
{
	int fd = openat(state->directory, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC), error = 0;
	DIR *directory = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (!directory) {
		error = -errno;
		if (fd >= 0)
			close(fd);
		return error;
	}
	while ((entry = readdir(directory)))
		if (unwanted(name, entry->d_name, latest) && unlinkat(fd, entry->d_name, 0))
			error = -errno;
	closedir(directory);
	return error;
}

static bool is_incoming(const char *name)
{
	size_t length = strlen(name), end = strlen(INCOMING);

	return length > end && !strcmp(name + length - end, INCOMING);
}

/* What is coming in may belong to a newer latest. */
static bool is_superseded(const char *directory, const char *name,
			  const struct idrevoke_latest *latest)
{
	char path[IDREVOKE_FEED_PATH + NAME_MAX];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	return name[0] != '.' && !is_incoming(name) && !is_needed(latest, path);
}

/* What a crash left half done: nobody else is at work in this directory. */
static bool is_left_over(const char *directory, const char *name,
			 const struct idrevoke_latest *latest)
{
	static const char temporary[] = "." IDREVOKE_FEED_LATEST ".";

	(void)directory;
	(void)latest;
	return is_incoming(name) || !strncmp(name, temporary, strlen(temporary));
}

/* Makes sure that names in a directory outlive a power cut. */
static int sync_directory(const struct state *state, const char *name)
{
	int fd = openat(state->directory, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int error = fd < 0 || fsync(fd) ? -errno : 0;

	if (fd >= 0)
		close(fd);
	return error;
}

/* Makes what is missing inside. */
static int make_directories(const struct state *state)
{
	for (size_t i = 0; i < DIRECTORIES; i++)
		if (mkdirat(state->directory, directories[i], 0700) && errno != EEXIST)
			return -errno;
	return 0;
}

/* Somebody's directory, which only a slip of the pen has made ours. */
static bool is_foreign(const struct state *state)
{
	int fd = openat(state->directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *directory = fd < 0 ? NULL : fdopendir(fd);
	bool others = false, ours = false;
	struct dirent *entry;

	if (!directory) {
		if (fd >= 0)
			close(fd);
		return false;
	}
	while ((entry = readdir(directory))) {
		const char *name = entry->d_name;

		if (!strcmp(name, IDREVOKE_FEED_LATEST) || !strcmp(name, directories[0]))
			ours = true;
		else if (name[0] != '.' && strcmp(name, "lost+found"))
			others = true;
	}
	closedir(directory);
	return others && !ours;
}

/* Personal data: for nobody else, whoever made the directory. */
static int make_private(const struct state *state)
{
	struct stat status;

	if (fstat(state->directory, &status))
		return -errno;
	if ((status.st_mode & 07777) == 0700 || !fchmod(state->directory, 0700))
		return 0;
	/* Then nothing of ours will be added to it. */
	return errno == EROFS ? 0 : -errno;
}

static int take_over(struct state *state, const char *path)
{
	if (mkdir(path, 0700) && errno != EEXIST)
		return -errno;
	state->directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (state->directory < 0)
		return -errno;
	if (flock(state->directory, LOCK_EX | LOCK_NB))
		return errno == EWOULDBLOCK ? -EBUSY : -errno;
	return is_foreign(state) ? -ENOTEMPTY : make_private(state);
}

int state_open(struct state *state, const char *path)
{
	int error = take_over(state, path);

	if (error) {
		state_close(state);
		return error;
	}
	/* It may be new; if its parent cannot be read, the disk has to do without. */
	sync_directory(state, "..");
	sweep(state, ".", is_left_over, NULL);
	for (size_t i = 0; i < DIRECTORIES; i++)
		sweep(state, directories[i], is_left_over, NULL);
	return 0;
}

bool state_trouble(int error)
{
	switch (-error) {
	case EIO:
	case ENOSPC:
	case EDQUOT:
	case EROFS:
	case ENOMEM:
	case EMFILE:
	case ENFILE:
		return true;
	default:
		return false;
	}
}

int state_load(const struct state *state, const struct idrevoke_vkey *key,
	       struct edition *edition, const char **why)
{
	struct edition saved = { 0 };
	int error = idrevoke_mirror_latest(state->directory, key, &saved.latest, &saved.note,
					   &saved.size, why);

	if (error)
		return error;
	edition_free(edition);
	*edition = saved;
	return 0;
}

bool state_is_damaged(const struct state *state, const struct idrevoke_vkey *key)
{
	bool damaged;
	char *note;
	size_t size;

	if (idrevoke_file_read(state->directory, IDREVOKE_FEED_LATEST, IDREVOKE_NOTE_MAX, &note,
			       &size))
		return false;
	damaged = idrevoke_note_is_damaged(note, size, key);
	free(note);
	return damaged;
}

void state_signer(const struct state *state, char signer[IDREVOKE_KEY_TEXT])
{
	char *note;
	size_t size;

	strcpy(signer, "another key");
	if (idrevoke_file_read(state->directory, IDREVOKE_FEED_LATEST, IDREVOKE_NOTE_MAX, &note,
			       &size))
		return;
	idrevoke_note_signer(note, size, signer);
	free(note);
}

void state_set_aside(const struct state *state)
{
	renameat(state->directory, IDREVOKE_FEED_LATEST, state->directory,
		 IDREVOKE_FEED_LATEST ".unusable");
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

/* Finds out at once whether the disk has room for a file. */
static int reserve(int fd, uint64_t size)
{
	if (!fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, size) || errno == EOPNOTSUPP || errno == ENOSYS)
		return 0;
	return -errno;
}

FILE *state_incoming(const struct state *state, const struct idrevoke_feed_payload *named,
		     bool in_memory)
{
	char path[IDREVOKE_FEED_PATH + sizeof(INCOMING)];
	FILE *file = NULL;
	int fd, error;

	if (in_memory) {
		fd = memfd_create("idrevoked", MFD_CLOEXEC);
	} else {
		incoming_path(named, path);
		make_directories(state);
		fd = openat(state->directory, path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	}
	if (fd < 0)
		return NULL;
	error = in_memory ? 0 : reserve(fd, named->stored);
	if (!error)
		file = fdopen(fd, "w+");
	if (file)
		return file;
	error = error ? error : -errno;
	close(fd);
	if (!in_memory)
		unlinkat(state->directory, path, 0);
	errno = -error;
	return NULL;
}

void state_discard(const struct state *state, const struct idrevoke_feed_payload *named)
{
	char path[IDREVOKE_FEED_PATH + sizeof(INCOMING)];

	incoming_path(named, path);
	unlinkat(state->directory, path, 0);
}

int state_write_out(FILE *file, uint64_t *written)
{
	if (sync_file_range(fileno(file), *written, WRITE_STEP,
			    SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE |
				    SYNC_FILE_RANGE_WAIT_AFTER))
		return -errno;
	*written += WRITE_STEP;
	return 0;
}

/* Writes what is in memory to the place where it would have come in. */
static int copy(const struct state *state, const char *path, FILE *file, uint64_t size)
{
	int from = fileno(file), error, to;
	off_t offset = 0;

	make_directories(state);
	to = openat(state->directory, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (to < 0)
		return -errno;
	error = reserve(to, size);
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
	if (error)
		unlinkat(state->directory, incoming, 0);
	return error;
}

int state_drop(const struct state *state, const struct idrevoke_feed_payload *named)
{
	char path[IDREVOKE_FEED_PATH];

	idrevoke_feed_path(named, path);
	return unlinkat(state->directory, path, 0) && errno != ENOENT ? -errno : 0;
}

int state_save(const struct state *state, const struct edition *edition)
{
	int error = make_directories(state);

	/* Names first: latest must not outlive a power cut without its payloads. */
	for (size_t i = 0; i < DIRECTORIES && !error; i++)
		error = sync_directory(state, directories[i]);
	if (!error)
		error = idrevoke_file_replace(state->directory, IDREVOKE_FEED_LATEST,
					      edition->note, edition->size, 0600);
	/* Only now: the latest before needed what this one does not name. */
	for (size_t i = 0; i < DIRECTORIES && !error; i++)
		error = sweep(state, directories[i], is_superseded, &edition->latest);
	return error;
}
