/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Placement (kmod/table.h): a number that is listed is found by every check that
 * begins afterwards, with a value no older than the version read before, however
 * the entry moves meanwhile, on memory that keeps no order unasked.
 *
 *	here			in kmod
 *	writer			idrv_delta_apply(): idrv_table_update(), move() and others()
 *	claim			slot_claim(), idrv_table_insert()
 *	move			entry_move(), and what then takes the earlier place
 *	marks			marks_set()
 *	slot			slot_store(), smp_store_release()
 *	version			rcu_assign_pointer() in idrv_list_publish()
 *	reader			idrv_check_answer(); idrv_search_home(), idrv_search_hop()
 *				and their smp_rmb()
 *
 * The number has three places, of one word each: whether it lies there, and of
 * which version. Other numbers come to and go from the same lines. Its marks are
 * places of their own, which is weaker than to share words with entries.
 *
 * Each of these, defined, takes out what it names, and must make an error:
 */
/* VARIANT CLAIM_WITHOUT_MARKS	an entry is put at a later hop, and no mark is set */
/* VARIANT MOVE_WITHOUT_MARKS	an entry is moved to a later hop, and no mark is set */
/* VARIANT MARKS_LAST		marks are set when the entry has been moved */
/* VARIANT MARKS_LOST		a store into a line wipes its marks */
/* VARIANT CLEAR_FIRST		an entry is cleared before it is stored further on */
/* VARIANT MOVE_BACK		an entry is moved to an earlier hop */
/* VARIANT NO_RELEASE		smp_store_release() is WRITE_ONCE() */
/* VARIANT NO_RMB_HOME		smp_rmb() after the home line is not there */
/* VARIANT NO_RMB_HOP		smp_rmb() after the line of hop 1 is not there */
/* VARIANT VERSION_FIRST	the version is raised before the last store */
/* VARIANT VERSION_RELAXED	rcu_assign_pointer() is WRITE_ONCE() */
/* VARIANT VERSION_READ_LAST	the version is read after the probe */

#define LOCATIONS	6
#define LINE(hop)	(hop)		/* places of the number */
#define MARK(hop)	(2 + (hop))	/* of hops 1 and 2 */
#define VERSION		5
#include "memory.pml"

#define FREE		0
#define OTHER		1
#define ENTRY		2		/* and the version */
#define CHANGES		3

#ifdef NO_RELEASE
#define slot_store(where, what)		WRITE_ONCE(where, what)
#else
#define slot_store(where, what)		smp_store_release(where, what)
#endif

#ifdef MARKS_LOST
#define slot(hop, what)	slot_store(LINE(hop), what); \
	if :: (hop) == 0 -> WRITE_ONCE(MARK(1), 0) :: else fi
#else
#define slot(hop, what)	slot_store(LINE(hop), what)
#endif

inline marks(hop)
{
	if
	:: hop == 2 && !own[MARK(2)] -> WRITE_ONCE(MARK(2), 1)
	:: else
	fi;
	if
	:: hop >= 1 && !own[MARK(1)] -> WRITE_ONCE(MARK(1), 1)
	:: else
	fi
}

inline claim()
{
	if
	:: own[LINE(0)] == FREE -> at = 0
	:: own[LINE(0)] != FREE && own[LINE(1)] == FREE -> at = 1
	:: own[LINE(0)] != FREE && own[LINE(1)] != FREE && own[LINE(2)] == FREE -> at = 2
	fi;
#ifndef CLAIM_WITHOUT_MARKS
	marks(at);
#endif
	slot(at, ENTRY + version)
}

inline move()
{
	if
#ifdef MOVE_BACK
	:: at > 0 && own[LINE(at - 1)] == FREE -> to = at - 1
#endif
	:: at < 2 && own[LINE(at + 1)] == FREE -> to = at + 1
	:: at == 0 && own[LINE(1)] != FREE && own[LINE(2)] == FREE -> to = 2
	fi;
#if !defined(MOVE_WITHOUT_MARKS) && !defined(MARKS_LAST)
	marks(to);
#endif
#ifdef CLEAR_FIRST
	word = own[LINE(at)];
	slot(at, FREE);
	slot(to, word);
	word = 0;
#else
	slot(to, own[LINE(at)]);
	slot(at, FREE);
#endif
#ifdef MARKS_LAST
	marks(to);
#endif
	slot(at, OTHER);
	at = to;
	to = 0
}

inline others()
{
	if
	:: to = 0
	:: to = 1
	:: to = 2
	fi;
	if
	:: own[LINE(to)] == FREE -> slot(to, OTHER)
	:: own[LINE(to)] == OTHER -> slot(to, FREE)
	:: own[LINE(to)] > OTHER
	fi;
	to = 0
}

inline publish()
{
#ifdef VERSION_RELAXED
	WRITE_ONCE(VERSION, version)
#else
	smp_store_release(VERSION, version)
#endif
}

proctype writer()
{
	byte at, to, word, changes, version = 1;

#ifdef VERSION_FIRST
	publish();
#endif
	claim();
#ifndef VERSION_FIRST
	publish();
#endif
	do
	:: changes < CHANGES ->
		changes++;
		if
		:: move()
		:: others()
		:: true ->
			version++;
#ifdef VERSION_FIRST
			publish();
#endif
			slot(at, ENTRY + version);
#ifndef VERSION_FIRST
			publish()
#endif
		fi
	:: break
	od
}

/* Loads, in the order in which the program has them, and their barriers. */
#define DONE(load)	(done >> (load) & 1)
#ifdef NO_RMB_HOME
#define rmb_home	true
#else
#define rmb_home	DONE(LINE(0))
#endif
#ifdef NO_RMB_HOP
#define rmb_hop		rmb_home
#else
#define rmb_hop		(DONE(LINE(0)) && DONE(MARK(1)) && DONE(LINE(1)))
#endif
#ifdef VERSION_READ_LAST
#define version_read	true
#define probed		(DONE(0) && DONE(1) && DONE(2) && DONE(3) && DONE(4))
#else
#define version_read	DONE(VERSION)
#define probed		true
#endif

inline load(where)
{
	read[where] = memory[where];
	done = done | 1 << where
}

proctype reader()
{
	byte read[LOCATIONS], done, hop;

	do
	:: atomic { !DONE(VERSION) && probed -> load(VERSION) }
	:: atomic { !DONE(LINE(0)) && version_read -> load(LINE(0)) }
	:: atomic { !DONE(MARK(1)) && version_read && rmb_home -> load(MARK(1)) }
	:: atomic { !DONE(LINE(1)) && version_read && rmb_home -> load(LINE(1)) }
	:: atomic { !DONE(MARK(2)) && version_read && rmb_hop -> load(MARK(2)) }
	:: atomic { !DONE(LINE(2)) && version_read && rmb_hop -> load(LINE(2)) }
	:: done == 63 -> break
	od;

	atomic {
		do
		:: read[LINE(hop)] >= ENTRY -> break
		:: else ->
			hop++;
			if
			:: hop < 3 && read[MARK(hop)]
			:: else -> hop = 3; break
			fi
		od;
		assert(read[VERSION] == 0 || hop < 3);
		assert(hop == 3 || read[LINE(hop)] - ENTRY >= read[VERSION])
	}
}

init {
	atomic {
		if
		:: memory[LINE(0)] = OTHER
		:: skip
		fi;
		if
		:: memory[LINE(1)] = OTHER
		:: skip
		fi;
		own[LINE(0)] = memory[LINE(0)];
		own[LINE(1)] = memory[LINE(1)];
		run writer();
		run reader()
	}
}
