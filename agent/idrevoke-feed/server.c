// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <microhttpd.h>
#include <openssl/evp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/queue.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "../lib/feed.h"
#include "../lib/server_loop.h"
#include "../lib/write.h"
#include "answer.h"
#include "certificate.h"
#include "feed_tool.h"
#include "server.h"

/* Longest wait that a client gets, and longest silence of one, seconds. */
#define WAIT_MAX 300
#define CONNECTION_TIMEOUT 60U

/* Clients at once; of those that come then, each waits for one to leave. */
#define CONNECTIONS_MAX 16384U

/* A client's socket, and the file that it fetches. */
#define DESCRIPTORS_EACH 2
#define DESCRIPTORS_BESIDES 64

/* Bytes for a client's request; and a little for each that waits. */
#define CONNECTION_MEMORY ((size_t)8192)

/* What GnuTLS calls normal has TLS 1.0 as well. */
#define TLS_VERSIONS "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"

#define SECOND_US 1000000ULL

/* Quotes, SHA-256 in hexadecimal, terminator. */
#define ETAG_SIZE (2 * IDREVOKE_SHA256_SIZE + 3)

/* One request for as long as it lasts. */
struct request {
	LIST_ENTRY(request) others;
	struct server *server;
	struct MHD_Connection *connection;
	sd_event_source *deadline;	/* not NULL: it waits, and is in the list */
	bool waited;			/* long enough */
};

struct server {
	const struct server_options *options;
	struct MHD_Daemon *daemon;
	sd_event *event;
	struct idrevoke_server_loop loop;
	sd_event_source *watch;
	LIST_HEAD(, request) waiting;
	char *latest;
	size_t latest_size;
	char etag[ETAG_SIZE];
};

static void stop_waiting(struct request *request)
{
	request->deadline = sd_event_source_disable_unref(request->deadline);
	LIST_REMOVE(request, others);
	MHD_resume_connection(request->connection);
}

static int on_deadline(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct request *request = userdata;

	(void)source;
	(void)usec;
	request->waited = true;
	stop_waiting(request);
	return idrevoke_server_loop_run(&request->server->loop);
}

static bool start_waiting(struct request *request, unsigned int seconds)
{
	struct server *server = request->server;

	if (sd_event_add_time_relative(server->event, &request->deadline, CLOCK_MONOTONIC,
				       seconds * SECOND_US, 0, on_deadline, request) < 0)
		return false;
	LIST_INSERT_HEAD(&server->waiting, request, others);
	MHD_suspend_connection(request->connection);
	return true;
}

/* Reads latest again; those who wait are answered if it is another. */
static void reload(struct server *server)
{
	uint8_t sha256[EVP_MAX_MD_SIZE];
	char etag[ETAG_SIZE] = "\"", *latest;
	size_t size;
	int error = idrevoke_file_read(server->options->feed, IDREVOKE_FEED_LATEST,
				       IDREVOKE_NOTE_MAX, &latest, &size);

	if (error) {
		if (error != -ENOENT)
			complain("%s: %s", IDREVOKE_FEED_LATEST, strerror(-error));
		return;
	}
	if (EVP_Digest(latest, size, sha256, NULL, EVP_sha256(), NULL) != 1) {
		complain("%s: cannot hash", IDREVOKE_FEED_LATEST);
		free(latest);
		return;
	}
	for (int i = 0; i < IDREVOKE_SHA256_SIZE; i++)
		sprintf(etag + 1 + 2 * i, "%02x", sha256[i]);
	strcat(etag, "\"");
	free(server->latest);
	server->latest = latest;
	server->latest_size = size;
	if (!strcmp(server->etag, etag))
		return;
	strcpy(server->etag, etag);
	while (!LIST_EMPTY(&server->waiting))
		stop_waiting(LIST_FIRST(&server->waiting));
}

static int on_inotify(sd_event_source *source, const struct inotify_event *event, void *userdata)
{
	struct server *server = userdata;

	(void)source;
	if (!(event->mask & IN_Q_OVERFLOW) &&
	    (!event->len || strcmp(event->name, IDREVOKE_FEED_LATEST)))
		return 0;
	reload(server);
	return idrevoke_server_loop_run(&server->loop);
}

/* The seconds of "Prefer: wait=<seconds>"; 0: it is not asked for. */
static unsigned int wait_of(struct MHD_Connection *connection)
{
	const char *prefer = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Prefer");
	unsigned int seconds = 0;

	if (!prefer || sscanf(prefer, "wait=%5u", &seconds) != 1)
		return 0;
	return seconds < WAIT_MAX ? seconds : WAIT_MAX;
}

static enum MHD_Result answer_latest(struct request *request)
{
	struct MHD_Connection *connection = request->connection;
	struct server *server = request->server;
	unsigned int wait = wait_of(connection);
	bool same = server->latest && answer_has(connection, server->etag);
	struct MHD_Response *response;

	if (same && wait && !request->waited && start_waiting(request, wait))
		return MHD_YES;
	if (!server->latest)
		return answer_error(connection, MHD_HTTP_NOT_FOUND, "nothing is published yet\n");
	response = MHD_create_response_from_buffer(same ? 0 : server->latest_size, server->latest,
						   MHD_RESPMEM_MUST_COPY);
	if (!response)
		return MHD_NO;
	MHD_add_response_header(response, MHD_HTTP_HEADER_ETAG, server->etag);
	MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-cache");
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE,
				"text/plain; charset=utf-8");
	if (wait)
		MHD_add_response_header(response, "Preference-Applied", "wait");
	return answer(connection, same ? MHD_HTTP_NOT_MODIFIED : MHD_HTTP_OK, response);
}

static enum MHD_Result on_request(void *userdata, struct MHD_Connection *connection,
				  const char *url, const char *method, const char *version,
				  const char *upload, size_t *upload_size, void **context)
{
	struct request *request = *context;

	(void)version;
	(void)upload;
	if (!request) {
		/* the headers are there; answers are given when called again */
		request = calloc(1, sizeof(*request));
		if (!request)
			return MHD_NO;
		request->server = userdata;
		request->connection = connection;
		*context = request;
		return MHD_YES;
	}
	if (*upload_size) {
		*upload_size = 0;
		return MHD_YES;
	}
	if (strcmp(method, MHD_HTTP_METHOD_GET) && strcmp(method, MHD_HTTP_METHOD_HEAD))
		return answer_error(connection, MHD_HTTP_METHOD_NOT_ALLOWED, "GET only\n");
	if (!strcmp(url, "/" IDREVOKE_FEED_LATEST))
		return answer_latest(request);
	return answer_file(connection, request->server->options->feed, url + (url[0] == '/'));
}

static void on_completed(void *userdata, struct MHD_Connection *connection, void **context,
			 enum MHD_RequestTerminationCode code)
{
	struct request *request = *context;

	(void)userdata;
	(void)connection;
	(void)code;
	if (request && request->deadline) {
		sd_event_source_disable_unref(request->deadline);
		LIST_REMOVE(request, others);
	}
	free(request);
	*context = NULL;
}

/* Has the loop run libmicrohttpd, and watch the feed. */
static int watch(struct server *server)
{
	char path[32];

	/* sd-event takes paths only; this one is the directory that is open */
	snprintf(path, sizeof(path), "/proc/self/fd/%d", server->options->feed);
	if (idrevoke_server_loop_start(&server->loop, server->event, server->daemon) ||
	    sd_event_add_inotify(server->event, &server->watch, path, IN_MOVED_TO, on_inotify,
				 server) < 0) {
		complain("cannot watch the feed");
		return -1;
	}
	reload(server);
	return 0;
}

/*
 * As many clients as the system lets this process have: one descriptor each, and
 * some for files and the store.
 */
static unsigned int connection_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return CONNECTIONS_MAX;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
	if (limit.rlim_cur >= CONNECTIONS_MAX * DESCRIPTORS_EACH + DESCRIPTORS_BESIDES)
		return CONNECTIONS_MAX;
	return limit.rlim_cur > 2 * DESCRIPTORS_BESIDES ?
		       (limit.rlim_cur - DESCRIPTORS_BESIDES) / DESCRIPTORS_EACH :
		       1;
}

int server_start(struct server **server, sd_event *event, const struct server_options *options)
{
	struct server *new = calloc(1, sizeof(*new));

	*server = NULL;
	if (!new) {
		complain("out of memory");
		return -1;
	}
	new->options = options;
	new->event = event;
	LIST_INIT(&new->waiting);
	errno = 0;
	new->daemon = MHD_start_daemon(
		MHD_USE_EPOLL | MHD_USE_TLS | MHD_ALLOW_SUSPEND_RESUME |
			(options->address.ss_family == AF_INET6 ? MHD_USE_IPv6 : 0),
		0, NULL, NULL, on_request, new, MHD_OPTION_SOCK_ADDR, &options->address,
		MHD_OPTION_HTTPS_CERT_CALLBACK, certificate_retrieve,
		MHD_OPTION_HTTPS_PRIORITIES, TLS_VERSIONS, MHD_OPTION_NOTIFY_COMPLETED,
		on_completed, new, MHD_OPTION_CONNECTION_LIMIT, connection_limit(),
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_MEMORY,
		MHD_OPTION_LISTEN_BACKLOG_SIZE, (unsigned int)SOMAXCONN,
		MHD_OPTION_CONNECTION_TIMEOUT, CONNECTION_TIMEOUT,
		MHD_OPTION_END);
	if (!new->daemon) {
		complain("cannot serve: %s", errno ? strerror(errno) : "no TLS");
		free(new);
		return -1;
	}
	if (watch(new)) {
		server_stop(new);
		return -1;
	}
	*server = new;
	return 0;
}

uint16_t server_port(const struct server *server)
{
	const union MHD_DaemonInfo *info =
		MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_BIND_PORT);

	return info ? info->port : 0;
}

void server_stop(struct server *server)
{
	if (!server)
		return;
	while (!LIST_EMPTY(&server->waiting)) {
		LIST_FIRST(&server->waiting)->waited = true;
		stop_waiting(LIST_FIRST(&server->waiting));
	}
	MHD_run(server->daemon);
	idrevoke_server_loop_stop(&server->loop);
	MHD_stop_daemon(server->daemon);
	sd_event_source_disable_unref(server->watch);
	free(server->latest);
	free(server);
}
