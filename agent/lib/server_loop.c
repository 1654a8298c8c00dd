// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>

#include "server_loop.h"

int idrevoke_server_loop_run(struct idrevoke_server_loop *loop)
{
	MHD_UNSIGNED_LONG_LONG timeout;
	int error;

	MHD_run(loop->daemon);
	if (MHD_get_timeout(loop->daemon, &timeout) != MHD_YES)
		return sd_event_source_set_enabled(loop->timer, SD_EVENT_OFF);
	error = sd_event_source_set_time_relative(loop->timer, timeout * 1000);
	return error < 0 ? error : sd_event_source_set_enabled(loop->timer, SD_EVENT_ONESHOT);
}

static int on_io(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	(void)source;
	(void)fd;
	(void)events;
	return idrevoke_server_loop_run(userdata);
}

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata)
{
	(void)source;
	(void)usec;
	return idrevoke_server_loop_run(userdata);
}

int idrevoke_server_loop_start(struct idrevoke_server_loop *loop, sd_event *event,
			       struct MHD_Daemon *daemon)
{
	const union MHD_DaemonInfo *info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_EPOLL_FD);
	int error;

	*loop = (struct idrevoke_server_loop){ .daemon = daemon };
	if (!info)
		return -EINVAL;
	error = sd_event_add_io(event, &loop->io, info->epoll_fd, EPOLLIN, on_io, loop);
	if (error >= 0)
		error = sd_event_add_time_relative(event, &loop->timer, CLOCK_MONOTONIC, 0, 1,
						   on_timer, loop);
	if (error < 0)
		idrevoke_server_loop_stop(loop);
	return error < 0 ? error : 0;
}

void idrevoke_server_loop_stop(struct idrevoke_server_loop *loop)
{
	sd_event_source_disable_unref(loop->io);
	sd_event_source_disable_unref(loop->timer);
	memset(loop, 0, sizeof(*loop));
}
