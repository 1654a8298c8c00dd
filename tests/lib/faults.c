// SPDX-License-Identifier: GPL-2.0-or-later
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "faults.h"

static int own;		/* fail-nth of this thread */

static void set(const char *name, const char *value)
{
	char path[100];
	int fd;

	snprintf(path, sizeof(path), "/sys/kernel/debug/%s", name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, value, strlen(value)) < 0)
		bail_out("%s: %s", path, strerror(errno));
	close(fd);
}

/**
 * faults_of_pages - whether memory by the page counts from now on
 * @count: otherwise only objects do, of which a call takes the same ones each time
 */
void faults_of_pages(bool count)
{
	set("fail_page_alloc/min-order", count ? "0" : "100");
}

/** faults_begin - prepare; ends the test where the kernel cannot fail on demand */
void faults_begin(void)
{
	own = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	if (own < 0) {
		printf("1..0 # SKIP this kernel cannot fail on demand\n");
		exit(0);
	}
	/* Quietly, and also where it could wait for memory. */
	set("failslab/verbose", "0");
	set("failslab/ignore-gfp-wait", "N");
	set("fail_page_alloc/verbose", "0");
	set("fail_page_alloc/ignore-gfp-wait", "N");
	set("fail_page_alloc/ignore-gfp-highmem", "N");
	set("fail_usercopy/verbose", "0");
	faults_of_pages(false);
	/* No page of this program is to be fetched while something is to fail. */
	if (mlockall(MCL_CURRENT | MCL_FUTURE))
		bail_out("mlockall: %s", strerror(errno));
}

/**
 * faults_arm - have something fail that the kernel does for this thread
 * @nth: what: 1 is what comes next
 *
 * The system call under test comes next, then faults_hit().
 */
void faults_arm(unsigned int nth)
{
	char text[20];
	int length = snprintf(text, sizeof(text), "%u", nth);

	if (pwrite(own, text, length, 0) != length)
		bail_out("fail-nth: %s", strerror(errno));
}

/**
 * faults_hit - whether something has failed since faults_arm()
 *
 * Nothing fails any more from here on.
 */
bool faults_hit(void)
{
	char text[20] = "";
	ssize_t length = pread(own, text, sizeof(text) - 1, 0);

	/* That, and clearing it, copy as well: what fails is no longer to. */
	if (length < 0 && errno != EFAULT)
		bail_out("fail-nth: %s", strerror(errno));
	if (pwrite(own, "0", 1, 0) != 1 && pwrite(own, "0", 1, 0) != 1)
		bail_out("fail-nth: %s", strerror(errno));
	return length > 0 && atoi(text) == 0;
}

/* Calls @each with the directory in /proc of each thread that does queued work. */
static void for_workers(void (*each)(int process, void *context), void *context)
{
	DIR *processes = opendir("/proc");
	struct dirent *entry;

	if (!processes)
		bail_out("/proc: %s", strerror(errno));
	while ((entry = readdir(processes))) {
		char name[100] = "";
		int process = openat(dirfd(processes), entry->d_name, O_PATH | O_CLOEXEC);
		int comm = openat(process, "comm", O_RDONLY | O_CLOEXEC);

		if (comm >= 0 && read(comm, name, sizeof(name) - 1) > 0 &&
		    !strncmp(name, "kworker/u", strlen("kworker/u")))
			each(process, context);
		close(comm);
		close(process);
	}
	closedir(processes);
}

static void arm_worker(int process, void *context)
{
	int fd = openat(process, "fail-nth", O_WRONLY | O_CLOEXEC);

	dprintf(fd, "%u", *(unsigned int *)context);
	close(fd);
}

/**
 * faults_arm_workers - have something fail in each thread that does queued work of
 *	no processor in particular
 * @nth: what: 1 is what comes next in that thread; 0: nothing any more
 */
void faults_arm_workers(unsigned int nth)
{
	for_workers(arm_worker, &nth);
}

static void look_at_worker(int process, void *hit)
{
	int fd = openat(process, "fail-nth", O_RDONLY | O_CLOEXEC);
	char text[20] = "";

	if (pread(fd, text, sizeof(text) - 1, 0) > 0 && atoi(text) == 0)
		*(bool *)hit = true;
	close(fd);
}

/**
 * faults_workers_hit - whether something has failed since faults_arm_workers()
 *
 * What else was to fail still is, until faults_arm_workers(0).
 */
bool faults_workers_hit(void)
{
	bool hit = false;

	for_workers(look_at_worker, &hit);
	return hit;
}
