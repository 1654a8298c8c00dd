// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a check writes. One thread asks; on its stack are the questions and, where the
 * kernel has those of each CPU, its counters. All else that could be written is read-only
 * meanwhile: the module's variables, the list, the heap, what malloc() and locks use.
 * Who stores there faults: that store is noted, and done by a single step. Misses,
 * hits without a limit and those withheld have none; a hit that is paid for stores into
 * its user's budget.
 */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>
#include <linux/mutex.h>
#include <linux/slab.h>

#include "ask.h"
#include "issuer.h"

#define STACK		(4UL << 20)
#define QUESTIONS	(128 * IDRV_CHECK_GROUP)
#define LISTED		100000
#define REPLACED	(12000 | IDREVOKE_REASON_LOST << 16)	/* through 2016 */
#define CANCELLED	(65535 | IDREVOKE_REASON_VOID << 16)
#define RANGES		1000
#define STRAYS		3	/* are shown */
#define SINGLE_STEP	0x100	/* in EFLAGS */

struct range {
	uintptr_t from, to;
};

static struct range stack;
static struct issuer list;
static struct idrv_budget *budget;

/* Of the thread that asks, on its stack: */
static __thread struct range ranges[RANGES];	/* read-only at present */
static __thread unsigned int range_count;
static __thread char maps[1 << 18], signal_stack[1 << 16];
static __thread struct idrv_budget_counts counts;
static __thread unsigned int strays, spent;	/* stores; the latter into the budget */
static __thread uintptr_t stray_at[STRAYS], stray_by[STRAYS];

static void set_all(int protection)
{
	unsigned int i;

	for (i = 0; i < range_count; i++)
		if (mprotect((void *)ranges[i].from, ranges[i].to - ranges[i].from, protection))
			_exit(99);
}

static void on_store(int signal, siginfo_t *info, void *context)
{
	uintptr_t at = (uintptr_t)info->si_addr;
	greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;

	if (at / 64 == (uintptr_t)&budget->full_at / 64) {
		spent++;
	} else if (++strays <= STRAYS) {
		stray_at[strays - 1] = at;
		stray_by[strays - 1] = registers[REG_RIP];
	}
	if (mprotect((void *)(at & -4096), 4096, PROT_READ | PROT_WRITE))
		_exit(98);	/* not a store: the address is nobody's */
	registers[REG_EFL] |= SINGLE_STEP;
}

static void on_step(int signal, siginfo_t *info, void *context)
{
	set_all(PROT_READ);
	((ucontext_t *)context)->uc_mcontext.gregs[REG_EFL] &= ~SINGLE_STEP;
}

/* What can be written, but for this thread's stack: how many ranges. */
static unsigned int find_writable(struct range *found)
{
	unsigned int count = 0;
	int file = open("/proc/self/maps", O_RDONLY | O_CLOEXEC), part;
	ssize_t size = 0, got;
	char *line, *next;

	while ((got = read(file, maps + size, sizeof(maps) - 1 - size)) > 0)
		size += got;
	close(file);
	maps[size] = '\0';
	for (line = maps; *line; line = strchr(line, '\n') + 1) {
		uintptr_t from = strtoul(line, &next, 16), to = strtoul(next + 1, &next, 16);
		struct range parts[] = {
			{ from, to < stack.from ? to : stack.from },
			{ from > stack.to ? from : stack.to, to },
		};

		for (part = 0; next[2] == 'w' && part < 2; part++) {
			if (count == RANGES)
				_exit(97);
			if (parts[part].from < parts[part].to)
				found[count++] = parts[part];
		}
	}
	return count;
}

static void protect(void)
{
	range_count = find_writable(ranges);
	WRITE_ONCE(strays, 0);
	WRITE_ONCE(spent, 0);
	set_all(PROT_READ);
}

static void unprotect(void)
{
	set_all(PROT_READ | PROT_WRITE);
	range_count = 0;
}

static void show_strays(void)
{
	extern const char __executable_start;
	char program[1000] = "", command[3000];
	unsigned int i;

	if (readlink("/proc/self/exe", program, sizeof(program) - 1) < 0)
		return;
	for (i = 0; i < strays && i < STRAYS; i++) {
		snprintf(command, sizeof(command),
			 "{ addr2line -se '%1$s' %2$#lx; addr2line -pfise '%1$s' %3$#lx; } | sed 's/^/# /' >&2",
			 program, stray_at[i] - (uintptr_t)&__executable_start,
			 stray_by[i] - (uintptr_t)&__executable_start);
		diag("a store to %#lx, which is of this line, by:", stray_at[i]);
		if (system(command))
			diag("%s", command);
	}
}

/* Without these, that nothing was noted would say nothing. */
static int variable;
static struct mutex mutex;

static void store_variable(void)
{
	WRITE_ONCE(variable, 1);
}

static void store_table(void)
{
	u64 *word = idrv_list.view->table->words;

	WRITE_ONCE(*word, READ_ONCE(*word));
}

static void store_budget(void)
{
	WRITE_ONCE(budget->openers, 1);
}

static void store_lock(void)
{
	mutex_lock(&mutex);
	mutex_unlock(&mutex);
}

static void store_allocation(void)
{
	kfree(kmalloc(1, GFP_KERNEL));
}

static void notices(void (*store)(void), const char *what)
{
	protect();
	store();
	unprotect();
	ok(READ_ONCE(strays) && !READ_ONCE(spent), "%s is noticed", what);
}

/* Listed are the second (cancelled) and the fourth (replaced) of any four numbers. */
struct kind {
	const char *name;
	unsigned int number;
	u32 valid_from, verdict, why;
	char digit, last;	/* for the fourth, and changed in the last */
};

static const struct kind kinds[] = {
	{ "a miss", 0, 0, IDREVOKE_CLEAR, 0, 0, 0 },
	{ "a miss, start known", 2, 20190412, IDREVOKE_CLEAR, 0, 0, 0 },
	{ "the new card of a listed number", 3, 20190412, IDREVOKE_CLEAR, 0, 0, 0 },
	{ "no number", 0, 0, IDREVOKE_UNKNOWN, IDREVOKE_WHY_MALFORMED, ' ', 0 },
	{ "a wrong check digit", 1, 0, IDREVOKE_UNKNOWN, IDREVOKE_WHY_MALFORMED, 0, 1 },
	{ "no date", 1, 20230229, IDREVOKE_UNKNOWN, IDREVOKE_WHY_MALFORMED, 0, 0 },
};
static const struct kind stale = { "a miss, stale", 0, 0, IDREVOKE_UNKNOWN, IDREVOKE_WHY_STALE, 0, 0 };
static const struct kind hit = { "a hit", 1, 0, IDREVOKE_REVOKED, 0, 0, 0 };
static const struct kind throttled = { "a throttled hit", 1, 0, IDREVOKE_UNKNOWN,
				       IDREVOKE_WHY_THROTTLED, 0, 0 };

/* Each question by itself, and all again by groups; @stores: into the budget, for each */
static void ask(const struct kind *kind, unsigned int stores, const char *when)
{
	struct idrevoke_check checks[QUESTIONS] = {};
	unsigned int i, wrong = 0;

	for (i = 0; i < QUESTIONS; i++) {
		issuer_print_number(list.numbers[random_below(list.size / 4) * 4 + kind->number],
				    checks[i].number);
		checks[i].valid_from = kind->valid_from;
		checks[i].number[17] ^= kind->last;
		if (kind->digit)
			checks[i].number[3] = kind->digit;
	}
	protect();
	for (i = 0; i < QUESTIONS; i++) {
		ask_all(&checks[i], 1, budget);
		wrong += checks[i].verdict != kind->verdict || checks[i].why != kind->why;
	}
	for (i = 0; i < QUESTIONS; i += IDRV_CHECK_GROUP)
		ask_all(&checks[i], IDRV_CHECK_GROUP, budget);
	unprotect();
	for (i = 0; i < QUESTIONS; i++)
		wrong += checks[i].verdict != kind->verdict || checks[i].why != kind->why;
	is(wrong, 0, "%s%s: answered as it should", kind->name, when);
	is(READ_ONCE(spent), 2 * QUESTIONS * stores, "%s%s: %u stores into the user's budget", kind->name,
	   when, stores);
	if (!is(READ_ONCE(strays), 0, "%s%s: no other store", kind->name, when))
		show_strays();
}

static int try_all(void)
{
	struct sigaction action = { .sa_flags = SA_SIGINFO | SA_ONSTACK };
	static __thread struct range left[RANGES];
	unsigned int i, count;

	budget->counts = &counts;
	sigaltstack(&(stack_t){ .ss_sp = signal_stack, .ss_size = sizeof(signal_stack) }, NULL);
	action.sa_sigaction = on_store;
	sigaction(SIGSEGV, &action, NULL);
	action.sa_sigaction = on_step;
	sigaction(SIGTRAP, &action, NULL);

	protect();
	count = find_writable(left);
	unprotect();
	is(count, 0, "nothing else can be written");
	notices(store_variable, "a store to a variable");
	notices(store_table, "one into the table");
	notices(store_budget, "one beside what hits write");
	notices(store_lock, "a lock");
	notices(store_allocation, "an allocation");

	for (i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		ask(&kinds[i], 0, "");
	idrv_hits_per_hour = 1000000000;
	ask(&hit, 1, "");
	idrv_hits_per_hour = 0;
	ask(&hit, 0, " without a limit");
	idrv_hits_per_hour = 1;
	stub_clock_advance(1);
	ask(&throttled, 0, "");
	stub_clock_advance(4000 * NSEC_PER_SEC);
	ask(&stale, 0, "");
	return done();
}

/* With one thread: RCU's own goes on writing in this one. */
static void *other_process(void *status)
{
	pid_t child;

	rcu_register_thread();
	child = fork();
	if (!child)
		_exit(try_all());
	if (waitpid(child, status, 0) < 0)
		bail_out("no status");
	rcu_unregister_thread();
	return NULL;
}

int main(void)
{
	pthread_attr_t attributes;
	pthread_t thread;
	int status = -1;
	void *memory;
	u64 i;

	harness_begin();
	stub_random_seed(random_u64());
	must(!idrv_list_init(), "no list");
	budget = idrv_budget_get((kuid_t){ 0 });
	issuer_init(&list, 2 * LISTED, 140619000000000ULL);
	list.version = 1;
	for (i = 1; i < list.size; i += 2)
		issuer_set(&list, i, i % 4 == 1 ? CANCELLED : REPLACED);
	must(!issuer_snapshot(&list), "no snapshot");
	stub_settle();

	memory = mmap(NULL, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	must(memory != MAP_FAILED, "no memory");
	stack = (struct range){ (uintptr_t)memory, (uintptr_t)memory + STACK };
	pthread_attr_init(&attributes);
	pthread_attr_setstack(&attributes, memory, STACK);
	must(!pthread_create(&thread, &attributes, other_process, &status), "no thread");
	pthread_join(thread, NULL);
	return !WIFEXITED(status) || WEXITSTATUS(status);
}
