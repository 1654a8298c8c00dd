// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "progress.h"

#define NANOSECONDS 1000000000ULL

/* Between two lines of a log, and between two looks of a line that changes. */
#define LOG_EVERY NANOSECONDS
#define CHANGE_EVERY (NANOSECONDS / 4)

#define CLEAR_LINE "\r\033[K"

static struct {
	bool shown, changing, on_line;
	const char *unit;
	uint64_t begin, last;
} progress;

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * NANOSECONDS + time.tv_nsec;
}

bool progress_start(const char *unit, bool wanted)
{
	progress.changing = isatty(STDERR_FILENO) && !isatty(STDOUT_FILENO);
	progress.shown = wanted || progress.changing;
	progress.unit = unit;
	progress.begin = progress.last = now();
	return progress.shown;
}

void progress_show(uint64_t count, uint64_t done, uint64_t whole)
{
	uint64_t time;

	if (!progress.shown)
		return;
	time = now();
	if (time - progress.last < (progress.changing ? CHANGE_EVERY : LOG_EVERY))
		return;
	progress.last = time;
	flockfile(stderr);
	progress_clear();
	fprintf(stderr, "%" PRIu64 " %s, %.0f a second", count, progress.unit,
		(double)count * NANOSECONDS / (time - progress.begin));
	if (whole)
		fprintf(stderr, ", %.0f %%", 100.0 * done / whole);
	fputs(progress.changing ? "" : "\n", stderr);
	progress.on_line = progress.changing;
	funlockfile(stderr);
}

void progress_clear(void)
{
	flockfile(stderr);
	if (progress.on_line)
		fputs(CLEAR_LINE, stderr);
	progress.on_line = false;
	funlockfile(stderr);
}
