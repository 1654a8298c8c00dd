// SPDX-License-Identifier: GPL-2.0-or-later
/* Files that a publisher left behind when it was killed, or its disk was full. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "feed_tool.h"
#include "publish.h"

/* Whether the database names a file of the feed; -1: failed. */
static int is_named(sqlite3_stmt *row, const char *path)
{
	char named[IDREVOKE_FEED_PATH];
	int step, found = 0;

	while (!found && (step = sqlite3_step(row)) == SQLITE_ROW) {
		struct idrevoke_feed_payload payload;

		publish_column_payload(row, &payload);
		idrevoke_feed_path(&payload, named);
		found = !strcmp(path, named);
	}
	sqlite3_reset(row);
	return found || step == SQLITE_DONE ? found : -1;
}

static int sweep(struct store *store, const char *directory, DIR *entries)
{
	const struct dirent *entry;
	sqlite3_stmt *row;
	int named = 0;

	if (store_prepare(store, &row, "SELECT * FROM payload"))
		return -1;
	while (named >= 0 && (entry = readdir(entries))) {
		char path[IDREVOKE_FEED_PATH + sizeof(entry->d_name)];

		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		snprintf(path, sizeof(path), "%s/%s", directory, entry->d_name);
		named = is_named(row, path);
		if (!named && unlinkat(store->feed, path, 0) && errno != ENOENT)
			complain("%s: %s", path, strerror(errno));
	}
	sqlite3_finalize(row);
	return named < 0 ? store_complain(store) : 0;
}

int publish_sweep(struct store *store, const char *directory)
{
	int descriptor = openat(store->feed, directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *entries = descriptor >= 0 ? fdopendir(descriptor) : NULL;
	int error;

	if (!entries) {
		if (descriptor >= 0)
			close(descriptor);
		if (errno == ENOENT)
			return 0;
		complain("%s: %s", directory, strerror(errno));
		return -1;
	}
	error = sweep(store, directory, entries);
	closedir(entries);
	return error;
}
