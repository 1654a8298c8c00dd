// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "kernel.h"
#include "log.h"
#include "metrics.h"

struct kernel {
	sd_event *loop;
	struct idrevoke_netlink *link; /* NULL: not connected */
	struct idrevoke_netlink_events *events; /* NULL: not subscribed */
	sd_event_source *source;
	kernel_changed_t changed;
	void *userdata;
	bool absence_told;
};

static void disconnect(struct kernel *kernel)
{
	idrevoke_netlink_close(kernel->link);
	kernel->link = NULL;
}

static int connect_link(struct kernel *kernel)
{
	int error;

	if (kernel->link)
		return 0;
	error = idrevoke_netlink_open(&kernel->link);
	if (error == -ENOENT && !kernel->absence_told)
		log_event(LOG_WARNING, MESSAGE_MODULE_ABSENT, NULL,
			  "the kernel module idrevoke is not loaded; waiting for it");
	else if (error && error != -ENOENT)
		log_line(LOG_ERR, "cannot connect to the kernel: %s", strerror(-error));
	kernel->absence_told = error == -ENOENT;
	return error;
}

static void unsubscribe(struct kernel *kernel)
{
	kernel->source = sd_event_source_disable_unref(kernel->source);
	idrevoke_netlink_events_close(kernel->events);
	kernel->events = NULL;
}

/* Events only say when to look: what is in force is asked for. */
static int on_events(sd_event_source *source, int fd, uint32_t what, void *userdata)
{
	struct kernel *kernel = userdata;
	bool changed = false, appeared = false;
	struct idrevoke_status status;
	uint32_t event;
	int news;

	(void)source;
	(void)fd;
	(void)what;
	while ((news = idrevoke_netlink_events_read(kernel->events, &event, &status)) > 0) {
		changed = true;
		if (news == IDREVOKE_NEWS_APPEARED) {
			log_event(LOG_NOTICE, MESSAGE_MODULE_LOADED, NULL,
				  "the kernel module idrevoke was loaded");
			disconnect(kernel); /* its predecessor's family is no more */
			appeared = true;
		} else if (news == IDREVOKE_NEWS_GONE) {
			log_event(LOG_WARNING, MESSAGE_MODULE_UNLOADED, NULL,
				  "the kernel module idrevoke was unloaded");
			disconnect(kernel);
			kernel->absence_told = true;
		}
	}
	if (news < 0) {
		/* Anything may have happened, and go on happening unheard. */
		log_line(LOG_ERR, "cannot read the kernel's events: %s", strerror(-news));
		unsubscribe(kernel);
		changed = appeared = true;
	}
	if (changed)
		kernel->changed(kernel->userdata, appeared);
	return 0;
}

static int subscribe(struct kernel *kernel)
{
	int error;

	if (kernel->events)
		return 0;
	error = idrevoke_netlink_events_open(&kernel->events);
	if (!error)
		error = sd_event_add_io(kernel->loop, &kernel->source,
					idrevoke_netlink_events_fd(kernel->events), EPOLLIN,
					on_events, kernel);
	if (error >= 0)
		return 0;
	unsubscribe(kernel);
	return error;
}

int kernel_new(struct kernel **kernel, sd_event *event, kernel_changed_t changed,
	       void *userdata)
{
	struct kernel *new = calloc(1, sizeof(*new));
	int error;

	*kernel = NULL;
	if (!new)
		return -ENOMEM;
	new->loop = event;
	new->changed = changed;
	new->userdata = userdata;
	error = subscribe(new);
	if (error) {
		kernel_free(new);
		return error;
	}
	*kernel = new;
	return 0;
}

void kernel_free(struct kernel *kernel)
{
	if (!kernel)
		return;
	unsubscribe(kernel);
	disconnect(kernel);
	free(kernel);
}

int kernel_status(struct kernel *kernel, struct idrevoke_status *status)
{
	int error = subscribe(kernel);

	if (error)
		log_line(LOG_ERR, "cannot subscribe to the kernel's events: %s", strerror(-error));
	if (!error)
		error = connect_link(kernel);
	if (error)
		return error;
	error = idrevoke_netlink_status(kernel->link, status);
	if (error == -ENOENT) {
		/* Unloaded, and perhaps loaded again since the link was made. */
		disconnect(kernel);
		error = connect_link(kernel);
		if (error)
			return error;
		error = idrevoke_netlink_status(kernel->link, status);
	}
	if (error) {
		log_line(LOG_ERR, "cannot ask the kernel: %s",
			 idrevoke_netlink_message(kernel->link));
		disconnect(kernel);
	}
	return error;
}

int kernel_borrow(struct kernel *kernel, struct idrevoke_netlink **link)
{
	int error = connect_link(kernel);

	*link = kernel->link;
	kernel->link = NULL;
	return error;
}

void kernel_return(struct kernel *kernel, struct idrevoke_netlink *link)
{
	disconnect(kernel);
	kernel->link = link;
}

struct idrevoke_statement statement_of(const struct idrevoke_latest *latest)
{
	struct idrevoke_statement statement = {
		.epoch = latest->epoch,
		.version = latest->version,
		.count = latest->count,
		.issued = latest->issued,
		.valid_for = latest->valid_for,
	};

	idrevoke_digest_encode(&latest->digest, statement.digest);
	return statement;
}

int kernel_confirm(struct kernel *kernel, const struct idrevoke_latest *latest)
{
	const struct idrevoke_statement statement = statement_of(latest);
	int error = connect_link(kernel);

	if (error)
		return error;
	error = idrevoke_netlink_confirm(kernel->link, &statement, NULL);
	metrics_count(error ? METRICS_CONFIRMATIONS_FAILED : METRICS_CONFIRMATIONS);
	if (error) {
		log_event(LOG_ERR, MESSAGE_LIST_REFUSED,
			  LOG_FIELDS(LOG_VERSION(latest), .error = -error),
			  "the kernel refused a confirmation of version %" PRIu64 ": %s",
			  latest->version, idrevoke_netlink_message(kernel->link));
		disconnect(kernel);
	}
	return error;
}
