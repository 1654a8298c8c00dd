// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Kills the agent at random, again and again, and looks at what the kernel and the
 * state directory have then; part of crash.t.
 *
 *	kills COUNT SEED STATE KEY PUBLISHED AGENT ARGUMENT...
 *
 * PUBLISHED has a line "version N count N digest HEX" for every list there was, and
 * is being added to. Every other time the agent may catch up before it is killed;
 * else something is waited for that it does on its way: that it reads what it saved,
 * writes a file, or has a transaction with a kernel whose list was dropped. Then it
 * has a random time to live.
 * Says what was wrong on standard output, and how it went on standard error.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "mirror.h"
#include "netlink.h"

/* Longest time, in ms, for anything to happen. */
#define LIMIT 120000

static struct idrevoke_netlink *link_to_kernel;
static struct idrevoke_netlink_events *events;
static int state, opened, created; /* directory; by inotify: files of it */
static struct idrevoke_vkey key;
static const char *published;
static char **agent;
static uint64_t seed;
static int kill_number, wrong;

/* What happened, so that it can be told how much was tried. */
static struct {
	int in_force, none, transactions, half_written;
	long longest;
} seen;

static void __attribute__((format(printf, 1, 2), noreturn)) die(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	fputs("kills: ", stderr);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	exit(2);
}

static void complain(const char *what, const char *why)
{
	printf("kill %d: %s: %s\n", kill_number, what, why);
	wrong++;
}

static long now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

/* splitmix64 */
static unsigned int draw(unsigned int end)
{
	uint64_t x = seed += 0x9e3779b97f4a7c15;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
	x = (x ^ x >> 27) * 0x94d049bb133111eb;
	return (x ^ x >> 31) % end;
}

static bool find_line(const char *wanted)
{
	FILE *file = fopen(published, "r");
	bool found = false;
	char line[256];

	while (file && !found && fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = '\0';
		found = !strcmp(line, wanted);
	}
	if (file)
		fclose(file);
	return found;
}

/* What is published is put down right after; until then it may be here already. */
static void expect_published(const char *whose, uint64_t version, uint64_t count,
			     const struct idrevoke_digest *digest)
{
	char line[256], hex[IDREVOKE_DIGEST_TEXT];
	long end = now() + LIMIT;

	idrevoke_digest_format(digest, hex);
	snprintf(line, sizeof(line), "version %" PRIu64 " count %" PRIu64 " digest %s", version,
		 count, hex);
	while (!find_line(line)) {
		if (now() > end) {
			complain(whose, line);
			return;
		}
		poll(NULL, 0, 20);
	}
}

static void expect_kernel(bool flushed)
{
	struct idrevoke_status status;
	struct idrevoke_digest digest;
	int error = idrevoke_netlink_verify(link_to_kernel, &status);

	if (error == -ENODATA && flushed) {
		seen.none++;
		return;
	}
	if (error) {
		complain("kernel", idrevoke_netlink_message(link_to_kernel));
		return;
	}
	seen.in_force++;
	digest = idrevoke_digest_decode(status.walk_digest);
	if (status.walk_count != status.count ||
	    memcmp(status.walk_digest, status.digest, sizeof(status.digest)))
		complain("kernel", "a recount finds another list");
	expect_published("kernel", status.version, status.walk_count, &digest);
}

static void expect_state(void)
{
	struct idrevoke_latest latest;
	struct idrevoke_digest digest;
	const char *why = "?";
	uint64_t count;

	if (idrevoke_mirror_recount(state, &key, &latest, &count, &digest, &why)) {
		complain("state directory", why);
		return;
	}
	if (!idrevoke_digest_equal(&digest, &latest.digest) || count != latest.count)
		complain("state directory", "a recount finds another list");
	expect_published("state directory", latest.version, count, &digest);
}

static void count_half_written(const char *path)
{
	int fd = openat(state, path, O_RDONLY | O_DIRECTORY);
	DIR *directory = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	while (directory && (entry = readdir(directory)))
		seen.half_written += strstr(entry->d_name, ".incoming") ||
				     !strncmp(entry->d_name, ".latest.", 8);
	if (directory)
		closedir(directory);
}

static pid_t start_agent(void)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	execv(agent[0], agent);
	_exit(127);
}

static void kill_agent(pid_t pid)
{
	int status;

	kill(pid, SIGKILL);
	if (waitpid(pid, &status, 0) != pid)
		die("waitpid: %s", strerror(errno));
	if (!WIFSIGNALED(status))
		complain("the agent had ended by itself", "status");
}

/* The newest version that is put down. */
static uint64_t newest(void)
{
	FILE *file = fopen(published, "r");
	uint64_t version = 0;
	char line[256];

	while (file && fgets(line, sizeof(line), file))
		sscanf(line, "version %" SCNu64, &version);
	if (file)
		fclose(file);
	return version;
}

static void expect_current(uint64_t version)
{
	struct pollfd poller = { idrevoke_netlink_events_fd(events), POLLIN, 0 };
	struct idrevoke_status status;
	long begun = now();
	uint32_t event;

	for (;;) {
		if (idrevoke_netlink_status(link_to_kernel, &status))
			die("status: %s", idrevoke_netlink_message(link_to_kernel));
		if (status.state == IDREVOKE_STATE_CURRENT && status.version >= version)
			break;
		if (now() - begun > LIMIT) {
			complain("after it was started again", "not current");
			return;
		}
		poll(&poller, 1, 1000);
		while (idrevoke_netlink_events_read(events, &event, &status) > 0)
			;
	}
	if (now() - begun > seen.longest)
		seen.longest = now() - begun;
}

static void expect_file(int inotify, const char *what)
{
	struct pollfd poller = { inotify, POLLIN, 0 };

	if (poll(&poller, 1, LIMIT) != 1)
		complain("the agent does not", what);
}

static void expect_transaction(void)
{
	struct idrevoke_status status = { 0 };
	long end = now() + LIMIT;

	while (!status.transaction) {
		if (idrevoke_netlink_status(link_to_kernel, &status))
			die("status: %s", idrevoke_netlink_message(link_to_kernel));
		if (now() > end) {
			complain("the agent does not", "begin a transaction");
			return;
		}
		poll(NULL, 0, 1);
	}
}

static void drain(int fd)
{
	char events[4096];

	while (read(fd, events, sizeof(events)) > 0)
		;
}

static void flush(void)
{
	if (idrevoke_netlink_flush(link_to_kernel, NULL))
		die("flush: %s", idrevoke_netlink_message(link_to_kernel));
}

enum moment { CURRENT, READS, WRITES, PUSHES };

/* Starts the agent, waits for the moment, and a little more. */
static pid_t live_until(enum moment moment)
{
	static const unsigned int then[] = { 250, 150, 10, 20 };
	pid_t pid;

	if (moment == PUSHES)
		flush();
	drain(opened);
	drain(created);
	pid = start_agent();
	switch (moment) {
	case CURRENT:
		expect_current(newest());
		break;
	case READS:
		expect_file(opened, "read what it saved");
		break;
	case WRITES:
		expect_file(created, "write a file");
		break;
	case PUSHES:
		expect_transaction();
		break;
	}
	poll(NULL, 0, draw(then[moment]));
	return pid;
}

static void one_kill(void)
{
	enum moment moment = kill_number % 2 ? CURRENT : READS + draw(3);
	pid_t pid = live_until(moment);
	struct idrevoke_status status;

	if (!idrevoke_netlink_status(link_to_kernel, &status))
		seen.transactions += status.transaction != 0;
	kill_agent(pid);
	count_half_written(".");
	count_half_written("snapshot");
	count_half_written("delta");
	expect_kernel(moment == PUSHES);
	expect_state();
}

static int watch(const char *path, const char *below, uint32_t what, int *inotify)
{
	char name[4096];

	if (*inotify <= 0)
		*inotify = inotify_init1(IN_NONBLOCK);
	snprintf(name, sizeof(name), "%s/%s", path, below);
	return inotify_add_watch(*inotify, name, what);
}

int main(int argc, char **argv)
{
	pid_t pid;

	if (argc < 7)
		die("see the source");
	seed = strtoull(argv[2], NULL, 10);
	state = open(argv[3], O_RDONLY | O_DIRECTORY);
	published = argv[5];
	agent = argv + 6;
	if (state < 0 || watch(argv[3], "", IN_OPEN, &opened) < 0 ||
	    watch(argv[3], "", IN_CREATE, &created) < 0 ||
	    watch(argv[3], "snapshot", IN_CREATE, &created) < 0 ||
	    watch(argv[3], "delta", IN_CREATE, &created) < 0 ||
	    idrevoke_vkey_parse(&key, argv[4]) || idrevoke_netlink_open(&link_to_kernel) ||
	    idrevoke_netlink_events_open(&events))
		die("cannot start");
	for (kill_number = 1; kill_number <= atoi(argv[1]); kill_number++)
		one_kill();
	pid = start_agent();
	expect_current(newest());
	kill(pid, SIGTERM);
	waitpid(pid, NULL, 0);
	fprintf(stderr, "after %s kills a list was in force %d times, none after a flush %d times; "
			"killed in a transaction %d times, with %d files half written; "
			"current again after at most %ld ms\n",
		argv[1], seen.in_force, seen.none, seen.transactions, seen.half_written,
		seen.longest);
	return wrong != 0;
}
