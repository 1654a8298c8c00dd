/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * HTTPS for the feed: static files, and latest, for which a client may wait:
 *
 *	GET /latest
 *	If-None-Match: "<ETag of what the client has>"
 *	Prefer: wait=<seconds>
 *
 * is answered as soon as latest is another, or with 304 after that time, 300
 * seconds at most. The
 * certificate is the one that certificate_load() read.
 */
#ifndef IDREVOKE_FEED_SERVER_H
#define IDREVOKE_FEED_SERVER_H

#include <netinet/in.h>
#include <systemd/sd-event.h>

struct server;

/**
 * struct server_options - what a server needs
 * @feed: descriptor of the feed's directory
 * @address: where to listen
 */
struct server_options {
	int feed;
	struct sockaddr_storage address;
};

/**
 * server_start() - start to serve; says on standard error why it cannot
 * @server: out; NULL on failure
 * @event: the loop
 * @options: the above, which outlive the server
 *
 * Return: 0 or -1.
 */
int server_start(struct server **server, sd_event *event, const struct server_options *options);

/**
 * server_port() - where it listens
 * @server: the server
 *
 * Return: the port.
 */
uint16_t server_port(const struct server *server);

/**
 * server_stop() - answer those who wait, and end
 * @server: the server or NULL
 */
void server_stop(struct server *server);

#endif /* IDREVOKE_FEED_SERVER_H */
