// SPDX-License-Identifier: GPL-2.0
/*
 * One transaction at a time: begin, records, commit or abort. Until the commit,
 * everything is aside, and nobody who asks sees a difference.
 */
#include <linux/bitops.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "list.h"
#include "search.h"

/* Records decoded before they are put in the table, so that its lines arrive
 * from memory meanwhile.
 */
#define GROUP	32

/*
 * Under idrv_list.writer. A snapshot is built in @table as it arrives, a delta is
 * kept in @changes.
 */
static struct {
	u32 owner;		/* port of its socket; 0: there is none */
	enum idrevoke_kind kind;
	u64 base;
	struct idrv_commitment announced;	/* epoch, version, and records */
	u64 received;
	u64 last;		/* number of the record received last */
	struct idrv_table *table;
	struct idrv_digest digest;
	struct idrv_change *changes;
	struct delayed_work idle;
} transaction;

static void drop_transaction(void)
{
	idrv_table_destroy(transaction.table);
	transaction.table = NULL;
	kvfree_sensitive(transaction.changes,
			 transaction.announced.count * sizeof(*transaction.changes));
	transaction.changes = NULL;
	WRITE_ONCE(transaction.owner, 0);
	idrv_rebuild_allow();
}

static void postpone_idle(void)
{
	mod_delayed_work(idrv_list.workqueue, &transaction.idle,
			 max(READ_ONCE(idrv_limits.idle_timeout), 1U) * (unsigned long)HZ);
}

static void idle_work(struct work_struct *work)
{
	mutex_lock(&idrv_list.writer);
	/* A message may have come between the time-out and the lock. */
	if (transaction.owner && !delayed_work_pending(&transaction.idle)) {
		pr_info("a transaction was aborted: idle for %u s\n",
			READ_ONCE(idrv_limits.idle_timeout));
		drop_transaction();
	}
	mutex_unlock(&idrv_list.writer);
}

/**
 * idrv_transaction_owner - who has a transaction
 *
 * Context: any.
 * Return: port of its socket; 0 if there is none.
 */
u32 idrv_transaction_owner(void)
{
	return READ_ONCE(transaction.owner);
}

/*
 * Whether a list of this version may come in force. A rebuild may replace the view
 * meanwhile, but by one of the same version: idrv_list.lock, which it takes for a
 * few lines at a time, need not be waited for.
 */
static int check_order(enum idrevoke_kind kind, u64 base, const struct idrv_commitment *to,
		       struct idrv_refusal *refusal)
{
	const struct idrv_view *view, *floor;
	int error = 0;

	rcu_read_lock();
	view = rcu_dereference(idrv_list.view);
	floor = rcu_dereference(idrv_list.floor);
	if (floor && to->epoch < floor->epoch)
		error = idrv_refuse(refusal, -ESTALE, "a newer epoch is or was in force");
	else if (floor && to->epoch == floor->epoch && to->version < floor->version)
		error = idrv_refuse(refusal, -ESTALE, "a newer version is or was in force");
	else if (kind == IDREVOKE_KIND_DELTA &&
		 (!view || view->epoch != to->epoch || view->version != base))
		error = idrv_refuse(refusal, -ESTALE, "the delta's base is not in force");
	else if (kind == IDREVOKE_KIND_DELTA && to->version <= base)
		error = idrv_refuse(refusal, -ESTALE, "a delta leads to a newer version");
	rcu_read_unlock();
	return error;
}

/**
 * idrv_transaction_begin - start a transaction
 * @owner: port of the socket
 * @kind: snapshot or delta
 * @base: version from which a delta starts
 * @announced: epoch and version that it will put in force; count of the records
 *	that will follow
 * @refusal: why it was refused
 *
 * Context: may sleep.
 * Return: 0, -EBUSY, -ESTALE, -ENOSPC, -ENOMEM or -EINTR, as
 * <linux/idrevoke_netlink.h> says.
 */
int idrv_transaction_begin(u32 owner, enum idrevoke_kind kind, u64 base,
			   const struct idrv_commitment *announced, struct idrv_refusal *refusal)
{
	int error;

	mutex_lock(&idrv_list.writer);
	if (transaction.owner) {
		error = idrv_refuse(refusal, -EBUSY, transaction.owner == owner ?
				    "this socket has a transaction" :
				    "another socket has a transaction");
		goto unlock;
	}
	error = check_order(kind, base, announced, refusal);
	if (error)
		goto unlock;
	if (announced->count > READ_ONCE(idrv_limits.max_entries)) {
		error = idrv_refuse(refusal, -ENOSPC, "more records than max_entries");
		goto unlock;
	}

	if (kind == IDREVOKE_KIND_SNAPSHOT) {
		u64 lines = idrv_table_lines(announced->count, IDRV_CENTIBYTES_SNAPSHOT);

		idrv_rebuild_bar();
		error = idrv_table_wait_retired();
		if (error) {
			idrv_rebuild_allow();
			idrv_refuse(refusal, error, "interrupted");
			goto unlock;
		}
		transaction.table = idrv_table_create(lines, NULL);
	} else {
		const gfp_t flags = GFP_KERNEL | __GFP_RETRY_MAYFAIL | __GFP_NOWARN;

		transaction.changes = kvmalloc_array(max(announced->count, 1ULL),
						     sizeof(*transaction.changes), flags);
	}
	if (!transaction.table && !transaction.changes) {
		idrv_rebuild_allow();
		error = idrv_refuse(refusal, -ENOMEM, "no memory for so many records");
		goto unlock;
	}

	transaction.kind = kind;
	transaction.base = base;
	transaction.announced = *announced;
	transaction.received = 0;
	transaction.last = 0;
	transaction.digest = (struct idrv_digest){};
	WRITE_ONCE(transaction.owner, owner);
	postpone_idle();
unlock:
	mutex_unlock(&idrv_list.writer);
	return error;
}

static void take_changes(const struct idrv_record *group, unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++)
		transaction.changes[transaction.received + i] = (struct idrv_change){
			.number = group[i].number,
			.value = group[i].value,
		};
}

/*
 * Numbers whose first line is full come last: by then, the next ones are there too.
 */
static int take_entries(const struct idrv_record *group, unsigned int count,
			struct idrv_refusal *refusal)
{
	struct idrv_search searches[GROUP];
	unsigned long left = 0;
	unsigned int i;
	int error = 0;

	for (i = 0; i < count; i++)
		idrv_search_begin(transaction.table, &searches[i], group[i].number);
	idrv_digest_add_records(&transaction.digest, group, count);
	for (i = 0; i < count; i++)
		if (!idrv_table_insert_first(transaction.table, &searches[i], group[i].value))
			left |= BIT(i);
	for (; left && !error; left &= left - 1) {
		i = __ffs(left);
		error = idrv_rebuild_insert(&transaction.table, group[i].number, group[i].value,
					    transaction.announced.count);
	}
	memzero_explicit(searches, sizeof(searches));
	if (error)
		return idrv_refuse(refusal, error, error == -EINTR ? "interrupted" :
				   "no memory for a table with a place for every record");
	return 0;
}

static int take_in(const struct idrv_record *group, unsigned int count,
		   struct idrv_refusal *refusal)
{
	int error = 0;

	if (transaction.kind == IDREVOKE_KIND_DELTA)
		take_changes(group, count);
	else
		error = take_entries(group, count, refusal);
	if (!error)
		transaction.received += count;
	return error;
}

/**
 * idrv_transaction_records - take in a block of records
 * @owner: port of the socket
 * @offset: records sent before
 * @wire: the records, as <linux/idrevoke_netlink.h> lays them out
 * @length: bytes of them
 * @refusal: why it was refused
 *
 * Context: may sleep.
 * Return: 0, -ENOENT, -EINVAL, -EILSEQ, -EBADMSG, -E2BIG, -ENOSPC, -ENOMEM or
 * -EINTR. All but the first two of these abort the transaction.
 */
int idrv_transaction_records(u32 owner, u64 offset, const u8 *wire, size_t length,
			     struct idrv_refusal *refusal)
{
	size_t records = length / IDREVOKE_RECORD_SIZE, i = 0;
	struct idrv_record group[GROUP];
	int error;

	mutex_lock(&idrv_list.writer);
	if (!owner || transaction.owner != owner) {
		error = idrv_refuse(refusal, -ENOENT, "this socket has no transaction");
		goto unlock;
	}
	postpone_idle();
	if (!records || length % IDREVOKE_RECORD_SIZE) {
		error = idrv_refuse(refusal, -EINVAL, "not a whole number of records");
		goto unlock;
	}
	if (offset != transaction.received) {
		error = idrv_refuse(refusal, -EILSEQ, "records are missing before this block");
		goto abort;
	}
	if (records > transaction.announced.count - transaction.received) {
		error = idrv_refuse(refusal, -E2BIG, "more records than announced");
		goto abort;
	}

	while (i < records) {
		unsigned int count = min_t(size_t, GROUP, records - i), j;

		for (j = 0; j < count; j++, i++, wire += IDREVOKE_RECORD_SIZE) {
			refusal->at = wire;
			if (!idrv_record_decode(wire, transaction.kind == IDREVOKE_KIND_DELTA,
						&group[j])) {
				error = idrv_refuse(refusal, -EBADMSG, "an invalid record");
				goto abort;
			}
			if (group[j].number <= transaction.last &&
			    (transaction.received || j)) {
				error = idrv_refuse(refusal, -EBADMSG, "not in ascending order");
				goto abort;
			}
			transaction.last = group[j].number;
		}
		refusal->at = NULL;
		error = take_in(group, count, refusal);
		if (error)
			goto abort;
		cond_resched();
	}
	error = 0;
	goto wipe;

abort:
	drop_transaction();
wipe:
	memzero_explicit(group, sizeof(group));
unlock:
	mutex_unlock(&idrv_list.writer);
	return error;
}

static int commit_snapshot(const struct idrv_commitment *to, struct idrv_view *view,
			   struct idrv_refusal *refusal)
{
	const struct idrv_view *floor;

	if (transaction.table->count != to->count)
		return idrv_refuse(refusal, -EBADMSG, "the list has another count");
	if (!idrv_digest_equal(&transaction.digest, &to->digest))
		return idrv_refuse(refusal, -EBADMSG, "the list has another digest");

	idrv_list_lock();
	floor = idrv_list_floor();
	if (floor && to->epoch == floor->epoch && to->version == floor->version &&
	    (to->count != floor->count || !idrv_digest_equal(&to->digest, &floor->digest))) {
		mutex_unlock(&idrv_list.lock);
		return idrv_refuse(refusal, -EBADMSG,
				   "this version was in force with other records");
	}
	view->table = transaction.table;
	transaction.table = NULL;
	pr_info("version %llu of epoch %llu in force: %llu numbers in %zu bytes\n",
		to->version, to->epoch, to->count, idrv_table_memory(view->table));
	idrv_list_commit(view);
	mutex_unlock(&idrv_list.lock);
	return 0;
}

static bool is_in_force(const struct idrv_commitment *to)
{
	const struct idrv_view *view;
	bool in_force;

	rcu_read_lock();
	view = rcu_dereference(idrv_list.view);
	in_force = view && view->epoch == to->epoch && view->version == to->version &&
		   view->count == to->count && idrv_digest_equal(&view->digest, &to->digest);
	rcu_read_unlock();
	return in_force;
}

static int commit_staged(const struct idrv_commitment *to, struct idrv_refusal *refusal)
{
	bool snapshot = transaction.kind == IDREVOKE_KIND_SNAPSHOT;
	struct idrv_view *view;
	int error;

	error = check_order(transaction.kind, transaction.base, to, refusal);
	if (error)
		return error;
	if (transaction.received != transaction.announced.count)
		return idrv_refuse(refusal, -EILSEQ, "fewer records than announced");
	if (to->count > READ_ONCE(idrv_limits.max_entries))
		return idrv_refuse(refusal, -ENOSPC, "the list would exceed max_entries");

	view = kmalloc(sizeof(*view), GFP_KERNEL);
	if (!view)
		return idrv_refuse(refusal, -ENOMEM, "no memory");
	view->epoch = to->epoch;
	view->version = to->version;
	view->count = to->count;
	view->digest = to->digest;
	error = idrv_freshness_set(view, to->issued, to->valid_for, refusal);
	if (!error && snapshot)
		error = commit_snapshot(to, view, refusal);
	else if (!error)
		error = idrv_delta_apply(transaction.changes, transaction.received, view, to,
					 refusal);
	if (error) {
		kfree(view);
		return error;
	}

	idrv_list_notify(IDREVOKE_EVENT_COMMIT);
	return 0;
}

/**
 * idrv_transaction_commit - put a transaction in force, or refuse it as a whole
 * @owner: port of the socket
 * @to: the list that must result, and the issuer's statement about it
 * @refusal: why it was refused
 *
 * Context: may sleep.
 * Return: 0, also if exactly this list is in force already; -ENOENT, -EILSEQ,
 * -ESTALE, -EBADMSG, -ENOSPC, -ENOMEM, -ERANGE or -EINTR.
 */
int idrv_transaction_commit(u32 owner, const struct idrv_commitment *to,
			    struct idrv_refusal *refusal)
{
	bool owned;
	int error;

	mutex_lock(&idrv_list.writer);
	owned = owner && transaction.owner == owner;
	if (owned && (to->epoch != transaction.announced.epoch ||
		      to->version != transaction.announced.version))
		error = idrv_refuse(refusal, -ESTALE, "not the version that was begun");
	else if (is_in_force(to))
		error = 0;
	else if (owned)
		error = commit_staged(to, refusal);
	else
		error = idrv_refuse(refusal, -ENOENT, "this socket has no transaction");
	if (owned)
		drop_transaction();
	mutex_unlock(&idrv_list.writer);
	return error;
}

/**
 * idrv_transaction_abort - drop a transaction
 * @owner: port of the socket
 * @refusal: why it was refused
 *
 * Context: may sleep.
 * Return: 0, or -ENOENT.
 */
int idrv_transaction_abort(u32 owner, struct idrv_refusal *refusal)
{
	int error = 0;

	mutex_lock(&idrv_list.writer);
	if (owner && transaction.owner == owner)
		drop_transaction();
	else
		error = idrv_refuse(refusal, -ENOENT, "this socket has no transaction");
	mutex_unlock(&idrv_list.writer);
	return error;
}

/**
 * idrv_transaction_release - a socket was closed: drop its transaction
 * @owner: its port
 *
 * Context: may sleep.
 */
void idrv_transaction_release(u32 owner)
{
	/* A closing socket sends nothing, so this cannot become true any more. */
	if (!owner || READ_ONCE(transaction.owner) != owner)
		return;
	mutex_lock(&idrv_list.writer);
	if (transaction.owner == owner)
		drop_transaction();
	mutex_unlock(&idrv_list.writer);
}

/** idrv_transaction_init - part of idrv_list_init() */
void idrv_transaction_init(void)
{
	memset(&transaction, 0, sizeof(transaction));
	INIT_DELAYED_WORK(&transaction.idle, idle_work);
}

/** idrv_transaction_exit - part of idrv_list_exit() */
void idrv_transaction_exit(void)
{
	cancel_delayed_work_sync(&transaction.idle);
	mutex_lock(&idrv_list.writer);
	drop_transaction();
	mutex_unlock(&idrv_list.writer);
}
