// SPDX-License-Identifier: GPL-2.0
/*
 * A bound on what can be learnt by guessing. Real gateways see one listed card in
 * tens of thousands; whoever tries numbers to find out which are listed sees many.
 * So each user has a bucket of hits that fills up again at a steady rate. What is
 * withheld is how and why a number is listed; that it is can be told, since other
 * numbers go on being answered: who drains the bucket is seen in the counters. A
 * check that is not a hit, nearly every one, does not come near it.
 *
 * The bucket is one word: the time at which it will be full (the generic cell
 * rate algorithm of ITU-T I.371). Each hit puts it off by one hit's share of an
 * hour, and it can be an hour away at most.
 */
#include <linux/ktime.h>
#include <linux/minmax.h>
#include <linux/mutex.h>
#include <linux/slab.h>

#include "budget.h"

#define HOUR	(3600ULL * NSEC_PER_SEC)

unsigned int idrv_hits_per_hour = 1000;

static DEFINE_MUTEX(lock);
static LIST_HEAD(budgets);

/*
 * A budget outlives its last descriptor until it is full, or opening the device
 * again would fill it.
 */
static void sweep(u64 now)
{
	struct idrv_budget *budget, *next;

	list_for_each_entry_safe(budget, next, &budgets, node) {
		if (!budget->openers && (u64)atomic64_read(&budget->full_at) <= now) {
			list_del(&budget->node);
			free_percpu(budget->counts);
			kfree(budget);
		}
	}
}

/**
 * idrv_budget_get - the budget of a user who opens the device
 * @uid: the user
 *
 * Context: may sleep.
 * Return: the budget, to be given back; NULL if there is no memory.
 */
struct idrv_budget *idrv_budget_get(kuid_t uid)
{
	struct idrv_budget *budget;

	mutex_lock(&lock);
	sweep(ktime_get_boottime_ns());
	list_for_each_entry(budget, &budgets, node)
		if (uid_eq(budget->uid, uid))
			goto found;
	budget = kzalloc(sizeof(*budget), GFP_KERNEL);
	if (!budget)
		goto unlock;
	budget->counts = alloc_percpu(struct idrv_budget_counts);
	if (!budget->counts) {
		kfree(budget);
		budget = NULL;
		goto unlock;
	}
	budget->uid = uid;
	list_add(&budget->node, &budgets);
found:
	budget->openers++;
unlock:
	mutex_unlock(&lock);
	return budget;
}

/**
 * idrv_budget_put - a user closed a descriptor
 * @budget: the budget
 *
 * Context: may sleep.
 */
void idrv_budget_put(struct idrv_budget *budget)
{
	mutex_lock(&lock);
	budget->openers--;
	sweep(ktime_get_boottime_ns());
	mutex_unlock(&lock);
}

/**
 * idrv_budget_spend - pay for an answer that reveals a listing
 * @budget: of the user who asks
 * @now: ns of CLOCK_BOOTTIME
 *
 * Context: any.
 * Return: whether the answer may be given.
 */
bool idrv_budget_spend(struct idrv_budget *budget, u64 now)
{
	unsigned int limit = READ_ONCE(idrv_hits_per_hour);
	s64 full_at = atomic64_read(&budget->full_at);
	s64 after;

	while (limit) {
		after = max_t(s64, full_at, now) + HOUR / limit;
		if (after > (s64)(now + HOUR)) {
			this_cpu_inc(budget->counts->throttled);
			return false;
		}
		if (atomic64_try_cmpxchg_relaxed(&budget->full_at, &full_at, after))
			break;
	}
	this_cpu_inc(budget->counts->hits);
	return true;
}

/**
 * idrv_budget_count - what was answered to a user
 * @budget: the budget
 *
 * Context: any.
 * Return: the sums over all processors.
 */
struct idrv_budget_counts idrv_budget_count(const struct idrv_budget *budget)
{
	struct idrv_budget_counts sum = {};
	int cpu;

	for_each_possible_cpu(cpu) {
		const struct idrv_budget_counts *counts = per_cpu_ptr(budget->counts, cpu);

		sum.hits += READ_ONCE(counts->hits);
		sum.throttled += READ_ONCE(counts->throttled);
	}
	return sum;
}

/**
 * idrv_budget_exit - free all budgets
 *
 * Context: may sleep; when the device cannot be opened any more.
 */
void idrv_budget_exit(void)
{
	mutex_lock(&lock);
	sweep(U64_MAX);
	mutex_unlock(&lock);
}
