// SPDX-License-Identifier: GPL-2.0-or-later
/* The kernel that kmod runs on here: memory, locks, work, clocks, randomness. */
#include <pthread.h>
#include <linux/hrtimer.h>
#include <linux/mutex.h>
#include <linux/random.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "stub.h"

#define LOADED(x)	__atomic_load_n(&(x), __ATOMIC_RELAXED)

void stub_warn(const char *file, int line)
{
	printf("not ok - %s:%d: the kernel would have warned\n", file, line);
	fflush(stdout);
	abort();
}

/* Memory. The header keeps what follows on a cache line, as kernel structures
 * may demand; freeing checks that the right function is called.
 */
struct header {
	const char *kind;
	size_t size;
} __attribute__((aligned(64)));

long stub_fail_after = -1;
u64 stub_allocations, stub_live, stub_live_bytes;

void *stub_allocate(size_t size, gfp_t flags, const char *kind)
{
	struct header *header;

	__atomic_add_fetch(&stub_allocations, 1, __ATOMIC_RELAXED);
	if (stub_fail_after >= 0 && stub_fail_after-- == 0)
		return NULL;
	header = aligned_alloc(64, round_up(sizeof(*header) + size, 64));
	if (!header)
		stub_warn(__FILE__, __LINE__);
	header->kind = kind;
	header->size = size;
	memset(header + 1, flags & __GFP_ZERO ? 0 : 0xa5, size);
	__atomic_add_fetch(&stub_live, 1, __ATOMIC_RELAXED);
	__atomic_add_fetch(&stub_live_bytes, size, __ATOMIC_RELAXED);
	return header + 1;
}

void stub_free(const void *memory, const char *kind, size_t wipe)
{
	struct header *header;

	if (!memory)
		return;
	header = (struct header *)memory - 1;
	if (strcmp(header->kind, kind) || (wipe != ~0UL && wipe > header->size))
		stub_warn(__FILE__, __LINE__);
	__atomic_sub_fetch(&stub_live, 1, __ATOMIC_RELAXED);
	__atomic_sub_fetch(&stub_live_bytes, header->size, __ATOMIC_RELAXED);
	free(header);
}

/* Locks. How many this thread holds says whether others may run. */
static __thread int mutexes_held;

void mutex_lock(struct mutex *mutex)
{
	if (lockdep_is_held(mutex))
		stub_warn(__FILE__, __LINE__);
	pthread_mutex_lock(&mutex->lock);
	mutex->owner = pthread_self();
	__atomic_store_n(&mutex->held, true, __ATOMIC_RELAXED);
	mutexes_held++;
}

void mutex_unlock(struct mutex *mutex)
{
	if (!lockdep_is_held(mutex))
		stub_warn(__FILE__, __LINE__);
	mutexes_held--;
	__atomic_store_n(&mutex->held, false, __ATOMIC_RELAXED);
	pthread_mutex_unlock(&mutex->lock);
}

bool lockdep_is_held(struct mutex *mutex)
{
	return LOADED(mutex->held) && pthread_equal(mutex->owner, pthread_self());
}

/* Scheduling. */
void (*stub_resched)(void);
long stub_signal_after = -1;

void cond_resched(void)
{
	void (*others)(void) = stub_resched;

	if (!others || mutexes_held)
		return;
	/* What the others do may call this as well. */
	stub_resched = NULL;
	others();
	stub_resched = others;
}

bool stub_signal_pending(void)
{
	return stub_signal_after >= 0 && stub_signal_after-- == 0;
}

/* Clocks. */
u64 stub_boottime_ns = 1000 * NSEC_PER_SEC;
s64 stub_wall_seconds = 1800000000;

static struct hrtimer *timer;
static struct delayed_work *delayed;

u64 ktime_get_boottime_ns(void)
{
	return stub_boottime_ns;
}

u64 ktime_get_coarse_boottime_ns(void)
{
	return stub_boottime_ns - stub_boottime_ns % TICK_NSEC;
}

u64 ktime_get_real_ns(void)
{
	return stub_wall_seconds * NSEC_PER_SEC;
}

void hrtimer_setup(struct hrtimer *new, enum hrtimer_restart (*function)(struct hrtimer *),
		   clockid_t clock_id, enum hrtimer_mode mode)
{
	if (clock_id != CLOCK_BOOTTIME)
		stub_warn(__FILE__, __LINE__);
	new->function = function;
	new->expires = 0;
	timer = new;
}

void hrtimer_start(struct hrtimer *which, ktime_t expires, enum hrtimer_mode mode)
{
	which->expires = expires;
}

int hrtimer_try_to_cancel(struct hrtimer *which)
{
	int started = which->expires != 0;

	which->expires = 0;
	return started;
}

void stub_clock_advance(u64 ns)
{
	struct delayed_work *work;

	stub_boottime_ns += ns;
	if (timer && timer->expires && timer->expires <= stub_boottime_ns) {
		timer->expires = 0;
		timer->function(timer);
	}
	for (work = delayed; work; work = work->next) {
		if (work->due && work->due <= stub_boottime_ns) {
			work->due = 0;
			queue_work(NULL, &work->work);
		}
	}
}

/* Work. */
static pthread_mutex_t queue_lock = PTHREAD_MUTEX_INITIALIZER;
static struct work_struct *queue;

bool queue_work(struct workqueue_struct *workqueue, struct work_struct *work)
{
	struct work_struct **link;
	bool was_pending;

	pthread_mutex_lock(&queue_lock);
	was_pending = work->pending;
	if (!was_pending) {
		for (link = &queue; *link; link = &(*link)->next)
			;
		*link = work;
		work->next = NULL;
		work->pending = true;
	}
	pthread_mutex_unlock(&queue_lock);
	return !was_pending;
}

bool cancel_work_sync(struct work_struct *work)
{
	struct work_struct **link;
	bool was_pending;

	pthread_mutex_lock(&queue_lock);
	was_pending = work->pending;
	for (link = &queue; *link; link = &(*link)->next) {
		if (*link == work) {
			*link = work->next;
			break;
		}
	}
	work->pending = false;
	pthread_mutex_unlock(&queue_lock);
	return was_pending;
}

unsigned long stub_run_work(unsigned long limit)
{
	unsigned long done;

	for (done = 0; done < limit; done++) {
		struct work_struct *work;

		pthread_mutex_lock(&queue_lock);
		work = queue;
		if (work) {
			queue = work->next;
			work->pending = false;
		}
		pthread_mutex_unlock(&queue_lock);
		if (!work)
			break;
		/* It may be late, and find that things have changed. */
		cond_resched();
		work->func(work);
	}
	return done;
}

void stub_settle(void)
{
	unsigned long done;

	do {
		rcu_barrier();
		done = stub_run_work(1000);
		if (done == 1000)
			stub_warn(__FILE__, __LINE__);
	} while (done);
}

struct workqueue_struct *alloc_workqueue(const char *name, unsigned int flags, int max_active)
{
	return stub_allocate(1, 0, name);
}

void destroy_workqueue(struct workqueue_struct *workqueue)
{
	stub_run_work(~0UL);
	stub_free(workqueue, "idrevoke", 0);
}

bool mod_delayed_work(struct workqueue_struct *workqueue, struct delayed_work *work,
		      unsigned long delay)
{
	bool was_pending = cancel_delayed_work_sync(work);

	work->due = stub_boottime_ns + delay * (NSEC_PER_SEC / HZ);
	work->next = delayed;
	delayed = work;
	return was_pending;
}

bool delayed_work_pending(struct delayed_work *work)
{
	return work->due || LOADED(work->work.pending);
}

bool cancel_delayed_work_sync(struct delayed_work *work)
{
	struct delayed_work **link;
	bool was_pending = cancel_work_sync(&work->work) || work->due;

	for (link = &delayed; *link; link = &(*link)->next) {
		if (*link == work) {
			*link = work->next;
			break;
		}
	}
	work->due = 0;
	return was_pending;
}

static void queue_after_readers(struct rcu_head *head)
{
	queue_work(NULL, &container_of(head, struct rcu_work, rcu)->work);
}

bool queue_rcu_work(struct workqueue_struct *workqueue, struct rcu_work *work)
{
	call_rcu(&work->rcu, queue_after_readers);
	return true;
}

struct garbage {
	struct rcu_head head;
	void *object;
};

static void free_after_readers(struct rcu_head *head)
{
	struct garbage *garbage = container_of(head, struct garbage, head);

	stub_free(garbage->object, "kmalloc", 0);
	free(garbage);
}

void stub_free_rcu(void *object)
{
	struct garbage *garbage = malloc(sizeof(*garbage));

	garbage->object = object;
	call_rcu(&garbage->head, free_after_readers);
}

/* Randomness (SplitMix64). */
static u64 random_state;

void stub_random_seed(u64 seed)
{
	random_state = seed;
}

void get_random_bytes(void *at, size_t size)
{
	u8 *byte = at;

	while (size--) {
		u64 z = random_state += 0x9e3779b97f4a7c15ULL;

		z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
		z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
		*byte++ = z >> 56;
	}
}
