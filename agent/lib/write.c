// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "write.h"

/* Longest name of a file here, terminated. */
#define NAME_SIZE 256

static int write_whole(int file, const char *data, size_t size)
{
	while (size) {
		ssize_t count = write(file, data, size);

		if (count < 0) {
			if (errno == EINTR)
				continue;
			return -errno;
		}
		data += count;
		size -= count;
	}
	return 0;
}

int idrevoke_file_replace(int directory, const char *name, const void *data, size_t size,
			  mode_t mode)
{
	char temporary[NAME_SIZE];
	int file, error;

	if (snprintf(temporary, sizeof(temporary), ".%s.%ld", name, (long)getpid()) >=
	    (int)sizeof(temporary))
		return -ENAMETOOLONG;
	file = openat(directory, temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
		      mode);
	if (file < 0)
		return -errno;
	error = write_whole(file, data, size);
	if (!error && (fchmod(file, mode) || fsync(file)))
		error = -errno;
	if (close(file) && !error)
		error = -errno;
	if (!error && renameat(directory, temporary, directory, name))
		error = -errno;
	if (error) {
		unlinkat(directory, temporary, 0);
		return error;
	}
	return fsync(directory) ? -errno : 0;
}

/* Reads until the end of the file, and one byte more than is allowed. */
static int read_whole(int file, char *data, size_t most, size_t *size)
{
	*size = 0;
	while (*size <= most) {
		ssize_t count = read(file, data + *size, most + 1 - *size);

		if (count == 0)
			break;
		if (count < 0 && errno != EINTR)
			return -errno;
		if (count > 0)
			*size += count;
	}
	return *size > most ? -EFBIG : 0;
}

int idrevoke_file_read(int directory, const char *name, size_t most, char **data, size_t *size)
{
	int file, error;

	*data = NULL;
	*size = 0;
	file = openat(directory, name, O_RDONLY | O_CLOEXEC);
	if (file < 0)
		return -errno;
	*data = malloc(most + 2);
	error = *data ? read_whole(file, *data, most, size) : -ENOMEM;
	close(file);
	if (error) {
		free(*data);
		*data = NULL;
		*size = 0;
		return error;
	}
	(*data)[*size] = '\0';
	return 0;
}
