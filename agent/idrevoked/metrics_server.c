// SPDX-License-Identifier: GPL-2.0-or-later
#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "../lib/server_loop.h"
#include "log.h"
#include "metrics.h"
#include "metrics_server.h"
#include "retry.h"
#include "sync.h"

#define CONTENT_TYPE "application/openmetrics-text; version=1.0.0; charset=utf-8"

/* Scrapers at once, and how long one may keep silent, seconds. */
#define CONNECTIONS_MAX 16U
#define CONNECTION_TIMEOUT 10U

struct metrics_server {
	sd_event *event;
	struct sync *sync;
	struct retry retry;
	const char *address;	   /* NULL: nowhere */
	struct MHD_Daemon *daemon; /* NULL: not at present */
	struct idrevoke_server_loop loop;
	bool trouble; /* told that the address cannot be had */
};

static bool is_port(const char *text, in_port_t *port)
{
	/* Without a colon, there is no host. */
	/* NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker) */
	size_t length = strspn(text, "0123456789");
	unsigned long value = length && length < 6 && !text[length] ? strtoul(text, NULL, 10) : 0;

	*port = htons(value);
	return value && value <= UINT16_MAX;
}

const char *metrics_address(const char *text, struct sockaddr_storage *address)
{
	struct sockaddr_un *un = (struct sockaddr_un *)address;
	struct sockaddr_in *in = (struct sockaddr_in *)address;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)address;
	const char *colon = strrchr(text, ':');
	char host[INET6_ADDRSTRLEN + 2] = "";

	memset(address, 0, sizeof(*address));
	if (text[0] == '/') {
		un->sun_family = AF_UNIX;
		if (strlen(text) >= sizeof(un->sun_path))
			return "must be a path of at most 107 bytes";
		strcpy(un->sun_path, text);
		return NULL;
	}
	if (colon && (size_t)(colon - text) < sizeof(host))
		memcpy(host, text, colon - text);
	if (inet_pton(AF_INET, host, &in->sin_addr) == 1 && is_port(colon + 1, &in->sin_port)) {
		in->sin_family = AF_INET;
		if (ntohl(in->sin_addr.s_addr) >> IN_CLASSA_NSHIFT == IN_LOOPBACKNET)
			return NULL;
	} else if (!strcmp(host, "[::1]") && is_port(colon + 1, &in6->sin6_port)) {
		in6->sin6_family = AF_INET6;
		in6->sin6_addr = in6addr_loopback;
		return NULL;
	}
	return "must be the absolute path of a socket, or a loopback address with a port, such as "
	       "127.0.0.1:9464 or [::1]:9464";
}

/* A socket at which nobody answers was left by an agent that is dead. */
static int clear_path(const struct sockaddr_un *address)
{
	struct stat status;
	int fd, error;

	if (lstat(address->sun_path, &status))
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISSOCK(status.st_mode))
		return -ENOTSOCK;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	error = connect(fd, (const struct sockaddr *)address, sizeof(*address)) ? errno :
										 EADDRINUSE;
	close(fd);
	if (error != ECONNREFUSED)
		return -error;
	return unlink(address->sun_path) ? -errno : 0;
}

static socklen_t size_of(const struct sockaddr_storage *address)
{
	switch (address->ss_family) {
	case AF_UNIX:
		return sizeof(struct sockaddr_un);
	case AF_INET:
		return sizeof(struct sockaddr_in);
	default:
		return sizeof(struct sockaddr_in6);
	}
}

/* Return: a socket that listens, or a negative errno. */
static int listen_at(const struct sockaddr_storage *address)
{
	const int on = 1;
	int fd, error = 0;
	mode_t mask;

	if (address->ss_family == AF_UNIX)
		error = clear_path((const struct sockaddr_un *)address);
	if (error)
		return error;
	fd = socket(address->ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	if (address->ss_family != AF_UNIX)
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	mask = umask(0117);
	if (bind(fd, (const struct sockaddr *)address, size_of(address)) ||
	    listen(fd, CONNECTIONS_MAX))
		error = -errno;
	umask(mask);
	if (!error)
		return fd;
	close(fd);
	return error;
}

static enum MHD_Result answer(struct MHD_Connection *connection, unsigned int status,
			      const char *type, char *text, size_t size,
			      enum MHD_ResponseMemoryMode mode)
{
	struct MHD_Response *response = MHD_create_response_from_buffer(size, text, mode);
	enum MHD_Result result;

	if (!response)
		return MHD_NO;
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
	if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
		MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, MHD_HTTP_METHOD_GET);
	result = MHD_queue_response(connection, status, response);
	MHD_destroy_response(response);
	return result;
}

static enum MHD_Result answer_error(struct MHD_Connection *connection, unsigned int status,
				    const char *text)
{
	return answer(connection, status, "text/plain; charset=utf-8", (char *)text, strlen(text),
		      MHD_RESPMEM_PERSISTENT);
}

static enum MHD_Result answer_metrics(struct metrics_server *server,
				      struct MHD_Connection *connection)
{
	struct metrics_view view;
	char *text = NULL;
	size_t size;
	FILE *to = open_memstream(&text, &size);

	if (!to)
		return MHD_NO;
	sync_view(server->sync, &view);
	metrics_write(to, &view);
	if (fclose(to)) {
		free(text);
		return MHD_NO;
	}
	return answer(connection, MHD_HTTP_OK, CONTENT_TYPE, text, size, MHD_RESPMEM_MUST_FREE);
}

static enum MHD_Result on_request(void *userdata, struct MHD_Connection *connection,
				  const char *url, const char *method, const char *version,
				  const char *upload, size_t *upload_size, void **context)
{
	(void)version;
	(void)upload;
	if (!*context || *upload_size) {
		/* only the headers so far, or more of what nobody asked for */
		*context = userdata;
		*upload_size = 0;
		return MHD_YES;
	}
	if (strcmp(url, "/metrics"))
		return answer_error(connection, MHD_HTTP_NOT_FOUND, "there is only /metrics\n");
	if (strcmp(method, MHD_HTTP_METHOD_GET))
		return answer_error(connection, MHD_HTTP_METHOD_NOT_ALLOWED, "GET only\n");
	return answer_metrics(userdata, connection);
}

static void stop(struct metrics_server *server)
{
	if (!server->daemon)
		return;
	idrevoke_server_loop_stop(&server->loop);
	MHD_stop_daemon(server->daemon);
	server->daemon = NULL;
	if (server->address[0] == '/')
		unlink(server->address);
}

static int start(struct metrics_server *server)
{
	struct sockaddr_storage address;
	int fd, error;

	if (metrics_address(server->address, &address))
		return -EINVAL;
	fd = listen_at(&address);
	if (fd < 0)
		return fd;
	server->daemon = MHD_start_daemon(MHD_USE_EPOLL, 0, NULL, NULL, on_request, server,
					  MHD_OPTION_LISTEN_SOCKET, fd,
					  MHD_OPTION_CONNECTION_LIMIT, CONNECTIONS_MAX,
					  MHD_OPTION_CONNECTION_TIMEOUT, CONNECTION_TIMEOUT,
					  MHD_OPTION_END);
	if (!server->daemon) {
		close(fd);
		return -ENOMEM;
	}
	error = idrevoke_server_loop_start(&server->loop, server->event, server->daemon);
	if (error)
		stop(server);
	return error;
}

/* Metrics are no reason to end, nor to be given up. */
static void try(struct metrics_server *server)
{
	int error = start(server);

	if (error) {
		if (!server->trouble)
			log_event(LOG_ERR, MESSAGE_METRICS_FAILED, LOG_FIELDS(.error = -error),
				  "metrics cannot be had at %s: %s; trying again",
				  server->address,
				  error == -ENOTSOCK ? "there is a file that is no socket" :
						       strerror(-error));
		server->trouble = true;
		retry_later(&server->retry);
		return;
	}
	log_event(LOG_INFO, MESSAGE_METRICS_WORK, NULL, "metrics can be had at %s",
		  server->address);
	server->trouble = false;
	retry_worked(&server->retry);
}

static int on_retry(sd_event_source *source, uint64_t usec, void *userdata)
{
	(void)source;
	(void)usec;
	try(userdata);
	return 0;
}

int metrics_server_new(struct metrics_server **server, sd_event *event, struct sync *sync)
{
	struct metrics_server *new = calloc(1, sizeof(*new));
	int error;

	*server = NULL;
	if (!new)
		return -ENOMEM;
	new->event = event;
	new->sync = sync;
	error = retry_init(&new->retry, event, on_retry, new);
	if (error < 0) {
		metrics_server_free(new);
		return error;
	}
	*server = new;
	return 0;
}

void metrics_server_listen(struct metrics_server *server, const char *address)
{
	stop(server);
	sd_event_source_set_enabled(server->retry.timer, SD_EVENT_OFF);
	server->trouble = false;
	server->address = address;
	if (address)
		try(server);
}

void metrics_server_free(struct metrics_server *server)
{
	if (!server)
		return;
	stop(server);
	retry_free(&server->retry);
	free(server);
}
