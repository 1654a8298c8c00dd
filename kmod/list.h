/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The list: which records are in force, of which version, and until when the
 * issuer vouches for them.
 *
 * Readers take one pointer, to a view, and a view never changes: version, time
 * and table in it belong together. Writers publish a new view for every change.
 *
 *	files		what they do
 *	list.c		the view in force, its publication, status, flush
 *	freshness.c	deadlines, the timer that announces them, confirmations
 *	transaction.c	begin, records, commit, abort
 *	delta.c		applying a delta to the table in force
 *	rebuild.c	a new table for the same records, in the background
 *	verify.c	recounting what is in force
 *
 * Locks, outer first:
 *
 *	writer		one change of the list at a time: whoever begins,
 *			fills, commits, aborts, confirms or flushes. Held while
 *			memory is allocated, replaced tables are freed and blocks
 *			are taken in.
 *	lock		the view and the contents of its table. Held by writers
 *			only for what changes those, by the rebuild and by a
 *			verification only for a few lines at a time, or for one
 *			when somebody waits: idrv_list_lock().
 */
#ifndef _IDRV_LIST_H
#define _IDRV_LIST_H

#include <linux/hrtimer.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/types.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "digest.h"
#include "table.h"

/**
 * struct idrv_limits - the module's parameters that bound a list
 * @max_entries: most numbers that may be listed
 * @max_valid_for: most seconds for which a statement is believed
 * @max_skew: seconds by which an issuer's time may be ahead of ours
 * @idle_timeout: seconds after which an idle transaction is aborted
 * @confirm_interval: seconds between confirmations; three overdue make LATE
 */
struct idrv_limits {
	unsigned long max_entries;
	unsigned int max_valid_for;
	unsigned int max_skew;
	unsigned int idle_timeout;
	unsigned int confirm_interval;
};

/**
 * struct idrv_view - a version of the list in force
 * @table: its records
 * @late_at: when it becomes LATE, in ns of CLOCK_BOOTTIME
 * @stale_at: when it becomes STALE, likewise; may come nearer, under idrv_list.lock
 * @epoch: generation of the issuer's list
 * @version: version in it
 * @issued: when the issuer vouched for it last, in seconds since 1970 UTC
 * @count: numbers listed
 * @digest: their digest
 * @expires_at: when the issuer's word ends, in ns of CLOCK_REALTIME
 * @rcu: for freeing it
 */
struct idrv_view {
	struct idrv_table *table;
	u64 late_at;
	u64 stale_at;
	u64 epoch;
	u64 version;
	u64 issued;
	u64 count;
	struct idrv_digest digest;
	u64 expires_at;
	struct rcu_head rcu;
};

/**
 * struct idrv_list - the one list of this module
 * @view: what is in force; NULL before the first snapshot and after a flush
 * @floor: the newest view since load, in force or not: nothing older is taken.
 *	Its table may be gone
 * @writer: see above
 * @turn: held by whoever waits for @lock, see idrv_list_lock()
 * @lock: see above
 * @state: enum idrevoke_state that was announced last; under @lock
 * @changes: changes of version or state, for poll
 * @wait: where poll waits for them
 * @timer: fires when the next deadline has passed
 * @wall_timer: fires when the issuer's word has ended by the wall clock
 * @state_work: announces it
 * @rebuild_work: rebuilds the table
 * @rebuilds: rebuilds done
 * @rebuilding: whether one is under way
 * @rebuild_failed: the last one found no place for an entry; under @lock
 * @rebuild_barred: none may run; under @lock
 * @workqueue: where all of this module's work is done
 * @notify: told of each event; may sleep. Under @notify_lock
 * @notify_lock: taken last
 */
struct idrv_list {
	struct idrv_view __rcu *view;
	struct idrv_view __rcu *floor;
	struct mutex writer ____cacheline_aligned;
	struct mutex turn ____cacheline_aligned;
	struct mutex lock;
	enum idrevoke_state state;
	atomic64_t changes;
	wait_queue_head_t wait;
	struct hrtimer timer;
	struct hrtimer wall_timer;
	struct work_struct state_work;
	struct work_struct rebuild_work;
	u64 rebuilds;
	bool rebuilding;
	bool rebuild_failed;
	bool rebuild_barred;
	struct workqueue_struct *workqueue;
	struct mutex notify_lock;
	void (*notify)(enum idrevoke_event event);
};

extern struct idrv_list idrv_list;
extern struct idrv_limits idrv_limits;

/* Why something was refused, for the one who asked. */
struct idrv_refusal {
	const char *message;
	const void *at;		/* the byte of the message that is at fault, or NULL */
};

#define idrv_refuse(refusal, error, text) \
	({ (refusal)->message = (text); (error); })

/* What is in force, for status replies: see <linux/idrevoke_netlink.h>. */
struct idrv_status {
	enum idrevoke_state state;
	u64 epoch;
	u64 version;
	u64 count;
	u64 issued;
	u64 fresh_ms;
	struct idrv_digest digest;
	u64 floor_epoch;
	u64 floor_version;
	u64 memory;
	u64 rebuilds;
	bool rebuilding;
	u32 transaction;
};

/* What a commit says of the list that results, and for how long it holds. */
struct idrv_commitment {
	u64 epoch;
	u64 version;
	u64 count;
	struct idrv_digest digest;
	u64 issued;
	u32 valid_for;
};

/* list.c */
int idrv_list_init(void);
void idrv_list_exit(void);
struct idrv_view *idrv_list_current(void);
const struct idrv_view *idrv_list_floor(void);
void idrv_list_publish(struct idrv_view *view);
void idrv_list_commit(struct idrv_view *view);
void idrv_list_lock(void);
bool idrv_list_walk(struct idrv_walk *walk,
		    int (*visit)(struct idrv_walk *walk, u64 number, u32 value), int *error);
void idrv_list_notify(enum idrevoke_event event);
void idrv_list_listen(void (*notify)(enum idrevoke_event event));
int idrv_list_flush(u32 owner, struct idrv_refusal *refusal);
void idrv_list_status(struct idrv_status *status);

/* freshness.c */
void idrv_freshness_init(void);
void idrv_freshness_exit(void);
int idrv_freshness_set(struct idrv_view *view, u64 issued, u32 valid_for,
		       struct idrv_refusal *refusal);

/**
 * idrv_freshness_state - what a view is worth at a time
 * @view: the view, or NULL
 * @now: the time, in ns of CLOCK_BOOTTIME
 *
 * Context: any.
 */
static inline enum idrevoke_state idrv_freshness_state(const struct idrv_view *view, u64 now)
{
	/* A list of nobody proves nothing about anybody. */
	if (!view || !view->count)
		return IDREVOKE_STATE_NOT_READY;
	if (now >= READ_ONCE(view->stale_at))
		return IDREVOKE_STATE_STALE;
	if (now >= view->late_at)
		return IDREVOKE_STATE_LATE;
	return IDREVOKE_STATE_CURRENT;
}

bool idrv_freshness_announce(bool version_changed);
int idrv_list_confirm(const struct idrv_commitment *commitment, struct idrv_refusal *refusal);

/* transaction.c */
void idrv_transaction_init(void);
void idrv_transaction_exit(void);
u32 idrv_transaction_owner(void);
int idrv_transaction_begin(u32 owner, enum idrevoke_kind kind, u64 base,
			   const struct idrv_commitment *announced, struct idrv_refusal *refusal);
int idrv_transaction_records(u32 owner, u64 offset, const u8 *wire, size_t length,
			     struct idrv_refusal *refusal);
int idrv_transaction_commit(u32 owner, const struct idrv_commitment *commitment,
			    struct idrv_refusal *refusal);
int idrv_transaction_abort(u32 owner, struct idrv_refusal *refusal);
void idrv_transaction_release(u32 owner);

/* delta.c */
struct idrv_change {
	u64 number;
	u64 slot;		/* set aside for it in the table in force */
	u32 value;		/* or IDRV_VALUE_REMOVE */
	bool reserved;
};

int idrv_delta_apply(struct idrv_change *changes, u64 count, struct idrv_view *view,
		     const struct idrv_commitment *commitment, struct idrv_refusal *refusal);

/* rebuild.c */
#define IDRV_CENTIBYTES_SNAPSHOT	1059
#define IDRV_CENTIBYTES_GROW		1040
#define IDRV_CENTIBYTES_FULL		905

static_assert(IDRV_CENTIBYTES_SNAPSHOT - IDRV_CENTIBYTES_ROUNDED > IDRV_CENTIBYTES_GROW);

bool idrv_rebuild_fits(const struct idrv_table *table, u64 count);
struct idrv_table *idrv_rebuild_copy(struct idrv_table *table, u64 count, int *error);
int idrv_rebuild_insert(struct idrv_table **table, u64 number, u32 value, u64 count);
void idrv_rebuild_consider(void);
void idrv_rebuild_bar(void);
void idrv_rebuild_allow(void);
void idrv_rebuild_init(void);

/* verify.c */
int idrv_list_verify(u64 *count, struct idrv_digest *digest, struct idrv_status *status,
		     struct idrv_refusal *refusal);

#endif
