// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The list under random commands, right and wrong ones, with time passing and
 * with rebuilds and verifications between whose lines further commands come:
 * against a model of what <linux/idrevoke_netlink.h> promises. After each step,
 * every number of a small universe is looked for. Keys and tables are shrunken,
 * so that the table is rebuilt all the time.
 *
 * Where a command has several faults, any of their errors is right.
 */
#include "issuer.h"

#define SECOND		1000000000ULL
#define TICK		4000000ULL
#define OWNERS		3
#define UNIVERSE	5000

static struct issuer now;	/* in force, if @loaded */
static bool loaded;
static u64 issued, stale_at, late_at;
/* The second in which the issuer's word has ended by the wall clock, and whether it has. */
static u64 expires_at;
static bool expired;
static unsigned long long ended_by_wall_clock;

/* The oldest that is taken, once something was in force. */
static struct {
	bool known;
	u64 epoch, version, count;
	u128 digest;
} oldest;

static struct {
	u32 owner;
	bool delta;
	u64 base, epoch, version, announced, received;
	u64 idle_at;
	/* what is planned to be sent, as indices into the universe */
	u64 planned;
	u16 index[UNIVERSE + 8];
	u32 value[UNIVERSE + 8];
} transaction;

static struct issuer result;	/* of what was received */
static unsigned long long tried[16], refused[16], interleaved, verified;
static unsigned long long events[8], announced_states;
static bool in_hook;

enum action {
	BEGIN, RECORDS, COMMIT, ABORT, RELEASE, CONFIRM, FLUSH, TIME, WORK, VERIFY, ACTIONS
};

static const char * const names[] = {
	"begin", "records", "commit", "abort", "release", "confirm", "flush", "time", "work", "verify"
};

static void listen(enum idrevoke_event event)
{
	events[event]++;
}

static u64 coarse(void)
{
	return stub_boottime_ns - stub_boottime_ns % TICK;
}

static enum idrevoke_state state_now(void)
{
	if (!loaded || !now.count)
		return IDREVOKE_STATE_NOT_READY;
	if (coarse() >= stale_at)
		return IDREVOKE_STATE_STALE;
	return coarse() >= late_at ? IDREVOKE_STATE_LATE : IDREVOKE_STATE_CURRENT;
}

/*
 * Once the wall clock has been past the issuer's word, the list may have become stale;
 * when, says the list.
 */
static void look_at_wall_clock(void)
{
	u64 stale;

	if (!loaded || !expired)
		return;
	rcu_read_lock();
	stale = READ_ONCE(rcu_dereference(idrv_list.view)->stale_at);
	rcu_read_unlock();
	if (stale < stale_at && stale <= coarse()) {
		stale_at = stale;
		ended_by_wall_clock++;
	}
}

static void check_status(void)
{
	struct idrv_status status;

	look_at_wall_clock();
	idrv_list_status(&status);
	must(status.state == state_now(), "state %d, not %d", (int)status.state, (int)state_now());
	must(status.floor_epoch == oldest.epoch && status.floor_version == oldest.version,
	     "another floor");
	must(status.transaction == transaction.owner, "transaction of %u, not %u",
	     status.transaction, transaction.owner);
	if (!loaded) {
		must(!status.epoch && !status.version && !status.count && !status.issued &&
		     !status.fresh_ms && !status.memory, "of no list, something is in force");
		return;
	}
	must(status.epoch == now.epoch && status.version == now.version &&
	     status.count == now.count && status.issued == issued, "another list in force");
	must(status.digest.low == (u64)now.digest &&
	     status.digest.high == (u64)(now.digest >> 64), "another digest");
	must(status.fresh_ms == (stale_at > coarse() ? (stale_at - coarse()) / 1000000 : 0),
	     "fresh for %llu ms", status.fresh_ms);
	issuer_check(&now);
}

/* One of the faults was reported; or none, if there is none. */
static bool expect(enum action action, int error, const int *faults,
		   const struct idrv_refusal *refusal)
{
	bool right = !error && !faults[0];

	tried[action]++;
	if (error) {
		must(refusal->message, "%s: error %d is not explained", names[action], error);
		for (refused[action]++; *faults; faults++)
			right |= *faults == -error;
		right |= error == -ENOMEM && stub_starved;
	}
	must(right, "%s: returned %d (%s), expected %d", names[action], error,
	     error ? refusal->message : "", faults[0]);
	return !error;
}

static void plan_records(void)
{
	u64 i, density = 1 + random_below(100), picked = one_in(3) ? 1 + random_below(100) : 5;

	transaction.planned = 0;
	for (i = 0; i < now.size; i++) {
		u32 value = issuer_random_value();

		if (transaction.delta) {
			if (random_below(100) >= picked)
				continue;
			if (random_below(100) >= density)
				value = UNLISTED;
			else if (one_in(4))
				value = 1U << 21;	/* a person only */
		} else if (random_below(100) >= density) {
			continue;
		}
		transaction.index[transaction.planned] = i;
		transaction.value[transaction.planned++] = value;
	}
}

/* A list that was in force before, to be sent again. */
static void plan_the_same(void)
{
	u64 i;

	transaction.planned = 0;
	for (i = 0; i < now.size; i++) {
		if (now.values[i] == UNLISTED)
			continue;
		transaction.index[transaction.planned] = i;
		transaction.value[transaction.planned++] = now.values[i];
	}
}

static void begin(void)
{
	u32 owner = 1 + random_below(OWNERS);
	bool delta = loaded ? !one_in(4) : one_in(20), again = !delta && one_in(4);
	struct idrv_commitment to = { .epoch = oldest.epoch ?: 1 };
	struct idrv_refusal refusal = {};
	u64 base = delta ? oldest.version : 0;
	int faults[8] = {}, *fault = faults;
	unsigned int i;

	if (!delta && one_in(6))
		to.epoch += random_below(2);
	to.version = to.epoch == oldest.epoch ? oldest.version + 1 + random_below(3) : 1;
	if (again)
		to.version = oldest.version ?: 1;
	if (one_in(12))
		to.epoch -= random_below(3) - 1;
	if (one_in(12))
		to.version -= random_below(4);
	if (delta && one_in(12))
		base += random_below(5) - 2;

	if (!transaction.owner) {
		transaction.delta = delta;
		transaction.received = 0;
		if (again && one_in(2))
			plan_the_same();
		else
			plan_records();
		to.count = transaction.planned;
		if (one_in(30))
			to.count = one_in(2) ? to.count + 1 : to.count - (to.count > 0);
	}
	if (one_in(30))
		to.count = idrv_limits.max_entries + 1 + random_below(3);

	if (transaction.owner)
		*fault++ = EBUSY;
	if (delta && to.version <= base)
		*fault++ = ESTALE;
	if (to.epoch < oldest.epoch || (to.epoch == oldest.epoch && to.version < oldest.version))
		*fault++ = ESTALE;
	if (delta && (!loaded || now.epoch != to.epoch || now.version != base))
		*fault++ = ESTALE;
	if (to.count > idrv_limits.max_entries)
		*fault++ = ENOSPC;

	if (!expect(BEGIN, idrv_transaction_begin(owner, delta ? IDREVOKE_KIND_DELTA :
						  IDREVOKE_KIND_SNAPSHOT, base, &to, &refusal),
		    faults, &refusal))
		return;
	transaction.owner = owner;
	transaction.base = base;
	transaction.epoch = to.epoch;
	transaction.version = to.version;
	transaction.announced = to.count;
	transaction.received = 0;
	transaction.idle_at = stub_boottime_ns + idrv_limits.idle_timeout * SECOND;
	issuer_copy(&result, &now);
	result.epoch = to.epoch;
	result.version = to.version;
	if (!delta)
		for (i = 0; i < result.size; i++)
			issuer_set(&result, i, UNLISTED);
}

static u32 some_owner(void)
{
	return transaction.owner && !one_in(20) ? transaction.owner : random_below(OWNERS + 1);
}

static void records(void)
{
	u64 left = transaction.planned - transaction.received, offset = transaction.received;
	u64 count = one_in(2) ? left : random_below(left + 1), i, bad = ~0ULL, length;
	u32 owner = some_owner();
	u8 *wire = malloc((count + 2) * 12), *at = wire;
	struct idrv_refusal refusal = {};
	int faults[8] = {}, *fault = faults, error;

	for (i = 0; i < count; i++, at += 12)
		issuer_put(at, now.numbers[transaction.index[offset + i]],
			   transaction.value[offset + i]);
	if (count && one_in(15)) {
		bad = random_below(count);
		at = wire + bad * 12;
		switch (random_below(6)) {
		case 0:		/* a removal in a snapshot, or one that says more */
			at[11] = IDREVOKE_RECORD_REMOVE;
			at[10] = transaction.delta;
			break;
		case 1:
			at[11] |= 4 << random_below(5);
			at[10] |= 1;
			break;
		case 2:
			at[10] = 5 + random_below(251);
			break;
		case 3:
			at[7] = 0xff;
			break;
		case 4:		/* the same as before */
			if (!bad)
				bad = ~0ULL;
			else
				memcpy(at, at - 12, 12);
			break;
		case 5:		/* smaller than the one before */
			if (bad + offset == 0)
				bad = ~0ULL;
			else
				issuer_put(at, 0, 1 | 1 << 16);
			break;
		}
	}
	length = count * 12;
	if (one_in(40) && length)
		length -= 1 + random_below(11);
	if (one_in(40))
		offset += random_below(2) ? 1 : -1;

	if (!owner || owner != transaction.owner) {
		*fault++ = ENOENT;
	} else {
		if (!length || length % 12)
			*fault++ = EINVAL;
		if (offset != transaction.received)
			*fault++ = EILSEQ;
		if (length / 12 > transaction.announced - transaction.received)
			*fault++ = E2BIG;
		if (bad < length / 12)
			*fault++ = EBADMSG;
	}
	error = idrv_transaction_records(owner, offset, wire, length, &refusal);
	if (expect(RECORDS, error, faults, &refusal)) {
		for (i = transaction.received; i < transaction.received + count; i++)
			issuer_set(&result, transaction.index[i], transaction.value[i]);
		transaction.received += count;
	} else if (error == -EBADMSG) {
		must(refusal.at == wire + bad * 12, "record %llu is blamed, not %llu",
		     (u64)((const u8 *)refusal.at - wire) / 12, bad);
	}
	if (error != -ENOENT)
		transaction.idle_at = stub_boottime_ns + idrv_limits.idle_timeout * SECOND;
	if (error && error != -ENOENT && error != -EINVAL)
		transaction.owner = 0;
	free(wire);
}

/* What the issuer says of when, and the deadlines that follow. */
static bool random_time(struct idrv_commitment *to, u64 *stale, u64 *late)
{
	u64 wall = stub_wall_seconds, age, fresh;

	to->issued = wall - random_below(one_in(4) ? 400 : 3) + 2;
	if (one_in(20))
		to->issued = wall + random_below(2 * idrv_limits.max_skew + 2);
	to->valid_for = 1 + random_below(one_in(8) ? 1000000 : 300);
	age = wall > to->issued ? wall - to->issued : 0;
	fresh = to->valid_for > age ? to->valid_for - age : 0;
	if (fresh > idrv_limits.max_valid_for)
		fresh = idrv_limits.max_valid_for;
	*stale = coarse() + fresh * SECOND;
	fresh = 3 * idrv_limits.confirm_interval;
	*late = coarse() + (fresh > age ? fresh - age : 0) * SECOND;
	return to->issued <= wall || to->issued - wall <= idrv_limits.max_skew;
}

static void take_time(const struct idrv_commitment *to, u64 stale, u64 late)
{
	issued = to->issued;
	stale_at = stale;
	late_at = late;
	expires_at = issued + to->valid_for + 1;
	expired = (u64)stub_wall_seconds >= expires_at;
}

static bool is_in_force(const struct idrv_commitment *to)
{
	return loaded && to->epoch == now.epoch && to->version == now.version &&
	       to->count == now.count && to->digest.low == (u64)now.digest &&
	       to->digest.high == (u64)(now.digest >> 64);
}

static void commit(void)
{
	u32 owner = some_owner();
	bool owned = owner && owner == transaction.owner, again = loaded && one_in(20), in_time;
	struct idrv_commitment to = issuer_commitment(again ? &now : &result);
	unsigned long long commits = events[IDREVOKE_EVENT_COMMIT];
	s64 changes = atomic64_read(&idrv_list.changes);
	u64 woken = idrv_list.wait.woken;
	struct idrv_refusal refusal = {};
	int faults[12] = {}, *fault = faults;
	u64 stale, late;

	/* Mostly wait until all is there. */
	if (owned && transaction.received < transaction.announced && !one_in(10))
		return;
	in_time = random_time(&to, &stale, &late);
	if (one_in(25))
		to.count += random_below(2) ? 1 : -1;
	if (one_in(25))
		*(one_in(2) ? &to.digest.low : &to.digest.high) ^= 1ULL << random_below(64);
	if (one_in(25))
		*(one_in(2) ? &to.epoch : &to.version) += 1;
	again = is_in_force(&to);

	if (again && !(owned && (to.epoch != transaction.epoch ||
				 to.version != transaction.version))) {
		;
	} else if (!owned) {
		*fault++ = ENOENT;
	} else {
		if (to.epoch != transaction.epoch || to.version != transaction.version)
			*fault++ = ESTALE;
		if (to.epoch < oldest.epoch ||
		    (to.epoch == oldest.epoch && to.version < oldest.version))
			*fault++ = ESTALE;
		if (transaction.delta && (!loaded || now.epoch != to.epoch ||
					  now.version != transaction.base))
			*fault++ = ESTALE;
		if (transaction.received != transaction.announced)
			*fault++ = EILSEQ;
		if (to.count > idrv_limits.max_entries)
			*fault++ = ENOSPC;
		if (!in_time)
			*fault++ = ERANGE;
		if (to.count != result.count || to.digest.low != (u64)result.digest ||
		    to.digest.high != (u64)(result.digest >> 64))
			*fault++ = EBADMSG;
		if (oldest.known && to.epoch == oldest.epoch && to.version == oldest.version &&
		    (result.count != oldest.count || result.digest != oldest.digest))
			*fault++ = EBADMSG;
	}

	if (expect(COMMIT, idrv_transaction_commit(owner, &to, &refusal), faults, &refusal) &&
	    !again) {
		issuer_copy(&now, &result);
		loaded = true;
		take_time(&to, stale, late);
		oldest.known = true;
		oldest.epoch = now.epoch;
		oldest.version = now.version;
		oldest.count = now.count;
		oldest.digest = now.digest;
		must(events[IDREVOKE_EVENT_COMMIT] == commits + 1, "no event");
		must(atomic64_read(&idrv_list.changes) == changes + 1, "poll finds nothing");
		must(idrv_list.wait.woken == woken + 1, "poll is not woken");
	} else {
		must(events[IDREVOKE_EVENT_COMMIT] == commits, "an event of nothing");
		must(atomic64_read(&idrv_list.changes) == changes, "poll is woken by nothing");
	}
	if (owned)
		transaction.owner = 0;
}

static void abort_or_release(enum action action)
{
	u32 owner = one_in(3) ? some_owner() : 1 + random_below(OWNERS);
	bool owned = owner && owner == transaction.owner;
	struct idrv_refusal refusal = {};
	int faults[2] = { action == ABORT && !owned ? ENOENT : 0 };

	if (action == ABORT)
		expect(ABORT, idrv_transaction_abort(owner, &refusal), faults, &refusal);
	else
		idrv_transaction_release(owner);
	if (owned)
		transaction.owner = 0;
}

static void confirm(void)
{
	struct idrv_commitment to = issuer_commitment(&now);
	unsigned long long confirmed = events[IDREVOKE_EVENT_CONFIRM];
	struct idrv_refusal refusal = {};
	int faults[8] = {}, *fault = faults;
	u64 stale, late;

	if (!random_time(&to, &stale, &late))
		*fault++ = ERANGE;
	if (one_in(15))
		*(one_in(2) ? &to.epoch : &to.version) += one_in(2) ? 1 : -1;
	if (!loaded || to.epoch != now.epoch || to.version != now.version || to.issued <= issued)
		*fault++ = ESTALE;
	if (expect(CONFIRM, idrv_list_confirm(&to, &refusal), faults, &refusal)) {
		take_time(&to, stale, late);
		confirmed++;
	}
	must(events[IDREVOKE_EVENT_CONFIRM] == confirmed, "events of confirmations");
}

static void flush(void)
{
	u32 owner = random_below(OWNERS + 1);
	unsigned long long flushed = events[IDREVOKE_EVENT_FLUSH];
	struct idrv_refusal refusal = {};
	int faults[2] = {};

	if (transaction.owner && owner != transaction.owner)
		faults[0] = EBUSY;
	if (expect(FLUSH, idrv_list_flush(owner, &refusal), faults, &refusal)) {
		flushed += loaded;
		loaded = false;
	}
	must(events[IDREVOKE_EVENT_FLUSH] == flushed, "events of flushes");
}

static void pass_time(void)
{
	u64 ns = random_below(one_in(3) ? 30 * SECOND : SECOND);

	if (one_in(3) && loaded && stale_at > stub_boottime_ns)
		ns = stale_at - stub_boottime_ns + random_below(4) * TICK / 2 - TICK / 2;
	else if (one_in(3) && loaded && late_at > stub_boottime_ns)
		ns = late_at - stub_boottime_ns + random_below(4) * TICK / 2 - TICK / 2;
	else if (one_in(8) && transaction.owner && transaction.idle_at > stub_boottime_ns)
		ns = transaction.idle_at - stub_boottime_ns + random_below(3) - 1;
	if (ns > 1000000 * SECOND)
		ns = 0;
	stub_wall_seconds += ns / SECOND;
	if (one_in(30))
		stub_wall_seconds += (s64)random_below(400) - 200;
	else if (loaded && one_in(5) && (u64)stub_wall_seconds < expires_at)
		stub_wall_seconds = expires_at + random_below(3) - 1;
	if (loaded && (u64)stub_wall_seconds >= expires_at)
		expired = true;
	stub_clock_advance(ns);
}

static void run_work(void)
{
	unsigned long long told = events[IDREVOKE_EVENT_STATE];
	s64 changes = atomic64_read(&idrv_list.changes);
	u64 woken = idrv_list.wait.woken;

	must(stub_run_work(100) < 100, "work without end");
	if (stub_boottime_ns >= transaction.idle_at)
		transaction.owner = 0;
	if (events[IDREVOKE_EVENT_STATE] != told) {
		announced_states++;
		must(atomic64_read(&idrv_list.changes) > changes && idrv_list.wait.woken > woken,
		     "poll is not woken by a state");
	}
	look_at_wall_clock();
	if (loaded)
		must((u64)stub_wall_seconds < expires_at || coarse() >= stale_at,
		     "the wall clock is past the issuer's word");
	/* Whoever waits learns of a state a tick or two after it came. */
	if (!loaded || !now.count)
		return;
	if (coarse() >= stale_at + 2 * TICK)
		must(!idrv_list.timer.expires && idrv_list.state == IDREVOKE_STATE_STALE,
		     "STALE is not announced");
	else if (coarse() >= late_at + 2 * TICK && coarse() < stale_at)
		must(idrv_list.state == IDREVOKE_STATE_LATE, "LATE is not announced");
	if (coarse() < stale_at)
		must(idrv_list.timer.expires > stub_boottime_ns, "nothing will announce STALE");
}

static void verify(void)
{
	struct idrv_refusal refusal = {};
	struct idrv_status status;
	struct idrv_digest digest;
	int error;
	u64 count;

	/* Commands come between its lines: it answers for the list at its end. */
	error = idrv_list_verify(&count, &digest, &status, &refusal);
	must(error == (loaded ? 0 : -ENODATA), "verify: %d", error);
	if (!error) {
		must(status.version == now.version && status.epoch == now.epoch &&
		     status.count == count, "verify answers of version %llu", status.version);
		must(count == now.count && digest.low == (u64)now.digest &&
		     digest.high == (u64)(now.digest >> 64), "verify counts %llu, not %llu", count,
		     now.count);
	}
	verified += !error;
}

static void step(void)
{
	u64 dice = random_below(100);

	/* The time-out may have been worked off in the middle of the work. */
	if (transaction.owner && stub_boottime_ns >= transaction.idle_at && !idrv_transaction_owner())
		transaction.owner = 0;
	if (dice < 20)
		begin();
	else if (dice < 50)
		records();
	else if (dice < 72)
		commit();
	else if (dice < 73)
		abort_or_release(ABORT);
	else if (dice < 74)
		abort_or_release(RELEASE);
	else if (dice < 80)
		confirm();
	else if (dice == 80 && one_in(2))
		flush();
	else if (dice < 88)
		pass_time();
	else if (in_hook)
		return;
	else if (dice < 94)
		run_work();
	else
		verify();
}

/* Others come between the lines of a rebuild or a verification, and before work. */
static void between(void)
{
	int steps = one_in(3) ? random_below(12) : 0;

	in_hook = true;
	for (; steps; steps--, interleaved++) {
		step();
		check_status();
	}
	in_hook = false;
}

static void run(u64 universe, int steps)
{
	must(!idrv_list_init(), "no list");
	stub_resched = between;
	idrv_list_listen(listen);
	issuer_init(&now, universe, BIT_ULL(IDRV_KEY_BITS));
	loaded = false;
	memset(&oldest, 0, sizeof(oldest));
	transaction.owner = 0;
	transaction.planned = transaction.received = 0;
	idrv_limits.max_entries = one_in(4) ? now.size / 2 : now.size;
	idrv_limits.max_valid_for = 100 + random_below(300);
	idrv_limits.max_skew = random_below(100);
	idrv_limits.idle_timeout = 1 + random_below(60);
	idrv_limits.confirm_interval = 1 + random_below(60);
	while (steps--) {
		step();
		check_status();
	}
	if (one_in(2))
		stub_settle();
	stub_resched = NULL;
	idrv_list_listen(NULL);
	idrv_list_exit();
	must(!stub_live, "%llu allocations of %llu bytes are left", stub_live, stub_live_bytes);
	issuer_free(&now);
}

/*
 * A delta takes everybody off. Who looks in the list before that finds all of them as
 * long as it is there: of none may it say CLEAR, which neither that list says nor the
 * one of nobody.
 */
static void everybody_goes(void)
{
	const struct idrv_table *before;
	unsigned long long lost = 0;
	u8 *wire;
	u64 i;

	must(!idrv_list_init(), "no list");
	issuer_init(&now, 300, BIT_ULL(IDRV_KEY_BITS));
	wire = malloc(now.size * 12);
	for (i = 0; i < now.size; i++)
		issuer_set(&now, i, issuer_random_value());
	now.version = 1;
	must(!issuer_snapshot(&now), "no snapshot");

	rcu_read_lock();
	before = rcu_dereference(idrv_list.view)->table;
	for (i = 0; i < now.size; i++) {
		issuer_set(&now, i, UNLISTED);
		issuer_put(wire + 12 * i, now.numbers[i], UNLISTED);
	}
	now.version = 2;
	must(!issuer_push(&now, 1, wire, now.size), "no delta");
	for (i = 0; i < now.size; i++) {
		u32 value;

		lost += !idrv_table_find(before, now.numbers[i], &value);
	}
	rcu_read_unlock();
	is(lost, 0, "a delta takes everybody off: nobody goes before the others");
	issuer_check(&now);
	idrv_list_exit();
	issuer_free(&now);
	free(wire);
}

int main(void)
{
	unsigned long long rebuilds = 0;
	int round, i;

	harness_begin();
	stub_random_seed(random_u64());
	everybody_goes();
	for (round = 0; round < 60; round++) {
		/* large ones for what comes between the lines, small ones for speed */
		if (round % 3)
			run(900, 600);
		else
			run(UNIVERSE, 120);
		rebuilds += idrv_list.rebuilds;
	}
	for (i = BEGIN; i <= FLUSH; i++)
		if (i != RELEASE)
			ok(tried[i] && refused[i] && tried[i] > refused[i],
			   "%s: %llu, of these %llu refused", names[i], tried[i], refused[i]);
	ok(rebuilds > 50, "%llu rebuilds, %llu verifications, with %llu steps between their lines",
	   rebuilds, verified, interleaved);
	ok(announced_states > 10, "%llu states announced as time passed", announced_states);
	ok(ended_by_wall_clock > 5, "%llu lists ended by the wall clock alone", ended_by_wall_clock);
	is(stub_live, 0, "all memory is given back");
	issuer_free(&result);
	return done();
}
