// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From a snapshot of SIZE on disk to a list in force, as the agent does it: the
 * file's SHA-256, unpacking, every record's rules and order, the digest of what
 * results; then the kernel's code for the same records, without the netlink hop.
 *
 * usage: file DIRECTORY [SIZE]
 * The file is written there first, and removed at the end, however that comes.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <urcu.h>

#include "bench.h"
#include "merge.h"
#include "mirror.h"
#include "numbers.h"
#include "writer.h"

#define ROUNDS	2

/* Of this run, in the one that is named; the files are in its directory SNAPSHOT. */
#define SNAPSHOT	"snapshot"
static char *own;
static int directory = -1;

static void remove_files(void)
{
	int files = openat(directory, SNAPSHOT, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *stream = files < 0 ? NULL : fdopendir(files);
	struct dirent *entry;

	while (stream && (entry = readdir(stream)))
		unlinkat(files, entry->d_name, 0);
	unlinkat(directory, SNAPSHOT, AT_REMOVEDIR);
	rmdir(own);
}

/* A thread, in which exit() may be called at any time. */
static void *end_on_signal(void *signals)
{
	int signal;

	sigwait(signals, &signal);
	exit(128 + signal);
}

static void expect_end(void)
{
	static sigset_t signals;
	pthread_t thread;

	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	pthread_sigmask(SIG_BLOCK, &signals, NULL);
	if (atexit(remove_files) || pthread_create(&thread, NULL, end_on_signal, &signals))
		exit(1);
}

static void must(int error, const char *what)
{
	if (!error)
		return;
	fprintf(stderr, "bench: %s: %s\n", what, strerror(error < 0 ? -error : error));
	exit(1);
}

static struct idrevoke_record record_of(uint64_t size, uint64_t i)
{
	uint64_t number = numbers_listed(size, i);
	uint32_t value = numbers_value(number);

	return (struct idrevoke_record){
		.number = number,
		.effective_from = 1500000000 + numbers_mix(number) % 250000000,
		.through = value & 0xffff,
		.reason = value >> 16 & 15,
	};
}

static void write_snapshot(uint64_t size, struct idrevoke_feed_payload *named)
{
	struct idrevoke_payload_header header = {
		.epoch = 1, .version = 1, .records = size, .count = size, .issued = 1800000000,
	};
	struct idrevoke_payload_writer *writer;
	struct idrevoke_record record;
	uint64_t i;

	for (i = 0; i < size; i++) {
		record = record_of(size, i);
		idrevoke_digest_add(&header.digest, &record);
	}
	must(idrevoke_payload_create(&writer, directory, &header), "writing a snapshot");
	for (i = 0; i < size; i++) {
		record = record_of(size, i);
		must(idrevoke_payload_append(writer, &record), "writing a snapshot");
	}
	must(idrevoke_payload_finish(writer, named), "writing a snapshot");
}

/* What it takes to have the file in force, in ns. */
static double load(const struct idrevoke_feed_payload *named)
{
	static uint8_t block[IDREVOKE_BLOCK_RECORDS * IDREVOKE_RECORD_SIZE];
	const struct idrevoke_payload_header *header;
	struct idrevoke_payload *payload;
	struct idrevoke_merge *merge;
	const char *why = NULL;
	double start;
	ssize_t count;
	FILE *file;

	start = bench_now();
	file = idrevoke_mirror_open(&directory, named);
	must(file ? 0 : -errno, "opening");
	must(idrevoke_payload_verify(file, named, &why), "verifying");
	must(idrevoke_payload_open(&payload, file, named, &why), "opening");
	must(idrevoke_merge_open(&merge, &payload, 1, &why), "merging");
	header = idrevoke_merge_header(merge);
	writer_feed_begin(header->records);
	while ((count = idrevoke_merge_read(merge, block, IDREVOKE_BLOCK_RECORDS, &why)) > 0)
		writer_feed_records(block, count);
	must(count, "reading");
	writer_feed_commit(header->digest.low, header->digest.high);
	start = bench_now() - start;
	idrevoke_merge_close(merge);
	return start;
}

int main(int count, char **arguments)
{
	uint64_t size = bench_size(count > 2 ? arguments[2] : "1e8");
	struct idrevoke_feed_payload named = {};
	struct bench_samples rate = {};
	int round;

	if (count < 2) {
		fprintf(stderr, "usage: file DIRECTORY [SIZE]\n");
		return 2;
	}
	must(asprintf(&own, "%s/file.XXXXXX", arguments[1]) < 0 ? -ENOMEM : 0, "a name");
	must(mkdtemp(own) ? 0 : -errno, own);
	directory = open(own, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	expect_end();
	must(directory < 0 || mkdirat(directory, SNAPSHOT, 0700) ? -errno : 0, own);
	rcu_register_thread();
	writer_begin(size);
	fprintf(stderr, "file: writing %llu records\n", (unsigned long long)size);
	write_snapshot(size, &named);
	for (round = 0; round < ROUNDS; round++) {
		double ns = load(&named);

		writer_settle();
		bench_sample(&rate, size * 1e3 / ns);
		fprintf(stderr, "file: %.0f MB in force after %.1f s\n", named.stored / 1e6,
			ns / 1e9);
	}
	bench_row("load.file_rate", size, "M/s", &rate, NULL);
	writer_end();
	rcu_unregister_thread();
	return 0;
}
