// SPDX-License-Identifier: GPL-2.0
/*
 * For how long the list in force may be relied on. Deadlines are points of
 * CLOCK_BOOTTIME, which runs on while the machine sleeps and which nobody sets.
 * A check compares them itself; the timer is there for those who wait. All read
 * the coarse clock, so that all agree.
 *
 * They were set by the wall clock of that time. If that is put forward afterwards,
 * since it was slow or the virtual machine was paused, the issuer's word may have
 * ended: a timer on CLOCK_REALTIME, which goes by each change of that clock, makes
 * the list stale then.
 */
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/poll.h>
#include <linux/printk.h>
#include <linux/slab.h>

#include "compat.h"
#include "list.h"

/* Confirmations that may be missed before a list counts as LATE. */
#define CONFIRMATIONS_MISSED	3

/*
 * The wall clock is adjusted all the time, a little. Only what is more than that
 * ends a list before the other deadline does.
 */
#define WALL_SLACK	NSEC_PER_SEC

static const char * const state_names[] = {
	[IDREVOKE_STATE_NOT_READY] = "NOT_READY",
	[IDREVOKE_STATE_CURRENT] = "CURRENT",
	[IDREVOKE_STATE_LATE] = "LATE",
	[IDREVOKE_STATE_STALE] = "STALE",
};

/**
 * idrv_freshness_set - set a view's deadlines by what the issuer stated
 * @view: the view
 * @issued: when the issuer made the statement, seconds since 1970-01-01 UTC
 * @valid_for: for how many seconds from then on
 * @refusal: why it was refused
 *
 * Stale after min(valid_for, issued + valid_for - wall clock) from now on, so
 * that neither a slow clock here nor an old statement makes it last longer than
 * the issuer said; sooner if the wall clock is put forward. A statement that has
 * expired makes a view that is stale.
 *
 * Context: any.
 * Return: 0; -ERANGE if the statement is from the future.
 */
int idrv_freshness_set(struct idrv_view *view, u64 issued, u32 valid_for,
		       struct idrv_refusal *refusal)
{
	u64 now = ktime_get_coarse_boottime_ns();
	u64 wall = ktime_get_real_ns();
	u64 late_after = CONFIRMATIONS_MISSED * NSEC_PER_SEC *
			 READ_ONCE(idrv_limits.confirm_interval);
	u64 valid = (u64)NSEC_PER_SEC * valid_for;
	u64 most = (u64)NSEC_PER_SEC * READ_ONCE(idrv_limits.max_valid_for);
	u64 age = 0;

	/* Compared in seconds first, since nanoseconds of it may overflow. */
	if (issued > div_u64(wall, NSEC_PER_SEC) + READ_ONCE(idrv_limits.max_skew))
		return idrv_refuse(refusal, -ERANGE,
				   "the issuer's time is ahead of this machine's clock");
	if (issued * NSEC_PER_SEC < wall)
		age = wall - issued * NSEC_PER_SEC;

	view->issued = issued;
	/* In range: issued is about now, and valid_for 136 years at most. */
	view->expires_at = issued * NSEC_PER_SEC + valid + WALL_SLACK;
	view->stale_at = now;
	if (age < valid)
		view->stale_at += min(valid - age, most);
	view->late_at = now;
	if (age < late_after)
		view->late_at += late_after - age;
	return 0;
}

/* Under idrv_list.lock. Has the wall clock tell when it will be past the issuer's word. */
static void watch_wall_clock(struct idrv_view *view, u64 now)
{
	if (!view || view->stale_at <= now) {
		hrtimer_try_to_cancel(&idrv_list.wall_timer);
	} else if (ktime_get_real_ns() < view->expires_at) {
		hrtimer_start(&idrv_list.wall_timer, ns_to_ktime(view->expires_at),
			      HRTIMER_MODE_ABS_SOFT);
	} else {
		/* Those who check read it without the lock. */
		WRITE_ONCE(view->stale_at, now);
	}
}

/**
 * idrv_freshness_announce - after a change of the view in force or of its worth:
 *	note the state, set the timer, wake those who poll
 * @version_changed: whether another version is in force, or none any more
 *
 * Context: idrv_list.lock is held.
 * Return: whether the state is another one than before.
 */
bool idrv_freshness_announce(bool version_changed)
{
	struct idrv_view *view = idrv_list_current();
	u64 now = ktime_get_coarse_boottime_ns();
	enum idrevoke_state state, before = idrv_list.state;
	u64 next = 0;

	watch_wall_clock(view, now);
	state = idrv_freshness_state(view, now);
	if (state == IDREVOKE_STATE_CURRENT)
		next = min(view->late_at, view->stale_at);
	else if (state == IDREVOKE_STATE_LATE)
		next = view->stale_at;

	/*
	 * The coarse clock lags by up to a tick, the timer does not. Whoever is
	 * woken must not find answers that are not stale yet: one tick later.
	 */
	if (next)
		hrtimer_start(&idrv_list.timer,
			      ns_to_ktime(max(next, ktime_get_boottime_ns()) + TICK_NSEC),
			      HRTIMER_MODE_ABS_SOFT);
	else
		hrtimer_try_to_cancel(&idrv_list.timer);

	if (state == before && !version_changed)
		return false;
	/*
	 * Pairs with atomic64_read_acquire() in read_info(): who has seen this change
	 * sees the view that it is of, and need not be woken for it again.
	 */
	atomic64_fetch_inc_release(&idrv_list.changes);
	wake_up_interruptible_poll(&idrv_list.wait, EPOLLIN | EPOLLRDNORM);
	if (state == before)
		return false;
	idrv_list.state = state;
	pr_info("%s, was %s\n", state_names[state], state_names[before]);
	return true;
}

static void state_work(struct work_struct *work)
{
	bool changed;

	idrv_list_lock();
	changed = idrv_freshness_announce(false);
	mutex_unlock(&idrv_list.lock);
	if (changed)
		idrv_list_notify(IDREVOKE_EVENT_STATE);
}

static enum hrtimer_restart timer_expired(struct hrtimer *timer)
{
	queue_work(idrv_list.workqueue, &idrv_list.state_work);
	return HRTIMER_NORESTART;
}

/**
 * idrv_list_confirm - take the issuer's word again for what is in force
 * @commitment: epoch, version, issued and valid_for
 * @refusal: why it was refused
 *
 * Context: may sleep.
 * Return: 0; -ESTALE if that version is not in force, or the statement is no
 * newer; -ERANGE if it is from the future; -ENOMEM.
 */
int idrv_list_confirm(const struct idrv_commitment *commitment, struct idrv_refusal *refusal)
{
	struct idrv_view *view = kmalloc(sizeof(*view), GFP_KERNEL), *old;
	int error;

	if (!view)
		return idrv_refuse(refusal, -ENOMEM, "no memory");

	mutex_lock(&idrv_list.writer);
	idrv_list_lock();
	old = idrv_list_current();
	if (!old || old->epoch != commitment->epoch || old->version != commitment->version) {
		error = idrv_refuse(refusal, -ESTALE, "this version is not in force");
		goto refuse;
	}
	if (commitment->issued <= old->issued) {
		error = idrv_refuse(refusal, -ESTALE,
				    "the issuer has vouched at this time or later before");
		goto refuse;
	}
	*view = *old;
	error = idrv_freshness_set(view, commitment->issued, commitment->valid_for, refusal);
	if (error)
		goto refuse;
	idrv_list_publish(view);
	idrv_freshness_announce(false);
	mutex_unlock(&idrv_list.lock);
	idrv_list_notify(IDREVOKE_EVENT_CONFIRM);
	mutex_unlock(&idrv_list.writer);
	return 0;

refuse:
	mutex_unlock(&idrv_list.lock);
	mutex_unlock(&idrv_list.writer);
	kfree(view);
	return error;
}

/** idrv_freshness_init - part of idrv_list_init() */
void idrv_freshness_init(void)
{
	INIT_WORK(&idrv_list.state_work, state_work);
	hrtimer_setup(&idrv_list.timer, timer_expired, CLOCK_BOOTTIME, HRTIMER_MODE_ABS_SOFT);
	hrtimer_setup(&idrv_list.wall_timer, timer_expired, CLOCK_REALTIME,
		      HRTIMER_MODE_ABS_SOFT);
}

/** idrv_freshness_exit - part of idrv_list_exit() */
void idrv_freshness_exit(void)
{
	/* With no view in force, the work does not set the timers again. */
	hrtimer_cancel(&idrv_list.timer);
	hrtimer_cancel(&idrv_list.wall_timer);
	cancel_work_sync(&idrv_list.state_work);
}
