/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the hostile server can do instead of answering: part of server.c.
 *
 * Whatever is endless here ends when the other side hangs up, and in any case
 * after ENDLESS_BYTES or ENDLESS_SECONDS.
 */
#ifndef TESTS_HOSTILE_ACTIONS_H
#define TESTS_HOSTILE_ACTIONS_H

#include <fcntl.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "write.h"

#define ENDLESS_BYTES (1ULL << 30)
#define ENDLESS_SECONDS 60

#define FILE_MAX (64 << 20)
#define TEXT 512

struct request {
	int fd;
	SSL *tls;
	char path[TEXT], etag[TEXT];
	int wait;
};

static const char *directory;

/* Return: whether the other side is still there after so long. */
static bool pass_time(const struct request *request, int milliseconds)
{
	struct pollfd poller = { .fd = request->fd, .events = POLLRDHUP };

	return poll(&poller, 1, milliseconds) == 0;
}

static bool send_bytes(struct request *request, const void *data, size_t size)
{
	return !size || SSL_write(request->tls, data, size) > 0;
}

static bool send_text(struct request *request, const char *text)
{
	return send_bytes(request, text, strlen(text));
}

static bool send_zeros(struct request *request, size_t size)
{
	static const char zeros[65536];
	bool sent = true;

	for (size_t now; sent && size; size -= now) {
		now = size < sizeof(zeros) ? size : sizeof(zeros);
		sent = send_bytes(request, zeros, now);
	}
	return sent;
}

/* The head of an answer, with further lines that each end as they should. */
static bool send_head(struct request *request, int status, const char *lines)
{
	char head[3 * TEXT];

	snprintf(head, sizeof(head), "HTTP/1.1 %d Status\r\nConnection: close\r\n%s\r\n", status,
		 lines);
	return send_text(request, head);
}

static bool send_length(struct request *request, size_t length)
{
	char line[TEXT];

	snprintf(line, sizeof(line), "Content-Length: %zu\r\n", length);
	return send_head(request, 200, line);
}

/* The file that is asked for; without one, the answer is sent here. */
static char *read_file(struct request *request, size_t *size)
{
	char path[2 * TEXT], *data;

	snprintf(path, sizeof(path), "%s%s", directory, request->path);
	if (strstr(request->path, "..") ||
	    idrevoke_file_read(AT_FDCWD, path, FILE_MAX, &data, size)) {
		send_head(request, 404, "Content-Length: 0\r\n");
		return NULL;
	}
	return data;
}

/*
 * All that send a file that is too short or too long: what is announced (less
 * than 0: nothing) and how much is sent, beside the file's own size.
 */
static void send_file(struct request *request, ssize_t announced, size_t sent)
{
	size_t size;
	char *data = read_file(request, &size);

	if (!data)
		return;
	if (announced < 0)
		send_head(request, 200, "");
	else
		send_length(request, size + announced);
	send_bytes(request, data, sent < size ? sent : size);
	if (sent > size)
		send_zeros(request, sent - size);
	free(data);
}

static size_t size_of(struct request *request)
{
	char path[2 * TEXT];
	struct stat status;

	snprintf(path, sizeof(path), "%s%s", directory, request->path);
	return stat(path, &status) ? 0 : status.st_size;
}

static void act_truncate(struct request *request, const char *argument)
{
	send_file(request, 0, strtoul(argument, NULL, 10));
}

static void act_cut(struct request *request, const char *argument)
{
	send_file(request, -1, strtoul(argument, NULL, 10));
	SSL_shutdown(request->tls);
}

static void act_longer(struct request *request, const char *argument)
{
	size_t more = strtoul(argument, NULL, 10);

	send_file(request, more, size_of(request) + more);
}

static void act_surplus(struct request *request, const char *argument)
{
	send_file(request, 0, size_of(request) + strtoul(argument, NULL, 10));
}

static void act_unannounced(struct request *request, const char *argument)
{
	send_file(request, -1, size_of(request) + strtoul(argument, NULL, 10));
	SSL_shutdown(request->tls);
}

static void act_damage(struct request *request, const char *argument)
{
	size_t size, at = strtoul(argument, NULL, 10);
	char *data = read_file(request, &size);

	if (!data)
		return;
	if (at < size)
		data[at] ^= 1;
	send_length(request, size);
	send_bytes(request, data, size);
	free(data);
}

static void act_length(struct request *request, const char *argument)
{
	char line[2 * TEXT];
	size_t size;
	char *data = read_file(request, &size);

	if (!data)
		return;
	snprintf(line, sizeof(line), "Content-Length: %s\r\n", argument);
	send_head(request, 200, line);
	send_bytes(request, data, size);
	free(data);
}

static void act_encoded(struct request *request, const char *argument)
{
	char line[TEXT], *data;
	size_t size;

	if (idrevoke_file_read(AT_FDCWD, argument, FILE_MAX, &data, &size))
		return;
	snprintf(line, sizeof(line), "Content-Encoding: gzip\r\nContent-Length: %zu\r\n", size);
	send_head(request, 200, line);
	send_bytes(request, data, size);
	free(data);
}

static void repeat(struct request *request, const char *text)
{
	char block[16384];
	size_t length = strlen(text), filled = 0;

	while (filled + length <= sizeof(block)) {
		memcpy(block + filled, text, length);
		filled += length;
	}
	for (uint64_t sent = 0; sent < ENDLESS_BYTES; sent += filled)
		if (!send_bytes(request, block, filled))
			return;
}

static void act_chunked(struct request *request, const char *argument)
{
	(void)argument;
	send_head(request, 200, "Transfer-Encoding: chunked\r\n");
	repeat(request, "10\r\n0123456789abcdef\r\n");
}

static void act_header_line(struct request *request, const char *argument)
{
	(void)argument;
	send_text(request, "HTTP/1.1 200 OK\r\nX-Endless: ");
	repeat(request, "endless");
}

static void act_header_lines(struct request *request, const char *argument)
{
	(void)argument;
	send_text(request, "HTTP/1.1 200 OK\r\n");
	repeat(request, "X-Endless: a line of many, none of which is long\r\n");
}

static void act_informational(struct request *request, const char *argument)
{
	(void)argument;
	repeat(request, "HTTP/1.1 103 Early Hints\r\n\r\n");
}

static void act_endless(struct request *request, const char *argument)
{
	send_head(request, atoi(argument), "");
	repeat(request, "endless");
}

static void act_status(struct request *request, const char *argument)
{
	static const char page[] = "<html><body>That did not work.</body></html>\n";
	char line[TEXT];

	snprintf(line, sizeof(line), "Content-Type: text/html\r\nContent-Length: %zu\r\n",
		 strlen(page));
	send_head(request, atoi(argument), line);
	send_text(request, page);
}

static void act_redirect(struct request *request, const char *argument)
{
	char lines[2 * TEXT];

	snprintf(lines, sizeof(lines), "Location: %s\r\nContent-Length: 0\r\n", argument);
	send_head(request, 302, lines);
}

static void act_bare(struct request *request, const char *argument)
{
	send_head(request, atoi(argument), "");
}

static void act_drip(struct request *request, const char *argument)
{
	(void)argument;
	send_length(request, size_of(request));
	for (int i = 0; i < ENDLESS_SECONDS && send_text(request, "x"); i++)
		if (!pass_time(request, 1000))
			return;
}

static void act_silence(struct request *request, const char *argument)
{
	(void)argument;
	pass_time(request, ENDLESS_SECONDS * 1000);
}

static void act_garbage(struct request *request, const char *argument)
{
	(void)argument;
	for (unsigned int i = 0, chaos = 1; i < 4096; i++) {
		chaos = chaos * 1103515245 + 12345;
		send_bytes(request, (char[]){ chaos >> 16 }, 1);
	}
}

static const struct {
	const char *name;
	void (*act)(struct request *request, const char *argument);
} actions[] = {
	{ "truncate", act_truncate },	  /* N bytes of the whole that is announced */
	{ "cut", act_cut },		  /* N bytes, nothing announced, a clean end */
	{ "longer", act_longer },	  /* N bytes more than the file has, announced */
	{ "surplus", act_surplus },	  /* the file is announced, and N bytes follow it */
	{ "unannounced", act_unannounced }, /* N bytes more, nothing announced */
	{ "damage", act_damage }, /* with a bit of byte N flipped */
	{ "length", act_length },	  /* the file, announced as ARGUMENT bytes */
	{ "encoded", act_encoded },	  /* the file ARGUMENT as Content-Encoding: gzip */
	{ "chunked", act_chunked },	  /* chunks without end */
	{ "endless", act_endless },	  /* status N and a body without end */
	{ "header-line", act_header_line },   /* a line of the header without end */
	{ "header-lines", act_header_lines }, /* lines of the header without end */
	{ "informational", act_informational }, /* preliminary answers without end */
	{ "status", act_status },	  /* status N and a page of HTML */
	{ "bare", act_bare },		  /* status N and nothing */
	{ "redirect", act_redirect },	  /* to the URL ARGUMENT */
	{ "drip", act_drip },		  /* one byte a second */
	{ "silence", act_silence },	  /* no answer; also for the handshake */
	{ "garbage", act_garbage },	  /* what is no HTTP */
	/* for the handshake only, see there: close, old, certificate FILE */
};

/* Return: whether there is an action of that name. */
static bool act(struct request *request, const char *name, const char *argument)
{
	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
		if (!strcmp(name, actions[i].name)) {
			actions[i].act(request, argument);
			return true;
		}
	return false;
}

#endif
