// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Redis, over a socket of its own, without persistence: loaded by a pipeline, asked
 * one at a time and by a pipeline. A key is the number's eight bytes; a value is
 * written in decimal digits, which Redis keeps as an integer.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <hiredis/hiredis.h>

#include "contender.h"
#include "numbers.h"

/* Included by redis_hashes.c, with the numbers that share a hash. */
#ifndef HASH_NUMBERS
#define HASH_NUMBERS	0
#define NAME		"redis"
#define CONTENDER	contender_redis
#define BYTES_AT_MOST	120
#endif

/* Commands on their way while loading: both sides always have something to do. */
#define IN_FLIGHT	2048

static redisContext *server;
static pid_t server_pid;
static uint64_t memory_before;
static uint64_t hash_range;	/* of numbers */

static void must(const void *result)
{
	if (!result)
		contender_fail(NAME, server && server->err ? server->errstr : "gave no answer");
}

static redisReply *next_reply(void)
{
	void *reply = NULL;

	if (redisGetReply(server, &reply) != REDIS_OK)
		must(NULL);
	if (((redisReply *)reply)->type == REDIS_REPLY_ERROR)
		contender_fail(NAME, ((redisReply *)reply)->str);
	return reply;
}

static void start_server(const char *directory, const char *path)
{
	server_pid = fork();
	if (server_pid)
		return;
	/* It ends with this program, however that ends. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	execlp("redis-server", "redis-server", "--port", "0", "--unixsocket", path, "--save", "",
	       "--appendonly", "no", "--dir", directory, "--logfile", "/dev/null", NULL);
	_exit(127);
}

static void connect_server(const char *path)
{
	const struct timespec moment = { .tv_nsec = 10000000 };
	int tries;

	for (tries = 0; tries < 1000; tries++) {
		server = redisConnectUnix(path);
		if (server && !server->err)
			return;
		redisFree(server);
		server = NULL;
		if (waitpid(server_pid, NULL, WNOHANG))
			contender_fail(NAME, "redis-server does not start");
		nanosleep(&moment, NULL);
	}
	contender_fail(NAME, "redis-server does not listen");
}

static uint64_t memory_used(void)
{
	redisReply *info = redisCommand(server, "INFO memory");
	const char *line;
	uint64_t used;

	must(info);
	line = strstr(info->str, "used_memory:");
	must(line);
	used = strtoull(line + strlen("used_memory:"), NULL, 10);
	freeReplyObject(info);
	return used;
}

static void prepare(uint64_t count)
{
	char directory[64], path[96];

	contender_directory(directory, sizeof(directory));
	snprintf(path, sizeof(path), "%s/socket", directory);
	start_server(directory, path);
	connect_server(path);
	unlink(path);
	rmdir(directory);
	memory_before = memory_used();
	hash_range = NUMBERS_END / count * HASH_NUMBERS;
}

/* A number as Redis knows it. */
struct key {
	uint64_t name;
	char field[24];
};

static struct key key_of(uint64_t number)
{
	struct key key = { .name = number };

	if (HASH_NUMBERS) {
		key.name = number / hash_range;
		snprintf(key.field, sizeof(key.field), "%llu",
			 (unsigned long long)(number % hash_range));
	}
	return key;
}

static void send_command(const char *verb, uint64_t number, const char *value)
{
	struct key key = key_of(number);
	const char *word[4] = { verb, (const char *)&key.name };
	size_t length[4] = { strlen(verb), sizeof(key.name) };
	int words = 2;

	if (HASH_NUMBERS) {
		word[words] = key.field;
		length[words++] = strlen(key.field);
	}
	if (value) {
		word[words] = value;
		length[words++] = strlen(value);
	}
	redisAppendCommandArgv(server, words, word, length);
}

static void send_set(uint64_t number, uint32_t value)
{
	char digits[16];

	snprintf(digits, sizeof(digits), "%u", value);
	send_command(HASH_NUMBERS ? "HSET" : "SET", number, digits);
}

static void send_get(uint64_t number)
{
	send_command(HASH_NUMBERS ? "HGET" : "GET", number, NULL);
}

static void load(uint64_t count)
{
	uint64_t sent, answered = 0;

	for (sent = 0; sent < count; sent++) {
		uint64_t number = numbers_listed(count, sent);

		send_set(number, numbers_value(number));
		if (sent - answered >= IN_FLIGHT) {
			freeReplyObject(next_reply());
			answered++;
		}
	}
	for (; answered < count; answered++)
		freeReplyObject(next_reply());
}

static uint32_t next_value(void)
{
	redisReply *reply = next_reply();
	uint32_t value = reply->type == REDIS_REPLY_STRING ? strtoul(reply->str, NULL, 10) : 0;

	freeReplyObject(reply);
	return value;
}

static uint32_t find(uint64_t number)
{
	send_get(number);
	return next_value();
}

static void find_batch(const uint64_t *numbers, uint32_t *values)
{
	int i;

	for (i = 0; i < CONTENDER_BATCH; i++)
		send_get(numbers[i]);
	for (i = 0; i < CONTENDER_BATCH; i++)
		values[i] = next_value();
}

/* What its allocator has given out since it was empty; its process is not counted. */
static uint64_t bytes(void)
{
	return memory_used() - memory_before;
}

static void drop(void)
{
	redisFree(server);
	server = NULL;
	kill(server_pid, SIGKILL);
	waitpid(server_pid, NULL, 0);
}

const struct contender CONTENDER = {
	.name = NAME,
	.bytes_at_most = BYTES_AT_MOST,
	.prepare = prepare,
	.load = load,
	.find = find,
	.find_batch = find_batch,
	.bytes = bytes,
	.drop = drop,
};
