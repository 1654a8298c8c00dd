/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rebuild (kmod/rebuild.c, walks in kmod/table.c): whatever changes while the
 * table is copied, a few lines at a time, the copy holds exactly what the list
 * does when it takes over; no other list comes back by it, and no table is
 * touched once it is retired, nor a third made while there are two.
 *
 *	here			in kmod
 *	rebuild_work		rebuild_work(), copy_table(), idrv_walk_lines()
 *	insert, update, remove	idrv_table_insert(), _update(), _remove()
 *	move			entry_move()
 *	tell			tell_walks(), copy_change()
 *	snapshot		idrv_transaction_begin(), commit_snapshot()
 *	larger			idrv_delta_apply() without place, replace_table()
 *	flush			idrv_list_flush()
 *	bar, allow		idrv_rebuild_bar(), idrv_rebuild_allow()
 *
 * What holds idrv_list.lock is one atomic step here; nothing else is shared. The
 * table has LINES, in each of which an entry of any number may be; to readers, it
 * is what the other models are about.
 *
 * Each of these, defined, takes out what it names, and must make an error:
 */
/* VARIANT NOT_TOLD		changes behind the walk are not forwarded */
/* VARIANT TOLD_AHEAD		changes ahead of the walk are forwarded as well */
/* VARIANT LINE_LATE		a line counts as passed one line too late */
/* VARIANT MOVES_NOT_TOLD	moves across the walk's line are not forwarded */
/* VARIANT FORWARD_ONLY		only moves to lines passed are forwarded */
/* VARIANT WALK_GOES_ON		retiring a table does not end its walks */
/* VARIANT NOT_LOOKED_AGAIN	the view is not read again once there is a copy to fill */
/* VARIANT BAR_DOES_NOT_WAIT	idrv_rebuild_bar() does not wait for the rebuild */
/* VARIANT NO_BAR		idrv_rebuild_bar() does nothing */
/* VARIANT TABLE_BEFORE_BAR	a delta replaces the table from before the bar */
/* VARIANT OLD_VIEW		the view is taken when the rebuild begins */

#define LINES		3
#define NUMBERS		2
#define CHANGES		4
#define TABLES		6		/* ever made; 0: none */
#define NOWHERE		LINES

/* An entry of a table: the line in which it lies, and its value. */
typedef records {
	byte line[NUMBERS];
	byte value[NUMBERS]
};

records tables[TABLES];
bool retired[TABLES];
byte made, alive;

byte in_force, version;			/* idrv_list.view */
bool barred, running;

/* struct idrv_walk of the rebuild: its table, its line, and the copy. */
byte walked, walk_line, copy;

/* What is listed, by its value, 0 if not; of which version. */
byte wanted[NUMBERS];
byte newest;

inline make(which)
{
	made++;
	alive++;
	/* While another table is made, a third must not take memory as well. */
	assert(alive <= 2);
	which = made;
	tables[which].line[0] = NOWHERE;
	tables[which].line[1] = NOWHERE
}

inline retire(which)
{
	if
	:: which ->
		retired[which] = true;
		alive--;
#ifndef WALK_GOES_ON
		if
		:: walked == which -> walked = 0
		:: else
		fi
#endif
	:: else
	fi
}

#if defined(NOT_TOLD)
#define passed(where)	false
#elif defined(TOLD_AHEAD)
#define passed(where)	true
#elif defined(LINE_LATE)
#define passed(where)	((where) + 1 < walk_line)
#else
#define passed(where)	((where) < walk_line)
#endif

/* To the copy; an entry must not be there twice, nor change without being there. */
inline tell(number, before, after)
{
	if
	:: before && !after ->
		assert(tables[copy].value[number]);
		tables[copy].value[number] = 0
	:: !before && after ->
		assert(!tables[copy].value[number]);
		tables[copy].value[number] = after
	:: before && after ->
		assert(tables[copy].value[number]);
		tables[copy].value[number] = after
	fi
}

/* Sets a value; 0 removes. Where an entry lies stays, or is any line. */
inline set(number, what)
{
	if
	:: tables[in_force].value[number] == 0 ->
		select(place : 0 .. LINES - 1);
		tables[in_force].line[number] = place
	:: else -> place = tables[in_force].line[number]
	fi;
	if
	:: walked == in_force && passed(place) ->
		tell(number, tables[in_force].value[number], what)
	:: else
	fi;
	tables[in_force].value[number] = what;
	wanted[number] = what;
	place = 0
}

/* Whether from and to are behind the walk, before and after a move. */
inline move(number)
{
	select(place : 0 .. LINES - 1);
#ifndef MOVES_NOT_TOLD
	if
	:: !walked
#ifndef FORWARD_ONLY
	:: walked && passed(tables[in_force].line[number]) && !passed(place) ->
		tell(number, tables[in_force].value[number], 0)
#endif
	:: walked && !passed(tables[in_force].line[number]) && passed(place) ->
		tell(number, 0, tables[in_force].value[number])
	:: else
	fi;
#endif
	tables[in_force].line[number] = place;
	place = 0
}

inline check_in_force()
{
	assert(!in_force || (tables[in_force].value[0] == wanted[0] &&
			     tables[in_force].value[1] == wanted[1]))
}

inline bar()
{
	skip;
#ifndef NO_BAR
	atomic { barred = true };
#ifndef BAR_DOES_NOT_WAIT
	/* cancel_work_sync() */
	!running
#endif
#endif
}

inline allow()
{
	atomic { barred = false }
}

/* One change of the list at a time: idrv_list.writer. */
proctype writer()
{
	byte changes, place, number, next, value = 1;

	do
	:: changes < CHANGES && made + 2 < TABLES ->
		changes++;
		value++;
		if
		:: atomic {	/* a delta, in place */
			in_force ->
			select(number : 0 .. NUMBERS - 1);
			if
			:: set(number, value)
			:: tables[in_force].value[number] -> set(number, 0)
			:: tables[in_force].value[number] -> move(number)
			fi;
			version = value;
			newest = value;
			number = 0
		}
		:: atomic { in_force -> retire(in_force); in_force = 0; wanted[0] = 0; wanted[1] = 0 }
		:: changes < CHANGES ->	/* a snapshot, made aside */
			bar();
			atomic { make(next) }
			atomic {
				tables[next].line[0] = 0;
				tables[next].value[0] = value;
				wanted[0] = value;
				wanted[1] = 0;
				retire(in_force);
				in_force = next;
				version = value;
			newest = value;
				next = 0
			}
			allow()
		:: atomic { in_force -> number = in_force }
			/* a delta without place: a larger table, made aside */
			bar();
#ifndef TABLE_BEFORE_BAR
			atomic { number = in_force }
#endif
			atomic { make(next) }
			atomic {
				assert(!retired[number]);
				tables[next].line[0] = tables[number].line[0];
				tables[next].line[1] = tables[number].line[1];
				tables[next].value[0] = tables[number].value[0];
				tables[next].value[1] = tables[number].value[1];
				number = 0
			}
			atomic {
				tables[next].line[1] = 1;
				tables[next].value[1] = value;
				wanted[1] = value;
				retire(in_force);
				in_force = next;
				version = value;
			newest = value;
				check_in_force();
				next = 0
			}
			allow()
		fi
	:: else -> break
	od
}

inline copy_line()
{
	assert(!retired[walked]);
	number = 0;
	do
	:: number < NUMBERS ->
		if
		:: tables[walked].value[number] && tables[walked].line[number] == walk_line ->
			tell(number, 0, tables[walked].value[number])
		:: else
		fi;
		number++
	:: else -> break
	od;
	number = 0;
	walk_line++
}

proctype rebuild_work()
{
	byte table, number, rebuilds, was;
	bool done;

	do
	:: rebuilds < 1 ->
		rebuilds++;
		atomic {
			in_force && !barred ->
			running = true;
			table = in_force;
			was = version;
		}
		/* idrv_table_create(), without the lock */
		atomic { make(copy) }
		atomic {
			if
#ifdef NOT_LOOKED_AGAIN
			:: walked = table; walk_line = 0
#else
			:: in_force == table && !barred -> walked = table; walk_line = 0
#endif
			:: else
			fi
		}
		do
		:: atomic {
			walked && walk_line < LINES && !barred -> copy_line()
		}
		:: atomic {
			walked && walk_line == LINES ->
#ifdef OLD_VIEW
			version = was;
#endif
			walked = 0;
			assert(version == newest);
			retire(in_force);
			in_force = copy;
			check_in_force();
			done = true
		}
			break
		:: atomic {
			/* A flush may have come, or a snapshot be about to. */
			!walked || (barred && walk_line < LINES) ->
			walked = 0
		}
			break
		od;
		atomic {
			if
			:: !done -> alive--
			:: else
			fi;
			done = false;
			copy = 0;
			table = 0;
			walk_line = 0;
			running = false
		}
	:: break
	od
}

init {
	atomic {
		made = 1;
		alive = 1;
		in_force = 1;
		version = 1;
		newest = 1;
		tables[1].line[0] = 1;
		tables[1].value[0] = 1;
		tables[1].line[1] = NOWHERE;
		wanted[0] = 1;
		run writer();
		run rebuild_work()
	}
}
