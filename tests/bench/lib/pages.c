// SPDX-License-Identifier: GPL-2.0-or-later
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "pages.h"

#define PAGE		4096UL

/* What is allocated: few, so a list will do. */
struct area {
	struct area *next;
	char *memory;		/* what was given out */
	char *mapping;
	size_t mapped;
	size_t size;
	size_t overhead;
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
	bytes += area->size + area->overhead;
	if (bytes > peak)
		peak = bytes;
	pthread_mutex_unlock(&lock);
}

/* What kmalloc() takes for so many bytes, more than 192 of them. */
static size_t kmalloc_bytes(size_t size)
{
	size_t rounded = 8;

	while (rounded < size)
		rounded *= 2;
	return rounded;
}

/*
 * As in mm/vmalloc.c: the address of each 4 KiB, in pages of 2 MiB too, in an array
 * that is of vmalloc() itself if it is larger than one of them; and an entry in the
 * page table for each page.
 */
static size_t overhead_of(size_t size, bool huge)
{
	size_t pages = (size + PAGE - 1) / PAGE;
	size_t array = pages * sizeof(void *);
	size_t entries = (huge ? size / PAGES_HUGE : pages) * sizeof(uint64_t);

	if (array <= PAGE)
		return entries + kmalloc_bytes(array);
	array = (array + PAGE - 1) / PAGE * PAGE;
	return entries + array + overhead_of(array, false);
}

void *pages_allocate(size_t size, bool huge)
{
	struct area *area = malloc(sizeof(*area));

	area->size = size;
	area->overhead = overhead_of(size, huge);
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

static struct area **link_of(const void *memory)
{
	struct area **link = &areas;

	while ((*link)->memory != memory)
		link = &(*link)->next;
	return link;
}

size_t pages_overhead(const void *memory)
{
	size_t overhead;

	pthread_mutex_lock(&lock);
	overhead = (*link_of(memory))->overhead;
	pthread_mutex_unlock(&lock);
	return overhead;
}

void pages_free(const void *memory)
{
	struct area **link, *area;

	if (!memory)
		return;
	pthread_mutex_lock(&lock);
	link = link_of(memory);
	area = *link;
	*link = area->next;
	bytes -= area->size + area->overhead;
	pthread_mutex_unlock(&lock);
	munmap(area->mapping, area->mapped);
	free(area);
}
