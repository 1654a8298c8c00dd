/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Client of the kernel's generic netlink family "idrevoke": requests, each
 * answered before its function returns, and events on a socket of their own.
 * <linux/idrevoke_netlink.h> says what the kernel does and refuses.
 *
 * Functions return 0 or a negative errno: the kernel's, or
 *	-ENOENT		no such family: the module is not loaded
 *	-ETIMEDOUT	the kernel did not answer
 *	-EPROTO		its answer makes no sense
 */
#ifndef IDREVOKE_LIB_NETLINK_H
#define IDREVOKE_LIB_NETLINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/idrevoke.h>
#include <linux/idrevoke_netlink.h>

struct idrevoke_netlink;
struct idrevoke_netlink_events;

/**
 * struct idrevoke_status - what is in force, as the kernel tells it
 * @walked: @walk_count and @walk_digest are there (VERIFY)
 *
 * The other fields are the attributes of the same name.
 */
struct idrevoke_status {
	uint64_t epoch;
	uint64_t version;
	uint64_t count;
	uint8_t digest[IDREVOKE_DIGEST_SIZE];
	uint64_t issued;
	uint32_t state;
	uint64_t fresh_ms;
	uint64_t floor_epoch;
	uint64_t floor_version;
	uint64_t memory;
	uint64_t max_entries;
	uint64_t rebuilds;
	uint32_t rebuilding;
	uint32_t transaction;
	uint64_t counters[IDREVOKE_COUNTER_MAX + 1];
	bool walked;
	uint64_t walk_count;
	uint8_t walk_digest[IDREVOKE_DIGEST_SIZE];
};

/**
 * idrevoke_netlink_counter_name() - what a counter of answered checks is called
 * @counter: enum idrevoke_counter, from IDREVOKE_COUNTER_CLEAR to the last
 *
 * Return: "clear" for IDREVOKE_COUNTER_CLEAR and so on; metrics and JSON have it.
 */
const char *idrevoke_netlink_counter_name(int counter);

/**
 * struct idrevoke_transaction - what BEGIN announces
 * @kind: enum idrevoke_kind
 * @epoch: generation of the list
 * @base: version from which a delta starts; not sent for a snapshot
 * @version: version that results
 * @count: records that will follow
 */
struct idrevoke_transaction {
	uint32_t kind;
	uint64_t epoch;
	uint64_t base;
	uint64_t version;
	uint64_t count;
};

/**
 * struct idrevoke_statement - what an issuer vouches for
 * @epoch: generation of the list
 * @version: version of the list
 * @count: records in it
 * @digest: their digest, least significant byte first
 * @issued: when, in seconds since 1970-01-01 UTC
 * @valid_for: for how many seconds from then on
 */
struct idrevoke_statement {
	uint64_t epoch;
	uint64_t version;
	uint64_t count;
	uint8_t digest[IDREVOKE_DIGEST_SIZE];
	uint64_t issued;
	uint32_t valid_for;
};

/**
 * idrevoke_netlink_open() - connect to the family
 * @link: out: the connection; NULL on failure
 *
 * Return: 0, -ENOENT if the module is not loaded, or another negative errno.
 */
int idrevoke_netlink_open(struct idrevoke_netlink **link);

/**
 * idrevoke_netlink_close() - disconnect; aborts a transaction
 * @link: the connection or NULL
 */
void idrevoke_netlink_close(struct idrevoke_netlink *link);

/**
 * idrevoke_netlink_message() - why the last request failed
 * @link: the connection
 *
 * Return: the kernel's own words, or else the name of the errno; valid until
 * the next request.
 */
const char *idrevoke_netlink_message(const struct idrevoke_netlink *link);

/**
 * idrevoke_netlink_status() - ask what is in force
 * @link: the connection
 * @status: out; may be NULL, here and below
 *
 * Return: 0 or a negative errno.
 */
int idrevoke_netlink_status(struct idrevoke_netlink *link, struct idrevoke_status *status);

/**
 * idrevoke_netlink_begin() - start a transaction
 * @link: the connection
 * @transaction: what it will be
 * @status: out
 *
 * Return: 0 or a negative errno.
 */
int idrevoke_netlink_begin(struct idrevoke_netlink *link,
			   const struct idrevoke_transaction *transaction,
			   struct idrevoke_status *status);

/**
 * idrevoke_netlink_records() - send one block of the transaction's records
 * @link: the connection
 * @offset: how many records were sent before
 * @records: kernel records, IDREVOKE_RECORD_SIZE bytes each
 * @count: how many, 1 to IDREVOKE_BLOCK_RECORDS
 *
 * The kernel takes a block in before send(2) returns, so that waiting for the
 * acknowledgement of each costs one system call in 5460 records.
 *
 * Return: 0 or a negative errno.
 */
int idrevoke_netlink_records(struct idrevoke_netlink *link, uint64_t offset,
			     const void *records, size_t count);

/**
 * idrevoke_netlink_commit() - put the transaction in force
 * @link: the connection
 * @statement: what the issuer says of the list that results
 * @status: out
 *
 * Return: 0 or a negative errno.
 */
int idrevoke_netlink_commit(struct idrevoke_netlink *link,
			    const struct idrevoke_statement *statement,
			    struct idrevoke_status *status);

/**
 * idrevoke_netlink_confirm() - pass on that the issuer vouches again
 * @link: the connection
 * @statement: epoch, version, issued and valid_for count
 * @status: out
 *
 * Return: 0 or a negative errno.
 */
int idrevoke_netlink_confirm(struct idrevoke_netlink *link,
			     const struct idrevoke_statement *statement,
			     struct idrevoke_status *status);

/**
 * idrevoke_netlink_flush() - drop the list
 * @link: the connection
 * @status: out
 *
 * Return: 0 or a negative errno.
 */
int idrevoke_netlink_flush(struct idrevoke_netlink *link, struct idrevoke_status *status);

/**
 * idrevoke_netlink_verify() - have the kernel walk its list and recount it
 * @link: the connection
 * @status: out, with walk_count and walk_digest
 *
 * Return: 0 or a negative errno.
 */
int idrevoke_netlink_verify(struct idrevoke_netlink *link, struct idrevoke_status *status);

/**
 * enum idrevoke_netlink_news - what an events socket reports
 * @IDREVOKE_NEWS_NONE: nothing (more) at present
 * @IDREVOKE_NEWS_APPEARED: the family was registered: the module was loaded
 * @IDREVOKE_NEWS_GONE: the family is no more: the module was unloaded
 * @IDREVOKE_NEWS_LIST: an event of the list
 * @IDREVOKE_NEWS_LOST: the socket overran; events were lost, ask for the status
 */
enum idrevoke_netlink_news {
	IDREVOKE_NEWS_NONE,
	IDREVOKE_NEWS_APPEARED,
	IDREVOKE_NEWS_GONE,
	IDREVOKE_NEWS_LIST,
	IDREVOKE_NEWS_LOST,
};

/**
 * idrevoke_netlink_events_open() - subscribe to the list and to the module
 * @events: out: the subscription; NULL on failure
 *
 * Works, and stays subscribed, whether the module is loaded or not.
 *
 * Return: 0 or a negative errno.
 */
int idrevoke_netlink_events_open(struct idrevoke_netlink_events **events);

/**
 * idrevoke_netlink_events_close() - unsubscribe
 * @events: the subscription or NULL
 */
void idrevoke_netlink_events_close(struct idrevoke_netlink_events *events);

/**
 * idrevoke_netlink_events_fd() - a descriptor to poll for input
 * @events: the subscription
 *
 * Return: the descriptor; it does not block.
 */
int idrevoke_netlink_events_fd(const struct idrevoke_netlink_events *events);

/**
 * idrevoke_netlink_events_read() - take the next piece of news
 * @events: the subscription
 * @event: out: enum idrevoke_event, for IDREVOKE_NEWS_LIST
 * @status: out: what is in force, for IDREVOKE_NEWS_LIST; counters are zero
 *
 * Return: enum idrevoke_netlink_news; or a negative errno, after which events may
 * be missing: open another subscription.
 */
int idrevoke_netlink_events_read(struct idrevoke_netlink_events *events, uint32_t *event,
				 struct idrevoke_status *status);

#endif /* IDREVOKE_LIB_NETLINK_H */
