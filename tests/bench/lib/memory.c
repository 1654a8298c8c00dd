// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "listing.h"
#include "memory.h"

/* Between two looks at what falls, how many of them at most, and what is no fall. */
#define PAUSE_MICROSECONDS	100000
#define PAUSES_MAX		600
#define SMALL			65536

/* Calls @line with each line of a file. */
static void for_lines(const char *path, void (*line)(const char *text, int64_t *sum), int64_t *sum)
{
	FILE *file = fopen(path, "r");
	char text[256];

	if (!file)
		failed("%s: %s", path, strerror(errno));
	while (fgets(text, sizeof(text), file))
		line(text, sum);
	fclose(file);
}

static void add_meminfo(const char *text, int64_t *bytes)
{
	static const char *const others[] = { "MemFree", "Buffers", "Cached", "AnonPages",
					      "SReclaimable" };
	unsigned long kib;
	unsigned int i;
	char name[64];

	if (sscanf(text, "%63[^:]: %lu kB", name, &kib) != 2)
		return;
	if (!strcmp(name, "MemTotal"))
		*bytes += kib * 1024;
	for (i = 0; i < sizeof(others) / sizeof(*others); i++)
		if (!strcmp(name, others[i]))
			*bytes -= kib * 1024;
}

/* Free pages that processors keep for themselves, which MemFree leaves out. */
static void add_kept(const char *text, int64_t *pages)
{
	long count;

	if (sscanf(text, " count: %ld", &count) == 1)
		*pages += count;
}

uint64_t memory_of_kernel(void)
{
	int64_t bytes = 0, pages = 0;

	for_lines("/proc/meminfo", add_meminfo, &bytes);
	for_lines("/proc/zoneinfo", add_kept, &pages);
	return bytes - pages * sysconf(_SC_PAGESIZE);
}

uint64_t memory_settled(uint64_t limit)
{
	uint64_t before, now = memory_of_kernel();
	int i;

	for (i = 0; i < PAUSES_MAX; i++) {
		before = now;
		usleep(PAUSE_MICROSECONDS);
		now = memory_of_kernel();
		if (now < limit && now + SMALL >= before)
			return now;
	}
	failed("the kernel still occupies %llu bytes, after %d ms", (unsigned long long)now,
	       PAUSES_MAX * PAUSE_MICROSECONDS / 1000);
}
