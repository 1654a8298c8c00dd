/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* libmicrohttpd run by sd-event: one thread, no locks. */
#ifndef IDREVOKE_LIB_SERVER_LOOP_H
#define IDREVOKE_LIB_SERVER_LOOP_H

#include <microhttpd.h>
#include <systemd/sd-event.h>

/**
 * struct idrevoke_server_loop - what runs a daemon; all zero before and after
 * @daemon: which
 * @io: its sockets
 * @timer: the next time that it wants to be run
 */
struct idrevoke_server_loop {
	struct MHD_Daemon *daemon;
	sd_event_source *io;
	sd_event_source *timer;
};

/**
 * idrevoke_server_loop_start() - have a loop run a daemon
 * @loop: out; all zero on failure
 * @event: the loop
 * @daemon: of MHD_start_daemon() with MHD_USE_EPOLL and no thread; it stays the
 *	caller's, who stops it after idrevoke_server_loop_stop()
 *
 * Return: 0 or a negative errno.
 */
int idrevoke_server_loop_start(struct idrevoke_server_loop *loop, sd_event *event,
			       struct MHD_Daemon *daemon);

/**
 * idrevoke_server_loop_run() - let the daemon do what is to be done
 * @loop: what runs it
 *
 * Only needed after MHD_resume_connection() and the like.
 *
 * Return: 0 or a negative errno.
 */
int idrevoke_server_loop_run(struct idrevoke_server_loop *loop);

/**
 * idrevoke_server_loop_stop() - do not run it any more
 * @loop: what runs it, or all zero
 */
void idrevoke_server_loop_stop(struct idrevoke_server_loop *loop);

#endif /* IDREVOKE_LIB_SERVER_LOOP_H */
