// SPDX-License-Identifier: GPL-2.0-or-later
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "pages.h"

/* What is allocated: few, so a list will do. */
struct area {
	struct area *next;
	char *memory;		/* what was given out */
	char *mapping;
	size_t mapped;
	size_t size;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct area *areas;
static size_t bytes, peak;

size_t pages_bytes(void)
{
	return bytes;
}

size_t pages_peak(void)
{
	return peak;
}

void pages_peak_reset(void)
{
	peak = bytes;
}

static void remember(struct area *area)
{
	pthread_mutex_lock(&lock);
	area->next = areas;
	areas = area;
	bytes += area->size;
	if (bytes > peak)
		peak = bytes;
	pthread_mutex_unlock(&lock);
}

void *pages_allocate(size_t size, bool huge)
{
	struct area *area = malloc(sizeof(*area));

	area->size = size;
	area->mapped = size + PAGES_HUGE;
	area->mapping = mmap(NULL, area->mapped, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (area->mapping == MAP_FAILED) {
		fprintf(stderr, "bench: no memory for %zu bytes\n", size);
		exit(1);
	}
	area->memory = (char *)(((uintptr_t)area->mapping + PAGES_HUGE - 1) & -PAGES_HUGE);
	madvise(area->memory, size, huge ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
	memset(area->memory, 0, size);
	remember(area);
	return area->memory;
}

void pages_free(const void *memory)
{
	struct area **link, *area;

	if (!memory)
		return;
	pthread_mutex_lock(&lock);
	for (link = &areas; (*link)->memory != memory; link = &(*link)->next)
		;
	area = *link;
	*link = area->next;
	bytes -= area->size;
	pthread_mutex_unlock(&lock);
	munmap(area->mapping, area->mapped);
	free(area);
}
