/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * GET /metrics, on a UNIX socket or on the loopback interface: libmicrohttpd on
 * the event loop. An address that cannot be had is tried again for ever.
 */
#ifndef IDREVOKED_METRICS_SERVER_H
#define IDREVOKED_METRICS_SERVER_H

#include <sys/socket.h>
#include <systemd/sd-event.h>

struct metrics_server;
struct sync;

/**
 * metrics_address() - read where metrics are to be had
 * @text: "/path/of/a/socket", "127.0.0.1:9464" or "[::1]:9464"
 * @address: out
 *
 * Return: NULL; or what is wrong with it, for "metrics %s".
 */
const char *metrics_address(const char *text, struct sockaddr_storage *address);

/**
 * metrics_server_new() - prepare; nothing is served yet
 * @server: out
 * @event: the loop
 * @sync: whom to ask; outlives it
 *
 * Return: 0 or a negative errno.
 */
int metrics_server_new(struct metrics_server **server, sd_event *event, struct sync *sync);

/**
 * metrics_server_listen() - serve at an address from now on, and nowhere else
 * @server: what metrics_server_new() gave
 * @address: as metrics_address() took it; NULL: nowhere; is needed until another
 *	is given, or the end
 */
void metrics_server_listen(struct metrics_server *server, const char *address);

/**
 * metrics_server_free() - end
 * @server: what metrics_server_new() gave, or NULL
 */
void metrics_server_free(struct metrics_server *server);

#endif /* IDREVOKED_METRICS_SERVER_H */
