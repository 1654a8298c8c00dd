/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory as weakly ordered machines have it. What the writer stores waits, and
 * reaches readers in any order, but that
 *
 *	stores to one place come in their order, and
 *	a store that releases comes after all before it.
 *
 * There is one writer at a time: who holds idrv_list.lock. Whoever includes this
 * says how many LOCATIONS there are.
 */
#define PENDING_MOST	6

typedef store {
	byte at;
	byte value;
	bool releases
};

byte memory[LOCATIONS];		/* what readers see */
byte own[LOCATIONS];		/* what the writer sees */
store pending[PENDING_MOST];
byte pending_count;

inline put(where, what, release)
{
	atomic {
		pending_count < PENDING_MOST;
		pending[pending_count].at = where;
		pending[pending_count].value = what;
		pending[pending_count].releases = release;
		pending_count++;
		own[where] = what
	}
}

#define WRITE_ONCE(where, what)		put(where, what, false)
#define smp_store_release(where, what)	put(where, what, true)

/* mutex_unlock() and the next mutex_lock(); also the start of a grace period. */
#define all_stored()			(pending_count == 0)

active proctype memory_system()
{
	byte i, k;
	bool waits;

end:	do
	:: atomic {
		pending_count > 0;
		i = 0;
		do
		:: i + 1 < pending_count -> i++
		:: break
		od;
		waits = false;
		k = 0;
		do
		:: k < i ->
			waits = waits || pending[i].releases || pending[k].at == pending[i].at;
			k++
		:: else -> break
		od;
		if
		:: waits
		:: else ->
			memory[pending[i].at] = pending[i].value;
			pending_count--;
			do
			:: i < pending_count ->
				pending[i].at = pending[i + 1].at;
				pending[i].value = pending[i + 1].value;
				pending[i].releases = pending[i + 1].releases;
				i++
			:: else -> break
			od;
			pending[pending_count].at = 0;
			pending[pending_count].value = 0;
			pending[pending_count].releases = false
		fi;
		i = 0;
		k = 0;
		waits = false
	}
	od
}
