/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files that are there whole or not at all, power cuts included. */
#ifndef IDREVOKE_LIB_WRITE_H
#define IDREVOKE_LIB_WRITE_H

#include <stddef.h>
#include <sys/types.h>

/**
 * idrevoke_file_replace() - give a file new contents, at once and durably
 * @directory: descriptor of the directory
 * @name: of the file in it
 * @data: the contents
 * @size: their bytes
 * @mode: permissions of the new file, whatever the umask
 *
 * Writes ".<name>.<process id>", fsync(2), rename(2), fsync(2) of the directory.
 * Readers see the old file or the new one.
 *
 * Return: 0; or a negative errno, and the file is as it was, or new but not certain
 * to outlive a power cut.
 */
int idrevoke_file_replace(int directory, const char *name, const void *data, size_t size,
			  mode_t mode);

/**
 * idrevoke_file_read() - read a small file whole
 * @directory: descriptor of the directory, or AT_FDCWD
 * @name: of the file in it
 * @most: a larger file is refused
 * @data: out: the contents and a terminator, for the caller to free(); NULL on
 *	failure
 * @size: out: bytes without the terminator
 *
 * Return: 0; -EFBIG; or a negative errno.
 */
int idrevoke_file_read(int directory, const char *name, size_t most, char **data, size_t *size);

#endif /* IDREVOKE_LIB_WRITE_H */
