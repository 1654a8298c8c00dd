// SPDX-License-Identifier: GPL-2.0-or-later
/* The kernel that kmod runs on here: memory, locks, work, clocks, randomness. */
#include <pthread.h>
#include <sched.h>
#include <unistd.h>
#include <sys/syscall.h>
#include <linux/futex.h>
#include <linux/hrtimer.h>
#include <linux/mutex.h>
#include <linux/random.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "stub.h"

#define LOADED(x)	__atomic_load_n(&(x), __ATOMIC_RELAXED)
#define STORE(x, value)	__atomic_store_n(&(x), value, __ATOMIC_RELAXED)

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
bool stub_starved;
u64 stub_allocations, stub_live, stub_live_bytes;

void *stub_allocate(size_t size, gfp_t flags, const char *kind)
{
	struct header *header;

	__atomic_add_fetch(&stub_allocations, 1, __ATOMIC_RELAXED);
	if (stub_fail_after >= 0 && stub_fail_after-- == 0) {
		stub_starved = true;
		return NULL;
	}
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

static inline void sched_pause(void)
{
#ifdef __x86_64__
	__builtin_ia32_pause();
#endif
}

/*
 * Locks: one word each, taken by one instruction. As in the kernel, who finds one
 * held spins for a while, since the owner is likely to run, and then sleeps.
 */
enum mutex_state {
	MUTEX_FREE,
	MUTEX_HELD,
	MUTEX_AWAITED,		/* held, and somebody may sleep */
};

/* How many this thread holds says whether others may run. */
static __thread int mutexes_held;

static bool mutex_change(struct mutex *mutex, u32 from, u32 to)
{
	return __atomic_compare_exchange_n(&mutex->state, &from, to, false, __ATOMIC_ACQUIRE,
					   __ATOMIC_RELAXED);
}

static bool mutex_spin(struct mutex *mutex)
{
	int spins;

	for (spins = 0; spins < 1000; spins++) {
		if (!LOADED(mutex->state) && mutex_change(mutex, MUTEX_FREE, MUTEX_HELD))
			return true;
		sched_pause();
	}
	return false;
}

void mutex_lock(struct mutex *mutex)
{
	if (lockdep_is_held(mutex))
		stub_warn(__FILE__, __LINE__);
	if (!mutex_change(mutex, MUTEX_FREE, MUTEX_HELD) && !mutex_spin(mutex)) {
		/* Others may sleep beside this one: futex(2), "Futexes Are Tricky". */
		while (__atomic_exchange_n(&mutex->state, MUTEX_AWAITED, __ATOMIC_ACQUIRE))
			syscall(SYS_futex, &mutex->state, FUTEX_WAIT_PRIVATE, MUTEX_AWAITED, NULL);
	}
	STORE(mutex->owner, pthread_self());
	mutexes_held++;
}

void mutex_unlock(struct mutex *mutex)
{
	if (!lockdep_is_held(mutex))
		stub_warn(__FILE__, __LINE__);
	mutexes_held--;
	STORE(mutex->owner, 0);
	if (__atomic_exchange_n(&mutex->state, MUTEX_FREE, __ATOMIC_RELEASE) == MUTEX_AWAITED)
		syscall(SYS_futex, &mutex->state, FUTEX_WAKE_PRIVATE, 1);
}

bool lockdep_is_held(struct mutex *mutex)
{
	return pthread_equal(LOADED(mutex->owner), pthread_self());
}

/* Scheduling. */
void (*stub_resched)(void);
long stub_signal_after = -1;

void cond_resched(void)
{
	void (*others)(void) = stub_resched;

	if (mutexes_held)
		return;
	if (!others) {
		/* A mutex here goes to whoever is quickest: give others a chance. */
		sched_yield();
		return;
	}
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

static pthread_mutex_t timer_lock = PTHREAD_MUTEX_INITIALIZER;
static struct hrtimer *timer, *wall_timer;

u64 ktime_get_boottime_ns(void)
{
	return LOADED(stub_boottime_ns);
}

u64 ktime_get_coarse_boottime_ns(void)
{
	u64 now = LOADED(stub_boottime_ns);

	return now - now % TICK_NSEC;
}

u64 ktime_get_real_ns(void)
{
	return LOADED(stub_wall_seconds) * NSEC_PER_SEC;
}

void hrtimer_setup(struct hrtimer *new, enum hrtimer_restart (*function)(struct hrtimer *),
		   clockid_t clock_id, enum hrtimer_mode mode)
{
	new->function = function;
	new->expires = 0;
	if (clock_id == CLOCK_REALTIME)
		wall_timer = new;
	else if (clock_id == CLOCK_BOOTTIME)
		timer = new;
	else
		stub_warn(__FILE__, __LINE__);
}

void hrtimer_start(struct hrtimer *which, ktime_t expires, enum hrtimer_mode mode)
{
	pthread_mutex_lock(&timer_lock);
	which->expires = expires;
	pthread_mutex_unlock(&timer_lock);
}

int hrtimer_try_to_cancel(struct hrtimer *which)
{
	int started;

	pthread_mutex_lock(&timer_lock);
	started = which->expires != 0;
	which->expires = 0;
	pthread_mutex_unlock(&timer_lock);
	return started;
}

/* Work. */
struct worker {
	pthread_t thread;
	struct work_struct *work;	/* at which it is */
	struct worker *next;
};

static pthread_mutex_t queue_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t progress = PTHREAD_COND_INITIALIZER;
static struct work_struct *queue;
static struct delayed_work *delayed;
static struct worker *workers;

/* The following four under queue_lock. */
static bool enqueue(struct work_struct *work)
{
	struct work_struct **link;

	if (work->pending)
		return false;
	for (link = &queue; *link; link = &(*link)->next)
		;
	*link = work;
	work->next = NULL;
	work->pending = true;
	return true;
}

static bool dequeue(struct work_struct *work)
{
	struct work_struct **link;
	bool was_pending = work->pending;

	for (link = &queue; *link; link = &(*link)->next) {
		if (*link == work) {
			*link = work->next;
			break;
		}
	}
	work->pending = false;
	return was_pending;
}

static bool dequeue_delayed(struct delayed_work *work)
{
	struct delayed_work **link;
	bool was_pending = dequeue(&work->work) || work->due;

	for (link = &delayed; *link; link = &(*link)->next) {
		if (*link == work) {
			*link = work->next;
			break;
		}
	}
	work->due = 0;
	return was_pending;
}

/* Whether a thread is at it; @others: another one than this. */
static bool is_running(const struct work_struct *work, bool others)
{
	struct worker *worker;

	for (worker = workers; worker; worker = worker->next)
		if (worker->work == work &&
		    !(others && pthread_equal(worker->thread, pthread_self())))
			return true;
	return false;
}

bool queue_work(struct workqueue_struct *workqueue, struct work_struct *work)
{
	bool queued;

	pthread_mutex_lock(&queue_lock);
	queued = enqueue(work);
	pthread_mutex_unlock(&queue_lock);
	return queued;
}

bool cancel_work_sync(struct work_struct *work)
{
	bool was_pending;

	pthread_mutex_lock(&queue_lock);
	was_pending = dequeue(work);
	while (is_running(work, true))
		pthread_cond_wait(&progress, &queue_lock);
	pthread_mutex_unlock(&queue_lock);
	return was_pending;
}

/* @waited: one that waited for readers */
static struct work_struct *take_work(struct worker *worker, bool waited)
{
	struct work_struct *work;

	pthread_mutex_lock(&queue_lock);
	for (work = queue; work && (is_running(work, false) || work->waited < waited);
	     work = work->next)
		;
	if (work) {
		dequeue(work);
		*worker = (struct worker){ pthread_self(), work, workers };
		workers = worker;
	}
	pthread_mutex_unlock(&queue_lock);
	return work;
}

static void finish_work(struct worker *worker)
{
	struct worker **link;

	pthread_mutex_lock(&queue_lock);
	for (link = &workers; *link != worker; link = &(*link)->next)
		;
	*link = worker->next;
	pthread_cond_broadcast(&progress);
	pthread_mutex_unlock(&queue_lock);
}

unsigned long stub_run_work(unsigned long limit)
{
	struct worker worker;
	unsigned long done = 0;

	while (done < limit) {
		struct work_struct *work = take_work(&worker, false);

		if (!work)
			break;
		/* It may be late, and find that things have changed. Not what waited for
		 * readers, which comes whenever it likes: a seed would not replay.
		 */
		if (!work->waited)
			cond_resched();
		done += !work->waited;
		work->func(work);
		/* It may have freed itself. */
		finish_work(&worker);
	}
	return done;
}

/* Somebody sleeps until others have gone on: what waits for readers is done. */
void stub_wait(void)
{
	struct work_struct *work;
	struct worker worker;

	rcu_barrier();
	while ((work = take_work(&worker, true))) {
		work->func(work);
		finish_work(&worker);
	}
	sched_yield();
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

/* Under timer_lock. */
static void expire(struct hrtimer *which, u64 now)
{
	if (!which || !which->expires || which->expires > now)
		return;
	which->expires = 0;
	which->function(which);
}

void stub_clock_advance(u64 ns)
{
	u64 now = __atomic_add_fetch(&stub_boottime_ns, ns, __ATOMIC_RELAXED);
	struct delayed_work *work;

	pthread_mutex_lock(&timer_lock);
	expire(timer, now);
	expire(wall_timer, ktime_get_real_ns());
	pthread_mutex_unlock(&timer_lock);

	pthread_mutex_lock(&queue_lock);
	for (work = delayed; work; work = work->next) {
		if (work->due && work->due <= now) {
			work->due = 0;
			enqueue(&work->work);
		}
	}
	pthread_mutex_unlock(&queue_lock);
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
	bool was_pending;

	pthread_mutex_lock(&queue_lock);
	was_pending = dequeue_delayed(work);
	work->due = LOADED(stub_boottime_ns) + delay * (NSEC_PER_SEC / HZ);
	work->next = delayed;
	delayed = work;
	pthread_mutex_unlock(&queue_lock);
	return was_pending;
}

bool delayed_work_pending(struct delayed_work *work)
{
	bool pending;

	pthread_mutex_lock(&queue_lock);
	pending = work->due || work->work.pending;
	pthread_mutex_unlock(&queue_lock);
	return pending;
}

bool cancel_delayed_work_sync(struct delayed_work *work)
{
	bool was_pending;

	pthread_mutex_lock(&queue_lock);
	was_pending = dequeue_delayed(work);
	pthread_mutex_unlock(&queue_lock);
	cancel_work_sync(&work->work);
	return was_pending;
}

/* What is put off until readers are done; how much of it, under queue_lock. */
char stub_sections;
static unsigned long put_off;

static void put_off_until_read(struct rcu_head *head, void (*function)(struct rcu_head *))
{
	pthread_mutex_lock(&queue_lock);
	put_off++;
	pthread_mutex_unlock(&queue_lock);
	stub_before(head);
	call_rcu(head, function);
}

static void are_read(struct rcu_head *head)
{
	stub_after(head);
	stub_after(&stub_sections);
}

static void one_done(void)
{
	pthread_mutex_lock(&queue_lock);
	put_off--;
	pthread_cond_broadcast(&progress);
	pthread_mutex_unlock(&queue_lock);
}

void stub_rcu_barrier(void)
{
	pthread_mutex_lock(&queue_lock);
	while (put_off)
		pthread_cond_wait(&progress, &queue_lock);
	pthread_mutex_unlock(&queue_lock);
}

static void queue_after_readers(struct rcu_head *head)
{
	struct work_struct *work = &container_of(head, struct rcu_work, rcu)->work;

	are_read(head);
	work->waited = true;
	queue_work(NULL, work);
	one_done();
}

bool queue_rcu_work(struct workqueue_struct *workqueue, struct rcu_work *work)
{
	put_off_until_read(&work->rcu, queue_after_readers);
	return true;
}

struct garbage {
	struct rcu_head head;
	void *object;
};

static void free_after_readers(struct rcu_head *head)
{
	struct garbage *garbage = container_of(head, struct garbage, head);

	are_read(head);
	stub_free(garbage->object, "kmalloc", 0);
	free(garbage);
	one_done();
}

void stub_free_rcu(void *object)
{
	struct garbage *garbage = malloc(sizeof(*garbage));

	garbage->object = object;
	put_off_until_read(&garbage->head, free_after_readers);
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
		u64 z = __atomic_add_fetch(&random_state, 0x9e3779b97f4a7c15ULL, __ATOMIC_RELAXED);

		z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
		z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
		*byte++ = z >> 56;
	}
}
