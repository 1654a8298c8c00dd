// SPDX-License-Identifier: GPL-2.0-or-later
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>

#include "contender.h"

void contender_fail(const char *name, const char *why)
{
	fprintf(stderr, "peers: %s: %s\n", name, why);
	exit(1);
}

void contender_directory(char *path, uint64_t size)
{
	const char *parent = getenv("TMPDIR");

	snprintf(path, size, "%s/idrevoke-peers.XXXXXX", parent ?: "/tmp");
	if (!mkdtemp(path))
		contender_fail(path, "cannot be created");
}

uint64_t contender_heap(void)
{
	struct mallinfo2 info = mallinfo2();

	/* Small blocks, and large ones that have a mapping each. */
	return info.uordblks + info.hblkhd;
}
