// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * load [SIZE [ROUNDS [PEER...]]]: how long it takes to put a list in force, from nothing, what
 * it occupies then, and what a lookup costs: in the module, in an ipset, in a set of
 * nftables, in a BPF hash map. Runs in the virtual machine; all take turns.
 *
 * All input is prepared: our records are encoded, ipset and nft have their file, BPF
 * its arrays. ipset's and nft's parsing counts, since they are what they document as
 * the way to load a large set, and so does what creating a set of that size takes.
 * They take long, and part in the first rounds only.
 *
 * What a list occupies is what the kernel grows by, of all of them. That is too coarse
 * for a small list: there, the module says itself what it occupies.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"
#include "command.h"
#include "firewall.h"
#include "listing.h"
#include "memory.h"
#include "numbers.h"

#define IPSET_FILE	"/tmp/bench.ipset"
#define NFT_FILE	"/tmp/bench.nft"

/* In the table of its own name. */
#define SET		FIREWALL_NAME " " FIREWALL_NAME

/* Elements of one statement: nft and the kernel take each at once. */
#define NFT_ELEMENTS	10000

/* Lookups of one kind in a round. */
#define QUESTIONS	8192

/* Entries from which on the kernel's growth tells anything, and as much as the module. */
#define MEASURED_FROM	100000
#define PRECISE_FROM	1000000
/* Bytes by which the kernel grows and shrinks meanwhile, for itself. */
#define NOISE		(4 << 20)

/**
 * struct side - who loads
 * @name: as rows and arguments have it
 * @rounds: takes part in so many only; 0: in all
 * @prepare: the input
 * @load: from nothing to a list in force
 * @drop: to nothing again
 * @occupied: bytes that it says itself; or NULL
 * @has: whether a number is listed; NULL: what a lookup costs is ioctl's to say
 * @times: to load, in ns, by round
 * @bytes: an entry, by round
 * @misses: what it takes to look up a number that is not listed, in ns, by round
 * @hits: the same of one that is
 */
struct side {
	const char *name;
	uint64_t rounds;
	void (*prepare)(void);
	void (*load)(void);
	void (*drop)(void);
	uint64_t (*occupied)(void);
	bool (*has)(uint64_t number);
	struct bench_samples times;
	struct bench_samples bytes;
	struct bench_samples misses;
	struct bench_samples hits;
};

static uint64_t count;

static void *room(size_t size)
{
	void *memory = calloc(count, size);

	if (!memory)
		failed("no memory");
	return memory;
}

static FILE *open_input(const char *path)
{
	FILE *file = fopen(path, "w");

	if (!file)
		failed("%s: %s", path, strerror(errno));
	return file;
}

static void close_input(const char *path, FILE *file)
{
	if (ferror(file) | fclose(file))
		failed("%s cannot be written", path);
}

/* The module. */

static struct wire wire;
static struct wire_list list;
static uint8_t *records;

static void prepare_module(void)
{
	guest_load("");
	wire_open(&wire);
	records = room(IDREVOKE_RECORD_SIZE);
	list = listing_new(0, count);
	listing_encode(&list, count, 0, count, records);
}

static void load_module_list(void)
{
	struct wire_reply reply;
	int error;

	list.version++;
	error = wire_snapshot(&wire, &list, records, count, &reply);
	if (error)
		failed("snapshot: %s: %s", strerror(error), reply.text);
}

static uint64_t occupied_by_module(void)
{
	struct wire_reply reply;

	if (wire_ask(&wire, IDREVOKE_CMD_STATUS, &reply))
		failed("no status");
	return reply.value[IDREVOKE_A_MEMORY];
}

static void drop_module_list(void)
{
	struct wire_reply reply;

	if (wire_ask(&wire, IDREVOKE_CMD_FLUSH, &reply))
		failed("flush: %s", reply.text);
}

/* BPF: an array of keys and one of values, one system call. */

static int map;
static uint64_t *numbers;
static uint32_t *values;

static void prepare_map(void)
{
	uint64_t i;

	numbers = room(sizeof(*numbers));
	values = room(sizeof(*values));
	for (i = 0; i < count; i++) {
		numbers[i] = numbers_listed(count, i);
		values[i] = numbers_value(numbers[i]);
	}
}

static void load_map(void)
{
	uint32_t done = count;

	map = bpf_map_create(BPF_MAP_TYPE_HASH, "bench", sizeof(*numbers), sizeof(*values), count,
			     NULL);
	if (map < 0 || bpf_map_update_batch(map, numbers, values, &done, NULL) || done != count)
		failed("BPF map: %s", strerror(errno));
}

static void drop_map(void)
{
	close(map);
}

/* ipset: half as many buckets as entries, with which it need not resize the set. */

static void prepare_ipset(void)
{
	FILE *file = open_input(IPSET_FILE);
	uint64_t i;

	command("modprobe", "ip_set_hash_mac", NULL);
	fprintf(file, "create " FIREWALL_NAME " hash:mac hashsize %llu maxelem %llu\n",
		(unsigned long long)count / 2, (unsigned long long)count);
	for (i = 0; i < count; i++) {
		fprintf(file, "add " FIREWALL_NAME " ");
		firewall_print(file, numbers_listed(count, i));
		fputc('\n', file);
	}
	close_input(IPSET_FILE, file);
}

static void load_ipset(void)
{
	command("ipset", "restore", "-file", IPSET_FILE, NULL);
}

static void drop_ipset(void)
{
	command("ipset", "list", "-terse", FIREWALL_NAME, NULL);
	command("ipset", "destroy", FIREWALL_NAME, NULL);
}

/* nftables: told its size, it takes a hash table that need not grow. */

static void prepare_nft(void)
{
	FILE *file = open_input(NFT_FILE);
	uint64_t i;

	command("modprobe", "nf_tables", NULL);
	fprintf(file, "add table inet " FIREWALL_NAME "\n");
	fprintf(file, "add set inet " SET " { type ether_addr; size %llu; }\n",
		(unsigned long long)count);
	for (i = 0; i < count; i++) {
		if (i % NFT_ELEMENTS)
			fprintf(file, ",\n");
		else
			fprintf(file, "%sadd element inet " SET " {\n", i ? "\n}\n" : "");
		firewall_print(file, numbers_listed(count, i));
	}
	fprintf(file, "\n}\n");
	close_input(NFT_FILE, file);
}

static void load_nft(void)
{
	command("nft", "-f", NFT_FILE, NULL);
}

static void drop_nft(void)
{
	command("nft", "delete", "table", "inet", FIREWALL_NAME, NULL);
}

enum { MODULE, BPF, IPSET, NFT, SIDES };

static struct side sides[] = {
	[MODULE] = { .name = "idrevoke_kernel", .prepare = prepare_module, .load = load_module_list,
		     .drop = drop_module_list, .occupied = occupied_by_module },
	[BPF] = { .name = "bpf", .prepare = prepare_map, .load = load_map, .drop = drop_map },
	[IPSET] = { .name = "ipset", .rounds = 3, .prepare = prepare_ipset, .load = load_ipset,
		    .drop = drop_ipset, .has = firewall_ipset_has },
	[NFT] = { .name = "nftables", .rounds = 1, .prepare = prepare_nft, .load = load_nft,
		  .drop = drop_nft, .has = firewall_nft_has },
};

/* The kernel answers with a message; nanoseconds for each. */
static double look_up(const struct side *side, bool listed)
{
	double start = bench_now();
	uint64_t random, number;
	uint32_t i;

	for (i = 0; i < QUESTIONS; i++) {
		random = numbers_mix(~(uint64_t)i);
		number = listed ? numbers_listed(count, numbers_below(random, count)) :
				  numbers_unlisted(count, random);
		if (side->has(number) != listed)
			failed("%s: a number is %slisted", side->name, listed ? "not " : "");
	}
	return (bench_now() - start) / QUESTIONS;
}

/* @grown: by so many bytes, the kernel has */
static void sample_bytes(struct side *side, int64_t grown)
{
	if (side->occupied && count < PRECISE_FROM)
		bench_sample(&side->bytes, (double)side->occupied() / count);
	else if (count >= MEASURED_FROM)
		bench_sample(&side->bytes, (double)grown / count);
}

static void measure(struct side *side)
{
	int64_t before = memory_settled(UINT64_MAX), grown;
	double start = bench_now(), taken;

	side->load();
	taken = bench_now() - start;
	grown = (int64_t)memory_settled(UINT64_MAX) - before;
	if (grown < 0)
		grown = 0;
	fprintf(stderr, "%s: %.2f s, the kernel occupies %.1f bytes more an entry\n", side->name,
		taken / 1e9, (double)grown / count);
	bench_sample(&side->times, taken);
	sample_bytes(side, grown);
	if (side->has) {
		bench_sample(&side->misses, look_up(side, false));
		bench_sample(&side->hits, look_up(side, true));
	}
	side->drop();
	memory_settled(before + grown / 2 + NOISE);
}

static void print_ratio(const char *name, const struct side *side)
{
	struct bench_samples ratio = bench_ratio(&side->times, &sides[MODULE].times);
	struct bench_samples seconds = { 0 };
	unsigned int i;

	for (i = 0; i < side->times.count; i++)
		bench_sample(&seconds, side->times.value[i] / 1e9);
	bench_row(name, count, "ratio", &ratio, &seconds);
}

static void print_side(const struct side *side)
{
	struct bench_samples rate = { 0 };
	char name[64];
	unsigned int i;

	for (i = 0; i < side->times.count; i++)
		bench_sample(&rate, count / side->times.value[i] * 1e3);
	snprintf(name, sizeof(name), "peer.%s.guest_load_rate", side->name);
	bench_row(name, count, "M/s (emulated)", &rate, NULL);
	snprintf(name, sizeof(name), "peer.%s.bytes_per_entry", side->name);
	bench_row(name, count, "bytes", &side->bytes, NULL);
	snprintf(name, sizeof(name), "peer.%s.guest_miss_ns", side->name);
	bench_row(name, count, "ns (emulated)", &side->misses, NULL);
	snprintf(name, sizeof(name), "peer.%s.guest_hit_ns", side->name);
	bench_row(name, count, "ns (emulated)", &side->hits, NULL);
}

/* The module, and the peers in @names; with none, all of them. */
static bool takes_part(const struct side *side, char **names, int count_of_names)
{
	int i;

	for (i = 0; i < count_of_names; i++)
		if (!strcmp(names[i], side->name))
			return true;
	return !count_of_names || side == &sides[MODULE];
}

int main(int argc, char **argv)
{
	uint64_t rounds = bench_size(argc > 2 ? argv[2] : "5"), round;
	bool wanted[SIDES];
	int i;

	count = bench_size(argc > 1 ? argv[1] : "1e6");
	for (i = 0; i < SIDES; i++) {
		wanted[i] = takes_part(&sides[i], argv + 3, argc > 3 ? argc - 3 : 0);
		if (wanted[i])
			sides[i].prepare();
	}
	for (round = 0; round < rounds; round++)
		for (i = 0; i < SIDES; i++)
			if (wanted[i] && (!sides[i].rounds || round < sides[i].rounds))
				measure(&sides[i]);

	print_ratio("netlink.load_vs_ipset", &sides[IPSET]);
	print_ratio("netlink.load_vs_nft", &sides[NFT]);
	print_ratio("netlink.load_vs_bpf", &sides[BPF]);
	for (i = 0; i < SIDES; i++)
		print_side(&sides[i]);
	return 0;
}
