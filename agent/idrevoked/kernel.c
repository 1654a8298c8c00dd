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
#include "service.h"

struct kernel {
	struct idrevoke_netlink *link; /* NULL: not connected */
	struct idrevoke_netlink_events *events;
	sd_event_source *source;
	kernel_changed_t changed;
	void *userdata;
	bool absence_told;
	uint8_t block[IDREVOKE_BLOCK_SIZE];
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

/* Events only say when to look: what is in force is asked for. */
static int on_events(sd_event_source *source, int fd, uint32_t what, void *userdata)
{
	struct kernel *kernel = userdata;
	struct idrevoke_status status;
	bool changed = false;
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
		} else if (news == IDREVOKE_NEWS_GONE) {
			log_event(LOG_WARNING, MESSAGE_MODULE_UNLOADED, NULL,
				  "the kernel module idrevoke was unloaded");
			disconnect(kernel);
			kernel->absence_told = true;
		}
	}
	if (news < 0)
		log_line(LOG_ERR, "cannot read the kernel's events: %s", strerror(-news));
	if (changed)
		kernel->changed(kernel->userdata);
	return 0;
}

int kernel_new(struct kernel **kernel, sd_event *event, kernel_changed_t changed,
	       void *userdata)
{
	struct kernel *new = calloc(1, sizeof(*new));
	int error;

	*kernel = NULL;
	if (!new)
		return -ENOMEM;
	new->changed = changed;
	new->userdata = userdata;
	error = idrevoke_netlink_events_open(&new->events);
	if (!error)
		error = sd_event_add_io(event, &new->source,
					idrevoke_netlink_events_fd(new->events), EPOLLIN,
					on_events, new);
	if (error < 0) {
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
	sd_event_source_disable_unref(kernel->source);
	idrevoke_netlink_events_close(kernel->events);
	disconnect(kernel);
	free(kernel);
}

int kernel_status(struct kernel *kernel, struct idrevoke_status *status)
{
	int error = connect_link(kernel);

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

static struct idrevoke_statement statement_of(const struct idrevoke_latest *latest)
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

/* Fills the block. Return: records in it, 0: no more, or -EUCLEAN. */
static ssize_t read_block(struct kernel *kernel, struct idrevoke_merge *merge)
{
	const char *why = "?";
	ssize_t count = idrevoke_merge_read(merge, kernel->block, IDREVOKE_BLOCK_RECORDS, &why);

	service_alive();
	if (count >= 0)
		return count;
	log_event(LOG_ERR, MESSAGE_FEED_REFUSED, LOG_FIELDS(.cause = cause_name(CAUSE_DIGEST)),
		  "the issuer's files do not make up the list: %s", why);
	metrics_failed(CAUSE_DIGEST);
	return -EUCLEAN;
}

/* A snapshot goes to the kernel block by block as it is read. */
static int push_snapshot(struct kernel *kernel, struct idrevoke_merge *merge,
			 const struct idrevoke_transaction *transaction)
{
	int error = idrevoke_netlink_begin(kernel->link, transaction, NULL);
	uint64_t sent = 0;
	ssize_t count = 0;

	while (!error && (count = read_block(kernel, merge)) > 0) {
		error = idrevoke_netlink_records(kernel->link, sent, kernel->block, count);
		sent += count;
	}
	return error ? error : count;
}

/*
 * How many records a merged delta has shows only at its end, but the kernel
 * wants to know before the first: so they are all read first.
 */
static int push_delta(struct kernel *kernel, struct idrevoke_merge *merge,
		      struct idrevoke_transaction *transaction)
{
	uint8_t *records = NULL;
	size_t room = 0, count = 0;
	ssize_t more;
	int error;

	while ((more = read_block(kernel, merge)) > 0) {
		if (count + more > room) {
			uint8_t *larger;

			room = count + more > 2 * room ? count + more : 2 * room;
			larger = reallocarray(records, room, IDREVOKE_RECORD_SIZE);
			if (!larger) {
				more = -ENOMEM;
				log_line(LOG_ERR, "no memory for a delta");
				break;
			}
			records = larger;
		}
		memcpy(records + count * IDREVOKE_RECORD_SIZE, kernel->block,
		       more * IDREVOKE_RECORD_SIZE);
		count += more;
	}
	transaction->count = count;
	error = more ? more : idrevoke_netlink_begin(kernel->link, transaction, NULL);
	for (size_t sent = 0; !error && sent < count;) {
		size_t now = count - sent;

		if (now > IDREVOKE_BLOCK_RECORDS)
			now = IDREVOKE_BLOCK_RECORDS;
		error = idrevoke_netlink_records(kernel->link, sent,
						 records + sent * IDREVOKE_RECORD_SIZE, now);
		sent += now;
		service_alive();
	}
	free(records);
	return error;
}

int kernel_push(struct kernel *kernel, struct idrevoke_merge *merge,
		const struct idrevoke_latest *latest)
{
	const struct idrevoke_payload_header *header = idrevoke_merge_header(merge);
	const struct idrevoke_statement statement = statement_of(latest);
	struct idrevoke_transaction transaction = {
		.kind = header->delta ? IDREVOKE_KIND_DELTA : IDREVOKE_KIND_SNAPSHOT,
		.epoch = latest->epoch,
		.base = header->base,
		.version = latest->version,
		.count = latest->count,
	};
	int error = connect_link(kernel);

	if (error)
		return error;
	if (header->delta)
		error = push_delta(kernel, merge, &transaction);
	else
		error = push_snapshot(kernel, merge, &transaction);
	explicit_bzero(kernel->block, sizeof(kernel->block));
	if (!error)
		error = idrevoke_netlink_commit(kernel->link, &statement, NULL);
	if (!error) {
		metrics_count(header->delta ? METRICS_DELTAS : METRICS_SNAPSHOTS);
		log_event(LOG_INFO, MESSAGE_LIST_IN_FORCE, LOG_FIELDS(LOG_VERSION(latest)),
			  "version %" PRIu64 " is in force: %" PRIu64 " numbers (%s of %"
			  PRIu64 " records)", latest->version, latest->count,
			  header->delta ? "delta" : "snapshot", transaction.count);
		return 0;
	}
	metrics_count(header->delta ? METRICS_DELTAS_FAILED : METRICS_SNAPSHOTS_FAILED);
	if (error != -EUCLEAN)
		log_event(LOG_ERR, MESSAGE_LIST_REFUSED,
			  LOG_FIELDS(LOG_VERSION(latest), .error = -error),
			  "the kernel refused the %s to version %" PRIu64 ": %s",
			  header->delta ? "delta" : "snapshot", latest->version,
			  idrevoke_netlink_message(kernel->link));
	/* Closing ends a transaction, whatever became of it. */
	disconnect(kernel);
	return error;
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
