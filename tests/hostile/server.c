// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * An HTTPS server on loopback that serves a directory, and misbehaves as it is
 * told: a file of rules is read again for every request, so that a test can
 * change its mind while the server runs. Each line of it is
 *
 *	PATTERN ACTION [ARGUMENT]
 *
 * where the pattern, as of fnmatch(3), is matched with the path that is asked for,
 * or with "handshake" before anything is: see shake_hands() for what can be done
 * then, and actions.h for what can be done later. The first line that fits counts;
 * with none, the server is a good one, and holds its answer back if asked to
 * (Prefer: wait).
 *
 * Prints the port, and on standard error what is asked for.
 */
#include <fnmatch.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "actions.h"

struct rule {
	char pattern[TEXT], action[TEXT], argument[TEXT];
};

static const char *rules, *good_certificate;

static bool find_rule(const char *subject, struct rule *rule)
{
	FILE *file = fopen(rules, "r");
	char line[2 * TEXT];
	bool found = false;

	while (file && !found && fgets(line, sizeof(line), file)) {
		rule->argument[0] = '\0';
		found = sscanf(line, "%511s %511s %511s", rule->pattern, rule->action,
			       rule->argument) >= 2 &&
			!fnmatch(rule->pattern, subject, 0);
	}
	if (file)
		fclose(file);
	return found;
}

/* What a good server does. */
static void serve_file(struct request *request, const char *etag)
{
	char lines[2 * TEXT], *data;
	size_t size;

	snprintf(lines, sizeof(lines), "ETag: %s\r\nPreference-Applied: wait\r\n", etag);
	if (!strcmp(etag, request->etag)) {
		send_head(request, 304, lines);
		return;
	}
	data = read_file(request, &size);
	if (!data)
		return;
	snprintf(lines + strlen(lines), TEXT, "Content-Length: %zu\r\n", size);
	send_head(request, 200, lines);
	send_bytes(request, data, size);
	free(data);
}

/*
 * Holds the answer back until there is news, or a rule for it, or one for the next
 * handshake, to which whoever waits here would otherwise come late.
 */
static void answer(struct request *request)
{
	char path[2 * TEXT], etag[TEXT];
	int left = request->wait * 1000;
	struct rule rule, next;

	snprintf(path, sizeof(path), "%s%s", directory, request->path);
	for (; !find_rule(request->path, &rule); left -= 20) {
		struct stat status = { 0 };

		stat(path, &status);
		snprintf(etag, sizeof(etag), "\"%lu-%ld-%ld\"", status.st_ino,
			 status.st_mtim.tv_sec, status.st_mtim.tv_nsec);
		if (strcmp(etag, request->etag) || left <= 0 || find_rule("handshake", &next)) {
			serve_file(request, etag);
			return;
		}
		if (!pass_time(request, 20))
			return;
	}
	if (!act(request, rule.action, rule.argument))
		fprintf(stderr, "there is no action %s\n", rule.action);
}

static bool read_request(struct request *request)
{
	char text[8192], *line, *rest;
	size_t size = 0;

	do {
		int got = SSL_read(request->tls, text + size, sizeof(text) - 1 - size);

		if (got <= 0)
			return false;
		size += got;
		text[size] = '\0';
	} while (!strstr(text, "\r\n\r\n") && size < sizeof(text) - 1);

	line = strtok_r(text, "\r\n", &rest);
	if (!line || sscanf(line, "GET %511s HTTP/1.1", request->path) != 1)
		return false;
	fprintf(stderr, "GET %s\n", request->path);
	while ((line = strtok_r(NULL, "\r\n", &rest))) {
		sscanf(line, "If-None-Match: %511[^\r\n]", request->etag);
		sscanf(line, "Prefer: wait=%d", &request->wait);
	}
	return true;
}

static SSL_CTX *new_context(const char *certificate, int newest)
{
	SSL_CTX *context = SSL_CTX_new(TLS_server_method());

	if (context && newest) {
		SSL_CTX_set_cipher_list(context, "ALL:@SECLEVEL=0");
		SSL_CTX_set_min_proto_version(context, TLS1_VERSION);
		SSL_CTX_set_max_proto_version(context, newest);
	}
	if (!context || SSL_CTX_use_certificate_chain_file(context, certificate) != 1 ||
	    SSL_CTX_use_PrivateKey_file(context, certificate, SSL_FILETYPE_PEM) != 1) {
		ERR_print_errors_fp(stderr);
		SSL_CTX_free(context);
		return NULL;
	}
	return context;
}

/* Return: whether there is somebody to answer to. */
static bool shake_hands(struct request *request)
{
	const char *certificate = good_certificate;
	struct rule rule = { 0 };
	SSL_CTX *context;
	char hello[1024];
	int newest = 0;

	if (find_rule("handshake", &rule)) {
		if (!strcmp(rule.action, "silence")) {
			act_silence(request, NULL);
			return false;
		}
		if (!strcmp(rule.action, "close")) {
			/* half a record */
			if (recv(request->fd, hello, sizeof(hello), 0) > 0)
				send(request->fd, "\x16\x03\x03\x00\x7a\x02", 6, 0);
			return false;
		}
		if (!strcmp(rule.action, "old"))
			newest = TLS1_1_VERSION;
		if (!strcmp(rule.action, "certificate"))
			certificate = rule.argument;
	}
	context = new_context(certificate, newest);
	if (context)
		request->tls = SSL_new(context);
	SSL_CTX_free(context);
	return request->tls && SSL_set_fd(request->tls, request->fd) == 1 &&
	       SSL_accept(request->tls) == 1;
}

static void *connection(void *argument)
{
	struct request request = { .fd = (intptr_t)argument };
	struct timeval limit = { .tv_sec = ENDLESS_SECONDS };

	setsockopt(request.fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	setsockopt(request.fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	if (shake_hands(&request) && read_request(&request))
		answer(&request);
	SSL_free(request.tls);
	close(request.fd);
	return NULL;
}

static int listen_at(const char *port)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons(port ? atoi(port) : 0),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t size = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (listener < 0 || bind(listener, (struct sockaddr *)&address, size) ||
	    listen(listener, 64) || getsockname(listener, (struct sockaddr *)&address, &size))
		return -1;
	printf("port %d\n", ntohs(address.sin_port));
	fflush(stdout);
	return listener;
}

int main(int argc, char **argv)
{
	pthread_attr_t detached;
	pthread_t thread;
	int listener, fd;

	if (argc != 4 && argc != 5) {
		fputs("usage: server DIRECTORY RULES CERTIFICATE [PORT]\n"
		      "The file CERTIFICATE has the key as well.\n",
		      stderr);
		return 2;
	}
	directory = argv[1];
	rules = argv[2];
	good_certificate = argv[3];
	signal(SIGPIPE, SIG_IGN);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	pthread_attr_init(&detached);
	pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
	listener = listen_at(argv[4]);
	if (listener < 0) {
		perror("server");
		return 1;
	}
	while ((fd = accept(listener, NULL, NULL)) >= 0)
		if (pthread_create(&thread, &detached, connection, (void *)(intptr_t)fd))
			close(fd);
	perror("server");
	return 1;
}
