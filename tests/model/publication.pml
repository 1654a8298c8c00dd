/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Publication (kmod/list.c): an answer may be newer than the version that it
 * names, but not older; versions and the floor that one reader sees never go
 * back, and the floor is a version that was; whoever polls is woken for what he has
 * not seen; nothing is read once it is freed. On memory that keeps no order unasked.
 *
 *	here			in kmod
 *	delta			idrv_delta_apply(), store_changes()
 *	snapshot		commit_snapshot()
 *	rebuild			rebuild_work(), copy_table()
 *	flush			idrv_list_flush()
 *	publish			idrv_list_publish(), rcu_assign_pointer()
 *	retire			idrv_table_retire(), kfree_rcu()
 *	check			idrv_check_answer(), rcu_read_lock(), rcu_dereference()
 *	status			idrv_list_status()
 *	announce		idrv_freshness_announce()
 *	info			read_info()
 *
 * A list is one entry, whose value is the version that it was stored for. Whatever
 * is retired is freed as soon as those are done who were reading then.
 *
 * Each of these, defined, takes out what it names, and must make an error:
 */
/* VARIANT NO_GRACE_TABLE	a table is freed without a grace period */
/* VARIANT NO_GRACE_VIEW	a view is freed without a grace period */
/* VARIANT RETIRE_FIRST		the grace period begins before the publication */
/* VARIANT NO_READ_LOCK		a check does without rcu_read_lock() */
/* VARIANT VIEW_RELAXED		rcu_assign_pointer() of the view is WRITE_ONCE() */
/* VARIANT FLOOR_RELAXED	rcu_assign_pointer() of the floor is WRITE_ONCE() */
/* VARIANT PUBLISH_FIRST	a delta's view is published before its last store */
/* VARIANT FILL_LAST		a snapshot's table is filled when it is published */
/* VARIANT POINTER_READ_TWICE	a check takes version and table from two views */
/* VARIANT FLOOR_IN_PIECES	epoch and version of the floor are stored one by one */
/* VARIANT FLOOR_LAST		the view is published before the floor */
/* VARIANT NO_RMB		a status reads the floor before the view */
/* VARIANT FLOOR_FREED		a flush frees the view that the floor is */
/* VARIANT CHANGES_RELAXED	the count of changes rises without a release */
/* VARIANT CHANGES_FIRST		... or before the view is published */
/* VARIANT INFO_RELAXED		it is read without an acquire */

#define VIEWS		3
#define TABLES		3
#define LOCATIONS	13
#define VIEW		0
#define FLOOR		1
#define FLOOR_VERSION	2
#define VERSION_OF(v)	(2 + (v))
#define TABLE_OF(v)	(2 + VIEWS + (v))
#define ENTRY_OF(t)	(2 + 2 * VIEWS + (t))
#define CHANGES		(3 + 2 * VIEWS + TABLES)
#include "memory.pml"

#define TABLE(t)	(VIEWS + (t))	/* as an object that is freed */
#define QUESTIONS	2

/* Readers within a section, a bit each. */
byte sections;
bool retired[1 + VIEWS + TABLES];
byte awaited[1 + VIEWS + TABLES];

#define is_freed(object)	(retired[object] && !awaited[object])

inline rcu_read_lock(reader)
{
	sections = sections | 1 << reader
}

inline rcu_read_unlock(reader)
{
	d_step {
		sections = sections & ~(1 << reader);
		object = 0;
		do
		:: object <= VIEWS + TABLES ->
			awaited[object] = awaited[object] & ~(1 << reader);
			object++
		:: else -> break
		od;
		object = 0
	}
}

inline retire(object, grace)
{
	atomic {
		all_stored();
		retired[object] = true;
		awaited[object] = (grace -> sections : 0)
	}
}

#ifdef NO_GRACE_TABLE
#define retire_table(t)	retire(TABLE(t), false)
#else
#define retire_table(t)	retire(TABLE(t), true)
#endif
#ifdef NO_GRACE_VIEW
#define retire_view(v)	retire(v, false)
#else
#define retire_view(v)	retire(v, true)
#endif

#ifdef VIEW_RELAXED
#define assign_view(what)	WRITE_ONCE(VIEW, what)
#else
#define assign_view(what)	smp_store_release(VIEW, what)
#endif
#ifdef FLOOR_RELAXED
#define assign_floor(what)	WRITE_ONCE(FLOOR, what)
#else
#define assign_floor(what)	smp_store_release(FLOOR, what)
#endif

/* The change is that to this view. */
inline announce(view)
{
#ifdef CHANGES_RELAXED
	WRITE_ONCE(CHANGES, view)
#else
	smp_store_release(CHANGES, view)
#endif
}

inline drop_old(table)
{
	if
	:: old && table != own[TABLE_OF(old)] -> retire_table(own[TABLE_OF(old)])
	:: else
	fi
}

/* That NULL is assigned without a release in the kernel changes nothing. */
inline flush()
{
	WRITE_ONCE(VIEW, 0);
	retire_table(own[TABLE_OF(old)]);
#ifdef FLOOR_FREED
	retire_view(old)
#endif
}

inline publish(view, table)
{
	WRITE_ONCE(VERSION_OF(view), version);
	WRITE_ONCE(TABLE_OF(view), table);
#ifdef CHANGES_FIRST
	announce(view);
#endif
#ifdef RETIRE_FIRST
	drop_old(table);
#endif
#ifdef FLOOR_LAST
	assign_view(view);
#endif
	floor = own[FLOOR];
	assign_floor(view);
#ifdef FLOOR_IN_PIECES
	smp_store_release(FLOOR_VERSION, view);
#endif
#ifndef FLOOR_LAST
	assign_view(view);
#endif
#ifndef CHANGES_FIRST
	/* In the kernel after what follows, which waits for stores here alone. */
	announce(view);
#endif
#ifndef RETIRE_FIRST
	drop_old(table);
#endif
	if
	:: floor && !retired[floor] -> retire_view(floor)
	:: else
	fi;
	floor = 0
}

inline delta()
{
	version++;
#ifdef PUBLISH_FIRST
	publish(made, own[TABLE_OF(old)]);
	smp_store_release(ENTRY_OF(own[TABLE_OF(old)]), version)
#else
	smp_store_release(ENTRY_OF(own[TABLE_OF(old)]), version);
	publish(made, own[TABLE_OF(old)])
#endif
}

inline snapshot()
{
	version++;
#ifdef FILL_LAST
	publish(made, made);
	WRITE_ONCE(ENTRY_OF(made), version)
#else
	WRITE_ONCE(ENTRY_OF(made), version);
	publish(made, made)
#endif
}

inline rebuild()
{
	WRITE_ONCE(ENTRY_OF(made), own[ENTRY_OF(own[TABLE_OF(old)])]);
	publish(made, made)
}

/* The n-th view may have the n-th table. */
proctype writer()
{
	byte made, old, floor, version;
	bool flushed;

	do
	:: made < VIEWS ->
		all_stored();
		old = own[VIEW];
		made++;
		if
		:: snapshot()
		:: old -> delta()
		:: old -> rebuild()
		:: old && !flushed -> made--; flushed = true; flush()
		fi
	:: break
	od
}

inline load(to, where)
{
	to = memory[where]
}

inline check()
{
	load(view, VIEW);
	if
	:: view ->
		/* Both depend on the pointer, and on nothing else. */
#ifdef POINTER_READ_TWICE
		assert(!is_freed(view));
		load(table, TABLE_OF(view));
		load(view, VIEW);
		if
		:: view == 0 -> goto done
		:: else
		fi;
		load(entry, ENTRY_OF(table));
		load(version, VERSION_OF(view));
#else
		if
		:: load(version, VERSION_OF(view)); load(table, TABLE_OF(view));
		:: load(table, TABLE_OF(view)); load(version, VERSION_OF(view));
		fi;
		assert(version && table && !is_freed(view));
		load(entry, ENTRY_OF(table));
#endif
		assert(!is_freed(TABLE(table)));
		assert(entry >= version);
		assert(version >= seen);
		seen = version
	:: else
	fi
}

proctype checker()
{
	byte view, table, version, entry, seen, questions, object;

	do
	:: questions < QUESTIONS ->
		questions++;
#ifndef NO_READ_LOCK
		rcu_read_lock(0);
#endif
		check();
done:
		view = 0;
		table = 0;
		version = 0;
		entry = 0;
		rcu_read_unlock(0)
	:: else -> break
	od
}

proctype status()
{
	byte view, floor, version, seen, questions, object;

	do
	:: questions < QUESTIONS ->
		questions++;
		rcu_read_lock(1);
#ifdef NO_RMB
		if
		:: load(view, VIEW); load(floor, FLOOR)
		:: load(floor, FLOOR); load(view, VIEW)
		fi;
#else
		load(view, VIEW);
		load(floor, FLOOR);
#endif
		assert(!view || floor);
		if
		:: floor ->
			load(version, VERSION_OF(floor));
			assert(version && !is_freed(floor));
			assert(!view || version >= memory[VERSION_OF(view)]);
			assert(version >= seen);
			seen = version
		:: else
		fi;
#ifdef FLOOR_IN_PIECES
		/* Looking twice does not help: a list may have come and gone between. */
		load(view, VIEW);
		if
		:: !view ->
			load(floor, FLOOR);
			load(version, FLOOR_VERSION);
			load(view, VIEW);
			assert(view || floor == version)
		:: else
		fi;
#endif
		view = 0;
		floor = 0;
		version = 0;
		rcu_read_unlock(1)
	:: else -> break
	od
}

/*
 * If the view that it finds is older than the change that it has seen, nobody will
 * wake it for the one that comes. After a flush there is none.
 */
proctype info()
{
	byte view, seen;

#ifdef INFO_RELAXED
	if
	:: load(seen, CHANGES); load(view, VIEW)
	:: load(view, VIEW); load(seen, CHANGES)
	fi;
#else
	load(seen, CHANGES);
	load(view, VIEW);
#endif
	assert(!view || view >= seen)
}

/* One reader at a time: they do not touch each other. */
init {
	atomic {
		run writer();
		if
		:: run checker()
		:: run status()
		:: run info()
		fi
	}
}
